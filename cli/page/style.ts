import { markup } from "./markup";

/** The page's style sheet: light and dark, wide and narrow, screen and paper. S is blue, D is amber: told apart by the colour-blind too. */
export const style = markup`
:root {
  --paper: #fcfcfa; --card: #fff; --ink: #1f2328; --soft: #57606a; --line: #dcdfe3; --focus: #0b57d0; --link: #0b57d0;
  --source: #dce8f8; --source-ink: #173f73; --source-moved: #1f5fae; --source-moved-ink: #fff;
  --destination: #fbe6c8; --destination-ink: #643a00; --destination-moved: #a65400; --destination-moved-ink: #fff;
  --good: #e6f4ea; --good-ink: #14532d; --bad: #fde8e8; --bad-ink: #8f1414; --warning: #fff4d6; --warning-ink: #5f4300;
  --note: #eef2f7; --note-ink: #30415a; --create: #1a6b35; --update: #7a5200; --replace: #85288a; --delete: #a11a1a;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --card: #1b1f24; --ink: #e4e7eb; --soft: #a3acb8; --line: #343b44; --focus: #8ab8ff; --link: #8ab8ff;
    --source: #1c3350; --source-ink: #bcd7f7; --source-moved: #8abaf3; --source-moved-ink: #0c1c2f;
    --destination: #463011; --destination-ink: #f6d6a4; --destination-moved: #f0b565; --destination-moved-ink: #2a1900;
    --good: #14301e; --good-ink: #a8e0b8; --bad: #3d1a1c; --bad-ink: #ffb9b5; --warning: #35290c; --warning-ink: #f4d88c;
    --note: #222a34; --note-ink: #c0cddd; --create: #7fd197; --update: #e5bf67; --replace: #dda0e2; --delete: #ff9d97;
  }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; -webkit-text-size-adjust: 100%; }
body { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.5rem 3rem; }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; unicode-bidi: isolate; overflow-wrap: anywhere; }
h1, h2, h3, h4 { line-height: 1.25; margin: 0; font-weight: 650; overflow-wrap: anywhere; }
h1 { font-size: 2rem; letter-spacing: -.015em; }
h2 { font-size: 1.35rem; }
h3 { font-size: 1.08rem; }
h4 { font-size: 1rem; }
h2 code, h4 code { font-size: .95em; }
p { margin: 0; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
h2:focus-visible { outline: none; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: .5rem 1rem; background: var(--card); border: 1px solid var(--line); }
.skip:focus { top: 1rem; }
.bad { color: var(--bad-ink); }

.eyebrow { color: var(--soft); font-size: .9rem; margin-bottom: .25rem; }
.verdict, .said { border-left: 4px solid; border-radius: 4px; padding: .75rem 1rem; overflow-wrap: anywhere; }
.verdict { margin: 1.25rem 0 1.5rem; }
.verdict strong { font-size: 1.1rem; }
.verdict.good { background: var(--good); color: var(--good-ink); }
.verdict.bad, .said.error { background: var(--bad); color: var(--bad-ink); }
.verdict ul, .said ul { margin: .25rem 0 0; padding-left: 1.25rem; }
.verdict li, .said p, .said li { white-space: pre-line; }
.said { margin-top: .75rem; padding: .5rem .85rem; font-size: .92rem; }
.said.warning { background: var(--warning); color: var(--warning-ink); }
.said.refused { background: var(--good); color: var(--good-ink); }
.said.info { background: var(--note); color: var(--note-ink); }
.facts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 2.5rem; margin: 0; border-top: 1px solid var(--line); }
.facts div { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .75rem; padding: .4rem 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }

main > section { margin-top: 3rem; }
.where { display: flex; flex-wrap: wrap; gap: 1rem 3rem; align-items: flex-end; margin-top: .75rem; }
.scroll { overflow: auto; max-height: 40rem; max-width: 100%; }
.scroll:has(.bars) { flex-basis: 100%; }
.scroll thead { position: sticky; top: 0; background: var(--paper); }
table { border-collapse: collapse; }
.picture { font-variant-numeric: tabular-nums; }
.picture.bars { width: 100%; }
.picture th { font-weight: 500; color: var(--soft); text-align: center; padding: .15rem .4rem; white-space: nowrap; }
.picture tbody th, .picture thead tr:last-child th:first-child { text-align: left; padding-left: 0; padding-right: 1rem; }
.picture.bars th { text-align: left; }
.picture .k { color: var(--soft); text-align: center; padding: 0 .6rem; }
.picture abbr { text-decoration: none; }
.picture small { color: var(--soft); }
td.home { min-width: 2.3rem; height: 2rem; padding: 0 .15rem; text-align: center; border: 2px solid var(--paper); border-radius: 6px; }
.home { font-weight: 600; }
.home.source { background: var(--source); color: var(--source-ink); }
.home.destination { background: var(--destination); color: var(--destination-ink); }
.home.source.moved { background: var(--source-moved); color: var(--source-moved-ink); }
.home.destination.moved { background: var(--destination-moved); color: var(--destination-moved-ink); }
.home.both, .home.none { background: var(--bad); color: var(--bad-ink); box-shadow: inset 0 0 0 2px currentcolor; }
.bar { display: flex; flex: 1; gap: 2px; min-width: 0; }
.bar .home { flex: 0 1 0; min-width: max-content; padding: .1rem .5rem; border-radius: 4px; font-size: .85rem; white-space: nowrap; overflow: hidden; }
.bar .ordinals { font-weight: 400; }
.bars tbody td:last-child { padding: 1px 0; width: 100%; }
.legend { list-style: none; flex: 1 1 17rem; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: .4rem 1.5rem; margin: 0; padding: 0; font-size: .9rem; color: var(--soft); }
.legend li { display: grid; grid-template-columns: 2.4rem minmax(0, 1fr); gap: .6rem; align-items: center; }
.legend .home, .legend b { border-radius: 4px; text-align: center; }

.heading { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: baseline; justify-content: space-between; }
button { font: inherit; font-size: .9rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .8rem; cursor: pointer; }
.lead { color: var(--soft); margin-top: .35rem; max-width: 46rem; text-wrap: pretty; }
.step { margin-top: 1.25rem; padding: 1.1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.after { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; margin-top: .6rem; }
.after .label { color: var(--soft); font-size: .9rem; }
.after .bar { flex-basis: 18rem; }
summary { cursor: pointer; color: var(--soft); margin-top: .75rem; padding: .15rem 0; }
summary b { font-weight: 600; color: var(--ink); }
.ups { list-style: none; counter-reset: up; margin: .5rem 0 0; padding: 0; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem; }
.tried { margin: .5rem 0 1.25rem; padding-left: 2.25rem; }
.ups > li { counter-increment: up; position: relative; padding-left: 2.25rem; }
.ups > li::before { content: counter(up); position: absolute; left: 0; top: 0; width: 1.5rem; height: 1.5rem; border: 1px solid var(--soft); border-radius: 50%; text-align: center; font-size: .85rem; line-height: 1.4rem; color: var(--soft); }
.index { font-weight: 400; color: var(--soft); font-size: .9rem; white-space: nowrap; margin-left: .35rem; }
.why { color: var(--soft); font-size: .95rem; }
.nothing { margin-top: .4rem; }
.operations { margin-top: .5rem; width: 100%; table-layout: fixed; font-size: .95rem; }
.operations .op { width: 8rem; }
.operations .name { width: 48%; }
.operations tr:not(.fields) > * { border-top: 1px solid var(--line); }
.operations th, .operations td { text-align: left; vertical-align: baseline; padding: .3rem 1rem .3rem 0; overflow-wrap: anywhere; }
.operations th { font-weight: 500; white-space: nowrap; overflow-wrap: normal; }
.operations small { color: var(--soft); }
.operations td:last-child { padding-right: 0; }
.symbol { display: inline-block; width: 1.5em; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-weight: 700; }
.create > th, li.create .symbol { color: var(--create); }
.update > th, li.update .symbol { color: var(--update); }
.replace > th { color: var(--replace); }
.delete > th, li.delete .symbol { color: var(--delete); }
.retain > th, .discard > th, .read > th { color: var(--soft); }
.fields td { padding-top: 0; padding-bottom: .6rem; }
.fields ul { list-style: none; margin: 0; padding: 0 0 0 1.5rem; }
.fields li { display: grid; grid-template-columns: 1.5em minmax(0, 1fr); }
del { color: var(--soft); text-decoration: none; }
ins { text-decoration: none; font-weight: 700; }
.checked { margin: .5rem 0 0; padding-left: 1.25rem; color: var(--soft); }
.checked b { color: var(--ink); font-weight: 600; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
footer p + p { margin-top: .5rem; }

@media screen and (max-width: 46rem) {
  body { padding: 1.25rem 1rem 2rem; }
  h1 { font-size: 1.6rem; }
  .facts { grid-template-columns: minmax(0, 1fr); }
  .facts div { grid-template-columns: 7rem minmax(0, 1fr); }
  .step { padding: .9rem; }
  .tried, .ups > li { padding-left: 0; }
  .ups > li::before { position: static; display: block; margin-bottom: .25rem; }
  .index { display: block; margin-left: 0; }
  .operations, .operations tbody, .operations tr, .operations td:last-child { display: block; width: auto; }
  .operations thead { display: none; }
  .operations tr { padding: .3rem 0; }
  .operations tr:not(.fields) { border-top: 1px solid var(--line); }
  .operations tr:not(.fields) > * { border-top: 0; padding: 0; }
  .operations th, .operations td { display: inline; }
  .operations tr:not(.fields) > th { padding-right: .5em; }
  td.home { min-width: 2.2rem; padding: 0; font-size: .9rem; }
  .picture tbody th, .picture thead tr:last-child th:first-child { padding-right: .4rem; }
  .operations tr:not(.fields) > td:last-child { padding-left: 1.6em; }
  .operations .fields { padding: 0 0 .3rem; }
  .operations .fields td { padding: 0; }
  .fields ul { padding-left: 0; }
}
@media print {
  @page { margin: 14mm; }
  html { color-scheme: light; background: #fff; font-size: 10pt; }
  body { max-width: none; padding: 0; }
  .skip, button, footer a { display: none; }
  .home, .verdict, .said { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll { overflow: visible; max-height: none; }
  .scroll thead { position: static; background: none; }
  td.home { min-width: 0; padding: 0; border-color: #fff; }
  .picture th { padding: 0 .2rem; }
  .picture .k { padding: 0 .2rem; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  details > summary { list-style: none; }
  .step { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 1rem 0 0; }
  h1, h2, h3, h4, summary, .heading, .lead, .after, .why, tr:has(+ .fields) { break-after: avoid; }
  h3, h4, tr, .operations, .lead, .said, .facts div, .fields, .checked, footer { break-inside: avoid; }
  a { color: inherit; }
}
`;
