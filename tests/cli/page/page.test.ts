import { renderPage } from "../../../cli/page/page";
import type { Rehearsed } from "../../../cli/page/rehearsed";
import { creation, forward, operation, report, statefulSet } from "../fixture";
import { broken, moveOf, pictureOf, refusal, refused, rehearsedOf, textOf, there, upTo } from "./fixture";

const page = renderPage(there);

test("the head says what was rehearsed, and that all is well", () => {
  expect(page).toContain("<title>Move of StatefulSet web: rehearsal, all well</title>");
  expect(textOf(page)).toContain(
    "Rehearsal of a move between two clusters StatefulSet web ✓ All well: every invariant held. No ordinal ran twice",
  );
  expect(textOf(page)).toContain(
    "StatefulSet web Namespace default Replicas 2: ordinals 0 to 1 " +
      "Volumes 2 (data), carried along with their ordinals Steps 2: 1 forward, 1 back; one ordinal each " +
      "Cutover index 2 => 1 => 2 Manifests web.yaml Rehearsed by cutover rehearse " +
      "Version statefulset-cutover 1.2.3 Date 2026-01-02 03:04 UTC ⚠ Warning take care",
  );
  expect(page).toContain('<time datetime="2026-01-02T03:04:05.000Z">');
});

test.each<[Partial<Rehearsed["plan"]>, string]>([
  [{ claimTemplates: [] }, "Volumes none Steps"],
  [{ claimTemplates: ["data", "log"], volumes: "fresh" }, "Volumes 4 (data, log), new ones in the destination Steps"],
  [{ batch: 2 }, "2: 1 forward, 1 back; up to 2 ordinals each"],
  [{ manifests: ["a.yaml", "b.yaml"] }, "Manifests a.yaml , b.yaml Rehearsed"],
  [{ indexes: [2, 1, 0] }, "2: 2 forward; one ordinal each Cutover index 2 => 0 Manifests"],
])("the head with %j", (plan, words) => {
  expect(textOf(renderPage({ ...there, plan: { ...there.plan, ...plan } }))).toContain(words);
});

test("the picture: a row a step, a letter an ordinal, and an arrow where one has moved", () => {
  expect(pictureOf(there)).toEqual([
    ["Start", "2", "S", "S"],
    ["Step 1 forward", "1", "S", "→D"],
    ["Step 2 back", "2", "S", "←S"],
  ]);
  expect(pictureOf(moveOf({ start: 5, replicas: 3 }))[2]).toEqual(["Step 2 forward", "6", "S", "→D", "D"]);
  expect(textOf(page)).toContain(
    "S lives in the source →D has just moved to the destination ←S has just come back to the source k the cutover index",
  );
});

test("the picture of a set of one", () => {
  expect(pictureOf(moveOf(upTo(0)))).toEqual([
    ["Start", "1", "S"],
    ["Step 1 forward", "0", "→D"],
    ["Step 2 back", "1", "←S"],
  ]);
});

test("the picture of a large set: a bar a step, with its ordinals in figures", () => {
  expect(pictureOf(moveOf(upTo(19)))[0]).toHaveLength(22);
  const rows = pictureOf(moveOf(upTo(99)));
  expect(rows).toHaveLength(201);
  expect([rows[0], rows[1], rows[53], rows[100], rows[101]]).toEqual([
    ["Start", "100", "S 0–99"],
    ["Step 1 forward", "99", "S 0–98 →D 99"],
    ["Step 53 forward", "47", "S 0–46 →D 47 D 48–99"],
    ["Step 100 forward", "0", "→D 0 D 1–99"],
    ["Step 101 back", "1", "←S 0 D 1–99"],
  ]);
});

test("an ordinal in both clusters or in neither has its own letter, and the legend says which", () => {
  expect(pictureOf(broken)[1]).toEqual(["Step 1 forward ✕ broken", "1", "–", "S+D"]);
  expect(textOf(renderPage(broken))).toContain("S+D lives in both clusters – lives in neither cluster");
});

