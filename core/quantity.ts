const units = "KMGTPE";

/**
 * A size as the API server stores it: with the largest suffix that leaves a whole number, so 1024Mi becomes 1Gi and 1.5Gi
 * becomes 1536Mi. What is written with an exponent, or is no whole number of bytes, comes back as it is.
 *
 * Source: the canonical form of `k8s.io/apimachinery/pkg/api/resource.Quantity`.
 */
export function canonicalSize(size: string): string {
  const [, digits = "", fraction = "", suffix = ""] = /^(\d+)(?:\.(\d*))?([KMGTPE]i|[kMGTPE])?$/.exec(size) ?? [];
  if (digits === "") return size;
  const isBinary = suffix.endsWith("i");
  const step = isBinary ? 1024n : 1000n;
  const power = suffix === "" ? 0 : units.indexOf(suffix.charAt(0).toUpperCase()) + 1;
  const [scaled, divisor] = [BigInt(digits + fraction) * step ** BigInt(power), 10n ** BigInt(fraction.length)];
  if (scaled === 0n || scaled % divisor !== 0n) return size;
  let rest = scaled / divisor;
  let unit = 0;
  for (; unit < units.length && rest % step === 0n; unit += 1) rest /= step;
  const letter = unit === 0 ? "" : units.charAt(unit - 1);
  return `${rest}${isBinary ? letter : letter.replace("K", "k")}${isBinary && unit > 0 ? "i" : ""}`;
}
