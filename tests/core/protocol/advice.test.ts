import { adviceIn, refusalProblem } from "../../../core/protocol/advice";
import type { Refusal } from "../../../core/protocol/protocol";
import { renderProblem } from "../../../core/userError";

const stacks = { source: "old", destination: "new" };
const refusal = (advice?: Refusal["advice"]): Refusal => ({
  rule: "gap",
  reason: "ordinal 5 is held by neither half",
  outOfTurn: true,
  ...(advice && { advice }),
});

test.each([
  [{ side: "source", cutoverIndex: 5 }, "Run pulumi up -s old with cutoverIndex 5 first, then this again"],
  [{ side: "source", cutoverIndex: 6 }, "Run pulumi up -s old with cutoverIndex 6 first, then this again"],
  [{ side: "destination", cutoverIndex: 6 }, "Run pulumi up -s new with cutoverIndex 6 first, then this again"],
] as const)("advice %j", (advice, words) => {
  const problem = refusalProblem(refusal(advice), { side: "destination", cutoverIndex: 5 }, stacks);
  const said = renderProblem(problem);
  expect(said).toBe(`cutoverIndex 5: ordinal 5 is held by neither half. ${words}`);
  expect(adviceIn(`Diagnostics:\n    error: ${said.replace(" first", "\n      first")}\n`, stacks)).toEqual(advice);
});

test("a reason that says itself what to do", () => {
  const problem = refusalProblem(refusal(), { side: "source", cutoverIndex: 5 }, stacks);
  expect(renderProblem(problem)).toBe("cutoverIndex 5: ordinal 5 is held by neither half");
});

test.each(["Run pulumi up -s third with cutoverIndex 5 first, then this again", "Run pulumi up -s old --refresh", ""])(
  "no advice for these stacks in %j",
  (said) => {
    expect(adviceIn(said, stacks)).toBeUndefined();
  },
);
