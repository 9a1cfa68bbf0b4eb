import { checksInWords, hasChecks, noChecks, readChecks } from "../../../core/gates/checks";
import type { CheckKey } from "../../../core/gates/checks";
import { renderProblem } from "../../../core/userError";

const edit = "Change it in Pulumi.yaml";

function lines(key: CheckKey, value: unknown): string[] {
  return readChecks(key, value, edit).problems.map(renderProblem);
}

test("an entry is a kind with its options, and defaults", () => {
  const inGates = readChecks("gates", [{ ready: null }, { ready: { settle: "0", deadline: "1m30s" } }], edit);
  const inBefore = readChecks("before", [{ "redis-cluster": { port: 7000 } }], edit);
  expect([...inGates.problems, ...inBefore.problems]).toEqual([]);
  const [gates, before] = [inGates.value, inBefore.value];
  expect(gates).toEqual([
    {
      title: "gates[0] ready",
      kind: "ready",
      settleMs: 5_000,
      deadlineMs: 600_000,
      gate: expect.anything() as unknown,
    },
    { title: "gates[1] ready", kind: "ready", settleMs: 0, deadlineMs: 90_000, gate: expect.anything() as unknown },
  ]);
  expect(before).toMatchObject([{ title: "before[0] redis-cluster", kind: "redis-cluster", deadlineMs: 600_000 }]);
  const checks = { gates, before, after: [] };
  expect([hasChecks(checks), checksInWords(checks)]).toEqual([true, "gates ready, ready; before redis-cluster"]);
  expect([hasChecks(noChecks), checksInWords(noChecks)]).toEqual([false, ""]);
  expect(readChecks("after", undefined, edit)).toEqual({ value: [], problems: [] });
});

const kinds = /legal: (one of )?ready, exec, http, tcp, prometheus, command, redis-cluster/;

test("no list, and entries that are no kind with its options", () => {
  expect(lines("gates", { ready: {} })).toEqual([
    `gates is not a list; legal: a list; each entry a kind and its options, such as ready: {}. ${edit}`,
  ]);
  const [text, two, none] = lines("gates", ["ready", { ready: {}, tcp: {} }, {}]);
  expect(text).toMatch(/^gates\[0\] is not a kind with its options; /);
  expect(two).toMatch(/^gates\[1\] has 2 keys instead of one, the kind; /);
  expect(none).toMatch(/^gates\[2\] is not a kind with its options; /);
  expect([text, two, none].every((line) => kinds.test(line ?? ""))).toBe(true);
  expect(lines("gates", [{ ready: true }])).toEqual([
    `gates[0].ready has no map of options; legal: options, or {}. ${edit}`,
  ]);
});

test("a kind that does not exist: did you mean", () => {
  const [near, far] = lines("gates", [{ "redis-clustr": {} }, { xyz: {} }]);
  expect(near).toMatch(/^gates\[0\] is of a kind that does not exist \(received "redis-clustr"\); /);
  expect(near).toContain(`. Did you mean redis-cluster? ${edit}`);
  expect(far).toMatch(new RegExp(`redis-cluster[^.]*\\. ${edit}$`));
});

test("a misspelt option: did you mean; no value is shown", () => {
  expect(lines("gates", [{ ready: { setle: "hunter2" } }])).toEqual([
    "gates[0].ready.setle is not an option; legal: deadline, settle. Did you mean settle? If not, remove it: change it in Pulumi.yaml",
  ]);
});

test("lengths of time", () => {
  const form = "a length of time such as 500ms, 5s, 10m or 1m30s";
  expect(lines("gates", [{ ready: { settle: "5 s", deadline: 10 } }])).toEqual([
    `gates[0].ready.deadline is not legal (received 10); legal: ${form}. ${edit}`,
    `gates[0].ready.settle is not legal (received "5 s"); legal: ${form}. ${edit}`,
  ]);
  expect(lines("gates", [{ ready: { settle: "5s", deadline: "5s" } }])).toEqual([
    `gates[0].ready.deadline is not longer than settle; legal: more than settle. ${edit}`,
  ]);
});

test("what cannot be an action, and what is no gate's option", () => {
  expect(lines("before", [{ ready: {} }])).toEqual([
    `before[0].ready cannot stand in before; legal: ready in gates. ${edit}`,
  ]);
  expect(lines("after", [{ "redis-cluster": { settle: "1s" } }])).toEqual([
    expect.stringMatching(/^after\[0\]\.redis-cluster\.settle is not an option; /),
    `after[0].redis-cluster cannot stand in after; legal: redis-cluster in gates or before. ${edit}`,
  ]);
});

test("a password that stands in the config is not shown", () => {
  const where = { secret: "redis", key: "password" };
  expect(lines("gates", [{ "redis-cluster": { auth: "hunter2" } }]).join()).not.toContain("hunter2");
  expect(lines("gates", [{ "redis-cluster": { auth: { ...where, secret: "Hunter2!" } } }])).toEqual([
    `gates[0].redis-cluster.auth.secret is not legal; legal: the name of a Secret. ${edit}`,
  ]);
  expect(lines("gates", [{ "redis-cluster": { auth: { ...where, config: "redis:password" } } }])).toEqual([
    `gates[0].redis-cluster.auth names a Secret and a config key; legal: one of the two. ${edit}`,
  ]);
  expect(lines("gates", [{ "redis-cluster": { password: "hunter2" } }]).join()).not.toContain("hunter2");
});
