/** The two halves of a set that is being moved: one Pulumi stack and one cluster each. */
export type Side = "source" | "destination";

/** Both, the one that an ordinal starts from first. */
export const sides = ["source", "destination"] as const satisfies readonly Side[];

/**
 * A contiguous run of ordinals, exactly as in the StatefulSet spec: `spec.ordinals.start` and `spec.replicas`.
 * Source: KEP-3335.
 */
export interface OrdinalRange {
  /** The first ordinal of the range, 0 or more. Meaningful also while the range is empty. */
  readonly start: number;
  /** How many ordinals the range has, 0 or more. */
  readonly replicas: number;
}

/** The other half. */
export function peerOf(side: Side): Side {
  return side === "source" ? "destination" : "source";
}

/** The first ordinal after a range: s+N for the whole set. */
export function endOf(range: OrdinalRange): number {
  return range.start + range.replicas;
}

/** The ordinals of a range, ascending. */
export function ordinalsOf(range: OrdinalRange): number[] {
  return Array.from({ length: range.replicas }, (_, index) => range.start + index);
}

/** No ordinal. */
export const noOrdinals: OrdinalRange = { start: 0, replicas: 0 };

/** What two ranges have in common. */
export function overlapOf(a: OrdinalRange, b: OrdinalRange): OrdinalRange {
  const start = Math.max(a.start, b.start);
  return { start, replicas: Math.max(0, Math.min(endOf(a), endOf(b)) - start) };
}

/** The ordinals of a range that lie in none of the others, ascending. It costs what it finds, not what the range has. */
export function ordinalsOutside(range: OrdinalRange, ...others: readonly (OrdinalRange | undefined)[]): number[] {
  const outside: number[] = [];
  for (let ordinal = range.start; ordinal < endOf(range);) {
    const other = others.find((candidate) => holds(candidate, ordinal));
    if (other === undefined) outside.push(ordinal++);
    else ordinal = endOf(other);
  }
  return outside;
}

/** Whether an ordinal lies in a range. No range holds nothing. */
export function holds(range: OrdinalRange | undefined, ordinal: number): boolean {
  return range !== undefined && ordinal >= range.start && ordinal < endOf(range);
}

/** Whether two ranges are the same, start included. */
export function sameRange(a: OrdinalRange, b: OrdinalRange): boolean {
  return a.start === b.start && a.replicas === b.replicas;
}

/**
 * The cut: the range of one half at a cutover index. The destination gets the high ordinals, because a StatefulSet
 * scales down from the top.
 *
 * @param set the whole set: first ordinal s and N replicas.
 * @param cutoverIndex k, from s to s+N.
 */
export function rangeOf(side: Side, set: OrdinalRange, cutoverIndex: number): OrdinalRange {
  return side === "source"
    ? { start: set.start, replicas: cutoverIndex - set.start }
    : { start: cutoverIndex, replicas: endOf(set) - cutoverIndex };
}

/** The cutover index at which a half would have this range, or undefined if there is none (someone else scaled it). */
export function indexOf(side: Side, set: OrdinalRange, range: OrdinalRange): number | undefined {
  const index = side === "source" ? endOf(range) : range.start;
  const legal = index >= set.start && index <= endOf(set);
  return legal && sameRange(rangeOf(side, set, index), range) ? index : undefined;
}

/** The index at most `batch` away from `from` that is nearest to `to`. */
export function towards(from: number, to: number, batch: number): number {
  return to > from ? Math.min(to, from + batch) : Math.max(to, from - batch);
}

/** A range in a sentence: `no ordinal`, `ordinal 3` or `ordinals 0 to 46`. */
export function ordinalsText(range: OrdinalRange): string {
  if (range.replicas === 0) return "no ordinal";
  return range.replicas === 1 ? `ordinal ${range.start}` : `ordinals ${range.start} to ${endOf(range) - 1}`;
}

/** Renders a range as in the annotation `statefulset-cutover/range`: start and replicas, such as `3+3`. */
export function formatRange(range: OrdinalRange): string {
  return `${range.start}+${range.replicas}`;
}

/** Reads what `formatRange` wrote; undefined for anything else. */
export function parseRange(text: string | undefined): OrdinalRange | undefined {
  const match = /^(\d{1,9})\+(\d{1,9})$/.exec(text ?? "");
  return match ? { start: Number(match[1]), replicas: Number(match[2]) } : undefined;
}
