const units = "KMGTPE";
const exponents: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const form = /^\+?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:([KMGTPE])i|([numkMGTPE])|([eE][-+]?\d{1,2}))?$/;

/** A size as the API server keeps it. */
export interface Size {
  /** Its text: equal amounts of one notation (binary, decimal, exponent) have the same. */
  readonly canonical: string;
  /** Bytes, if they are whole. */
  readonly bytes: bigint | undefined;
  /** The next whole number of bytes. */
  readonly roundedUp: bigint;
  /** Whether it was written finer than a thousandth of a byte, which the API server rounds up to. */
  readonly rounded: boolean;
}

/**
 * Reads a size, such as `1.5Gi`, which the API server stores as `1536Mi`: with the largest suffix that leaves a whole
 * number, and below a whole byte in thousandths (`1.1Gi` is `1181116006400m`).
 *
 * Source: the canonical form of `k8s.io/apimachinery/pkg/api/resource.Quantity`, and the rounding of
 * `SetDefaults_ResourceList`. What a real API server stores is compared in `tests/e2e/unset.e2e.ts`.
 *
 * @returns undefined if it is no size, or not greater than zero.
 */
export function sizeOf(written: unknown): Size | undefined {
  const match = form.exec(String(written));
  if (match === null) return undefined;
  const [, , , , binary, , exponent] = match;
  const [thousandths, rounded] = inThousandths(match);
  if (thousandths === 0n) return undefined;
  const bytes = thousandths % 1000n === 0n ? thousandths / 1000n : undefined;
  const isBinary = binary !== undefined && bytes !== undefined && bytes >= 1024n;
  const notation = exponent === undefined ? decimalText : exponentText;
  return {
    canonical: isBinary ? binaryText(bytes) : notation(thousandths),
    bytes,
    roundedUp: (thousandths + 999n) / 1000n,
    rounded,
  };
}

/** What the form has read, in thousandths, rounded up; and whether it had to be. */
function inThousandths([, whole = "", decimals = "", alone = "", binary, decimal, exponent]: RegExpExecArray): [
  bigint,
  boolean,
] {
  const fraction = decimals + alone;
  const factor = binary === undefined ? 1n : 1024n ** BigInt(units.indexOf(binary) + 1);
  const power = decimal === undefined ? Number((exponent ?? "e0").slice(1)) : (exponents[decimal] ?? 0);
  return scaled(BigInt(whole + fraction) * factor, power - fraction.length + 3);
}

/**
 * Bytes of a size, rounded up, whatever its notation: the API server writes 1024Mi back as 1Gi, and 0.1Gi rounded up to
 * thousandths or whole bytes. Anything else comes back as it is.
 */
export function amountOf(written: unknown): unknown {
  const size = sizeOf(written);
  return size === undefined ? written : Number(size.roundedUp);
}

/** A quantity in thousandths, rounded up, such as those of a CPU (`1.5` and `1500m` are 1500); 0 for zero and for what is none. */
export function thousandthsOf(written: unknown): number {
  const match = form.exec(String(written));
  return match === null ? 0 : Number(inThousandths(match)[0]);
}

/** A number times a power of ten, rounded up; and whether it had to be. */
function scaled(value: bigint, power: number): [bigint, boolean] {
  if (power >= 0) return [value * 10n ** BigInt(power), false];
  const divisor = 10n ** BigInt(-power);
  const isWhole = value % divisor === 0n;
  return [value / divisor + (isWhole ? 0n : 1n), !isWhole];
}

function binaryText(bytes: bigint): string {
  const [rest, steps] = divided(bytes, 1024n, units.length);
  return steps === 0 ? String(rest) : `${rest}${units.charAt(steps - 1)}i`;
}

function decimalText(thousandths: bigint): string {
  const [rest, steps] = divided(thousandths, 1000n, units.length + 1);
  return `${rest}${["m", "", "k", "M", "G", "T", "P", "E"][steps] ?? ""}`;
}

function exponentText(thousandths: bigint): string {
  const [rest, steps] = divided(thousandths, 1000n, Infinity);
  return steps === 1 ? String(rest) : `${rest}e${3 * steps - 3}`;
}

/** Divides as often as nothing is left over, and tells how often that was. */
function divided(value: bigint, divisor: bigint, most: number): [bigint, number] {
  let [rest, steps] = [value, 0];
  for (; steps < most && rest % divisor === 0n; steps += 1) rest /= divisor;
  return [rest, steps];
}
