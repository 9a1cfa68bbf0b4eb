import { sameJson, withoutUndefined } from "../../core/json";

test.each([
  [{ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 }, true],
  [{ a: undefined }, {}, true],
  [{}, { a: undefined }, true],
  [{ a: null }, {}, false],
  [{}, { a: null }, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [undefined, null, false],
  // Fields that every object of JavaScript inherits.
  [{}, { constructor: 1 }, false],
  [{ constructor: 1 }, {}, false],
])("%j and %j: the same is %s", (a, b, same) => {
  expect(sameJson(a, b)).toBe(same);
});

test("a value without undefined fields stays the same value", () => {
  const whole = { a: [{ b: 1 }], c: null };
  expect(withoutUndefined(whole)).toBe(whole);
  expect(withoutUndefined({ a: [{ b: 1, d: undefined }], c: undefined })).toStrictEqual({ a: [{ b: 1 }] });
});
