import { selects, selectsEverything } from "../../../core/set/selectors";

const labels = { app: "web", tier: "db" };
const expression = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }],
});

test.each<[unknown, boolean]>([
  [{}, true],
  [undefined, true],
  [{ matchLabels: { app: "web" } }, true],
  [{ matchLabels: { app: "web", tier: "front" } }, false],
  [{ matchLabels: { constructor: "x" } }, false],
  [expression("app", "In", "api", "web"), true],
  [expression("app", "In", "api"), false],
  [expression("app", "NotIn", "api"), true],
  [expression("zone", "NotIn", "a"), true],
  [expression("app", "NotIn", "web"), false],
  [expression("app", "Exists"), true],
  [expression("zone", "Exists"), false],
  [expression("zone", "DoesNotExist"), true],
  [expression("app", "DoesNotExist"), false],
  [expression("app", "Like", "web"), false],
  [{ matchLabels: { app: "web" }, ...expression("tier", "In", "front") }, false],
])("%j picks the pod: %s", (selector, expected) => {
  expect(selects(selector, labels)).toBe(expected);
});

test("only a selector that says nothing picks everything", () => {
  expect([{}, undefined, { matchLabels: {} }].map(selectsEverything)).toEqual([true, true, true]);
  expect([{ matchLabels: { app: "web" } }, expression("app", "Exists")].map(selectsEverything)).toEqual([false, false]);
});
