import { rememberingLast } from "../../../core/contract/rememberingLast";

test("the last answer is given again while the same is asked, and only then", () => {
  const asked: string[] = [];
  const length = rememberingLast((text) => {
    asked.push(text);
    return { length: text.length };
  });
  expect(length("a")).toBe(length("a"));
  expect(length("bb")).toEqual({ length: 2 });
  expect(length("a")).toEqual({ length: 1 });
  expect(asked).toEqual(["a", "bb", "a"]);
});
