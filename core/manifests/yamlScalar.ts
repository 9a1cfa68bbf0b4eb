/**
 * What kubectl takes a plain (unquoted) YAML scalar for.
 *
 * kubectl reads YAML 1.1 with go-yaml, and so do the clusters' own tools: `yes` and `on` are true, `0644` is 420 and
 * `12:30` is text. Reading manifests by YAML 1.2 would set a `defaultMode: 0644` to 644, which is mode 1204, and send
 * `on` as text. Every rule below was compared with what kubectl 1.32 makes of the same text.
 */

const words: ReadonlyMap<string, boolean | null> = new Map([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
]);

const integers: readonly (readonly [form: RegExp, prefix: string])[] = [
  [/^0[xX]([0-9a-fA-F]+)$/, "0x"],
  [/^0[bB]([01]+)$/, "0b"],
  [/^0[oO]?([0-7]+)$/, "0o"],
  [/^(0|[1-9][0-9]*)$/, ""],
];

const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const notFinite = /^(\.nan|\.NaN|\.NAN|[-+]?\.(inf|Inf|INF))$/;

/** The value of a plain scalar, or why there is none. */
export type Scalar = { readonly value: string | number | boolean | null } | { readonly error: string };

/** Resolves a plain scalar as kubectl does. */
export function resolveScalar(text: string): Scalar {
  const word = words.get(text);
  if (word !== undefined) return { value: word };
  if (notFinite.test(text)) return { error: "is a number that JSON cannot hold" };
  if (!/^[-+]?\.?[0-9]/.test(text)) return { value: text };

  const plain = text.replace(/_/g, "");
  const unsigned = plain.replace(/^[-+]/, "");
  for (const [form, prefix] of integers) {
    const digits = form.exec(unsigned)?.[1];
    if (digits === undefined) continue;
    const size = Number(`${prefix}${digits}`);
    // From here on doubles skip integers: the cluster would get another number than the one in the file.
    if (!Number.isSafeInteger(size)) return { error: "is a number too large to be read exactly" };
    return { value: plain.startsWith("-") && size !== 0 ? -size : size };
  }
  if (!float.test(plain)) return { value: text };
  const value = Number(plain);
  return Number.isFinite(value) ? { value: value === 0 ? 0 : value } : { value: text };
}