test("every step: what each up is for, and what it changes, in order", () => {
  const text = textOf(page);
  expect(text).toContain(
    "Step 1 of 2, forward: ordinal 1 moves to the destination Afterwards S 0 →D 1 " +
      "source : 1 updated, then destination : 1 created, 1 updated, 1 retained, 1 warning " +
      "pulumi up -s destination cutoverIndex 2 => 1 Tried before the source’s, to see that the wrong order is refused. " +
      "Nothing changed. ✓ Refused cutoverIndex 1: ordinal 1 is still held by the source. Run the other first " +
      "pulumi up -s source cutoverIndex 2 => 1 Gives ordinal 1 up, so it goes first. " +
      "What this up changes in the source, in order Operation Resource Name ~ update StatefulSet apps/v1 web " +
      '~ metadata.annotations["statefulset-cutover/range"]: "0+2" => "0+1" ~ spec.replicas: 2 => 1 ' +
      "pulumi up -s destination cutoverIndex 2 => 1 Claims ordinal 1, with its volume. " +
      "What this up changes in the destination, in order Operation Resource Name " +
      "+ create PersistentVolume core/v1 data-web-1 ~ update StatefulSet apps/v1 web " +
      "~ spec.ordinals.start: 2 => 1 ~ spec.replicas: 0 => 1 " +
      '+ spec.template.spec.hostname: "x" - spec.paused: true ~ spec.offer: [secret] => [secret] ' +
      "- retain PersistentVolumeClaim core/v1 data-web-2 ⚠ Warning first line second line " +
      "Step 2 of 2, back: ordinal 1 returns to the source Afterwards S 0 ←S 1 " +
      "destination : 1 updated, then source : 1 updated pulumi up -s destination cutoverIndex 1 => 2 Gives ordinal 1 up",
  );
  expect(text).toContain(
    "Start, cutover index 2: all ordinals live in the source Afterwards S 0–1 destination : 1 created, then source : 2 created",
  );
  expect(text.match(/Service core\/v1 web/g)).toHaveLength(1);
});

test("a rehearsal that starts in the middle has only the state to show there", () => {
  const still = { ...forward, source: { start: 0, replicas: 1, operations: [] }, destination: forward.destination };
  const text = textOf(renderPage(rehearsedOf({ ...report, steps: [still] })));
  expect(text).toContain("Start, cutover index 1: the way here was run, not shown Afterwards S 0 D 1 What was checked");
});

test("a refused step: the message as it is, and what was not run", () => {
  const text = textOf(renderPage(refused));
  expect(text).toContain(
    "✕ Failed: 1 violation. The rehearsal stopped at step 1: 1 step was not run. pulumi up -s source",
  );
  expect(text).toContain("2: 1 forward, 1 back; one ordinal each; stopped at step 1");
  expect(text).toContain(
    "✕ stopped Afterwards S 0–1 source : refused, then destination : not run pulumi up -s source cutoverIndex 2 => 1 " +
      `Gives ordinal 1 up, so it goes first. No changes. ✕ Refused ${refusal.replace("\n", " ")} ` +
      "pulumi up -s destination cutoverIndex 2 => 1 Claims ordinal 1, with its volume. Not run: the step had stopped before it.",
  );
  // The line end is kept, and the message stands once with its step and once in the head.
  expect(renderPage(refused).split(refusal.replace("'", "&#39;"))).toHaveLength(3);
  expect(pictureOf(refused)[1]).toEqual(["Step 1 forward ✕ stopped", "1", "S", "S"]);
});

test("an up that failed after it had done something is not called a refusal", () => {
  const [first] = refused.steps;
  const source = { start: 0, replicas: 1, operations: forward.source.operations };
  const step = { ...forward, source: { ...source, diagnostics: [{ severity: "error" as const, message: "boom" }] } };
  const text = textOf(renderPage({ ...refused, steps: [...(first ? [first] : []), { step, violations: [] }] }));
  expect(text).toContain("source : 1 updated, failed, then");
  expect(text).toContain("✕ Failed boom");
});

