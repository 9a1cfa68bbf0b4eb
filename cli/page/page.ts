import { createHash } from "node:crypto";
import type { Markup } from "./markup";
import { markup } from "./markup";
import { renderHeader } from "./header";
import { ordinalTable } from "./picture";
import type { PlacedStep, Rehearsed } from "./rehearsed";
import { placed } from "./rehearsed";
import { script } from "./script";
import { stepSection } from "./step";
import { style } from "./style";

/** With more steps than this, only those with trouble are open at first. */
const mostOpen = 13;

/** What the rehearsal watches over, in words. */
const invariants: readonly (readonly [string, string])[] = [
  ["At most one.", "No ordinal lives in both clusters, at any moment."],
  ["The wrong order is refused,", "and changes nothing: tried at the first step of each direction."],
  ["One write.", "The ordinals of a half change in one write, from one legal cut to another."],
  ["One step at a time.", "No write moves more than a step, and none leaves while an ordinal is held by neither half."],
  ["No volume is lost, empty or shared.", "Every ordinal comes up with the disk it had, and what is given up is kept."],
  ["Nothing is deleted.", "No namespace, set, claim or volume is deleted or made anew."],
  ["Nothing restarts", "that does not move."],
  ["Nothing is left out.", "After a step every ordinal is ready in one of the clusters."],
  ["Told from what is.", "What a half says that it holds is what lives there."],
  ["Secrets stay secret.", "No value of a secret is in an operation, a message or an output."],
];

/** Draws a rehearsal as one page of HTML that loads nothing: what a change request has attached. */
export function renderPage(rehearsed: Rehearsed): string {
  const steps = placed(rehearsed.steps);
  const { set } = rehearsed.plan;
  const verdict = rehearsed.violations.length === 0 ? "all well" : "FAILED";
  // Nothing may be loaded, and no script run but our own: whatever a manifest has in it.
  const policy = `default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; script-src '${hashOf(script)}'`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="statefulset-cutover ${rehearsed.version}">
<title>Move of StatefulSet ${set.name}: rehearsal, ${verdict}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#steps">Skip to the steps</a>
${renderHeader(rehearsed, steps)}
<main>
<section aria-labelledby="where">
<h2 id="where">Where each ordinal lives</h2>
${ordinalTable(set, steps)}
</section>
<section aria-labelledby="steps">
<div class="heading"><h2 id="steps" tabindex="-1">What each <code>pulumi up</code> changes</h2><button type="button" id="toggle" hidden>Close all</button></div>
<p class="lead">${leadOf(steps)}</p>
${steps.map((step) => stepSection(step, rehearsed, step.number > 0 && steps.length <= mostOpen))}
</section>
<section aria-labelledby="checked">
<h2 id="checked">What was checked</h2>
<ul class="checked">
${invariants.map(
  ([name, words]) => markup`<li><b>${name}</b> ${words}</li>
`,
)}</ul>
</section>
</main>
<footer>
<p>A rehearsal runs the real Pulumi program against two simulated clusters, and checks after everything that happens in them. It cannot tell how long a real cluster takes, nor whether an image, a network or a disk is as the manifests say. Uids and the names of nodes and volumes are those of the simulated clusters.</p>
<p>statefulset-cutover ${rehearsed.version}, <a href="#top">top of the page</a></p>
</footer>
<script>${script}</script>
</body>
</html>
`.toString();
}

function leadOf(steps: readonly PlacedStep[]): string {
  const order =
    "The two ups of a step are run in the order in which they stand: the half that gives an ordinal up goes first.";
  return steps.some(({ step }) =>
    [step.source, step.destination].some(({ operations }) => operations.some(({ op }) => op === "retain")),
  )
    ? `${order} “retain” takes an object out of Pulumi’s books and leaves it in the cluster.`
    : order;
}

/** As a Content-Security-Policy names an inline script. */
function hashOf(text: Markup): string {
  return `sha256-${createHash("sha256").update(text.toString()).digest("base64")}`;
}
