import fc from "fast-check";
import { sizeOf } from "../../core/quantity";
import { sizeCases } from "./unsetCases";

test.each(sizeCases)("%s is declared as %s, and so is that", (written, declared) => {
  expect(sizeOf(written)).toMatchObject({ canonical: declared, rounded: false });
  expect(sizeOf(declared)?.canonical).toBe(declared);
});

test.each(["1u", "100n", "0.0001", "1.0005m"])("%s is finer than a size can be", (written) => {
  expect(sizeOf(written)?.rounded).toBe(true);
});

test.each(["0", "0Gi", "-1Gi", "1 Gi", "1Gib", "1e0Gi", "", ".", "Gi", "1KI", "1K", "ten", "1e999"])(
  "%s is no size",
  (written) => {
    expect(sizeOf(written)).toBeUndefined();
  },
);

test("any way to write an amount keeps it", () => {
  const suffixes: readonly [string, bigint][] = [
    ["Ki", 1024n],
    ["Mi", 1024n ** 2n],
    ["Gi", 1024n ** 3n],
    ["", 1n],
    ["k", 1000n],
    ["M", 10n ** 6n],
    ["e3", 1000n],
  ];
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 9n), fc.constantFrom(...suffixes), (count, [suffix, factor]) => {
      const size = sizeOf(`${count}${suffix}`);
      return size?.bytes === count * factor && sizeOf(size.canonical)?.bytes === size.bytes;
    }),
  );
});
