import fc from "fast-check";
import { amountOf, sizeOf } from "../../core/quantity";
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

test("an amount is the same in every notation, and anything else is itself", () => {
  for (const written of [
    "1Gi",
    "1024Mi",
    "1073741824",
    1073741824,
    "1073741824000m",
    "1.073741824e9",
    "1073741823.1",
  ]) {
    expect(amountOf(written)).toBe(1_073_741_824);
  }
  expect(amountOf("1G")).toBe(1_000_000_000);
  expect([amountOf("much"), amountOf(null), amountOf(undefined)]).toStrictEqual(["much", null, undefined]);
});