test("broken invariants: in the head, and where they broke", () => {
  const text = textOf(renderPage(broken));
  expect(renderPage(broken)).toContain("<title>Move of StatefulSet web: rehearsal, FAILED</title>");
  expect(text).toContain(
    "✕ Failed: 2 violations. at most one: ordinal 1 lives in both clusters one step at a time: ordinal 0 is in neither StatefulSet",
  );
  expect(text).toContain(
    "✕ Broken here at most one: ordinal 1 lives in both clusters one step at a time: ordinal 0 is in neither source",
  );
  expect(text).not.toContain("All well");
});

test("steps are open, but for the first; of many steps only those with trouble", () => {
  const openOf = (rehearsed: Rehearsed): boolean[] =>
    [...renderPage(rehearsed).matchAll(/<details( open)?>/g)].map(([, open]) => open !== undefined);
  expect(openOf(there)).toEqual([false, true, true]);
  expect(openOf(refused)).toEqual([false, true]);
  const many = moveOf(upTo(9));
  const trouble = { ...many, steps: many.steps.map((told, at) => (at === 7 ? { ...told, violations: ["x"] } : told)) };
  expect(openOf(trouble).map((open, at) => (open ? at : -1))).toEqual([
    ...Array<number>(7).fill(-1),
    7,
    ...Array<number>(13).fill(-1),
  ]);
});

test("whatever is given is text, never markup", () => {
  const evil = `</code></title><script>alert("1")</script><img src='x' onerror=alert(1)>`;
  const change = { path: evil, from: evil, to: { [evil]: evil } };
  const half = {
    start: 0,
    replicas: 1,
    operations: [operation("update", `a:${evil}:${evil}`, evil, [change]), operation("create", statefulSet, evil)],
    diagnostics: (["info", "warning", "error"] as const).map((severity) => ({ severity, message: evil })),
  };
  const plan = { ...there.plan, set: { ...there.plan.set, name: evil, namespace: evil }, claimTemplates: [evil] };
  const steps = [
    { step: creation, violations: [] },
    { step: { ...forward, source: half, destination: half }, violations: [evil] },
  ];
  const given = { plan: { ...plan, manifests: [evil], warnings: [evil] }, steps, violations: [evil] };
  const hostile = renderPage({ ...there, ...given, command: evil, version: evil });
  expect(hostile.match(/<script/g)).toHaveLength(1);
  expect(hostile.match(/<img/g)).toBeNull();
  expect(hostile.match(/<title>/g)).toHaveLength(1);
  expect(hostile.split("&lt;img src=&#39;x&#39; onerror=alert(1)&gt;").length).toBeGreaterThan(20);
  // Every attribute is one of the page's own.
  const names = [...hostile.matchAll(/<[a-z]\w*((?:\s+[\w-]+(?:="[^"]*")?)*)\s*>/g)].flatMap(([, list = ""]) =>
    list.replace(/="[^"]*"/g, "").split(/\s+/),
  );
  expect(names).toContain("aria-labelledby");
  expect(names.filter((name) => name.startsWith("on") || name === "src")).toEqual([]);
});

test("a long value is cut off", () => {
  const change = { path: "data.x", from: "a".repeat(1000), to: "b" };
  const source = { ...forward.source, operations: [operation("update", statefulSet, "web", [change])] };
  const steps = [
    { step: creation, violations: [] },
    { step: { ...forward, source }, violations: [] },
  ];
  expect(textOf(renderPage({ ...there, steps }))).toContain(`data.x: "${"a".repeat(238)}… => "b"`);
});

test("the page loads nothing, and says so to the browser", () => {
  for (const each of [page, renderPage(refused), renderPage(moveOf(upTo(99)))]) {
    expect(each).not.toMatch(/https?:|url\(|@import|\bsrc=|<link|<iframe|<object|\/\//);
    expect(each).toMatch(
      /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;; style-src &#39;unsafe-inline&#39;; script-src &#39;sha256-[\w+/=]+&#39;">/,
    );
  }
});

test("the same rehearsal is the same page", () => {
  expect(renderPage(there)).toBe(page);
});
