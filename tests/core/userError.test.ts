import { renderProblem, UserError } from "../../core/userError";

test("a problem is one line: where, what, received, legal, what to do", () => {
  expect(
    renderProblem({
      where: "batch",
      what: "is out of range",
      received: 0,
      legal: "an integer from 1",
      todo: "Raise it",
    }),
  ).toBe("batch is out of range (received 0); legal: an integer from 1. Raise it");
  expect(renderProblem({ where: "set", what: "differs" })).toBe("set differs");
  expect(renderProblem({ where: "k", what: "is not set", received: undefined })).toBe(
    "k is not set (received nothing)",
  );
});

test("a long value is cut off", () => {
  const line = renderProblem({ where: "k", what: "is long", received: "x".repeat(500) });
  expect(line).toBe(`k is long (received "${"x".repeat(119)}…)`);
});

test("one problem is the message, several are a list; there is no stack to render", () => {
  const one = new UserError([{ where: "a", what: "is wrong" }]);
  expect(one.message).toBe("a is wrong");
  expect(one.stack).toBe("UserError: a is wrong");
  const two = new UserError([
    { where: "a", what: "is wrong" },
    { where: "b", what: "is too" },
  ]);
  expect(two.message).toBe("2 problems:\n  - a is wrong\n  - b is too");
  expect(two.name).toBe("UserError");
});
