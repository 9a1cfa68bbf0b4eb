import type { OrdinalRange, Side } from "../core/ordinals";
import { endOf, holds, ordinalsOf, sides } from "../core/ordinals";
import type { Palette } from "./colour";

/** Where every ordinal lives, and on what it is drawn. */
export interface Picture {
  /** The whole set. */
  readonly set: OrdinalRange;
  readonly source: OrdinalRange;
  readonly destination: OrdinalRange;
  /** Ordinals that the step moved: drawn bold. */
  readonly moved: readonly number[];
  /**
   * What each cluster really has, and what is drawn behind it: a mark, or a space. Left out: what the ranges say, without
   * marks. A set that is drawn as bars has none.
   */
  readonly really?: Readonly<Record<Side, ReadonlyMap<number, string>>>;
}

/** Columns to stay within, and colours. */
export interface Style {
  readonly columns: number;
  readonly palette: Palette;
}

const labelWidth = "destination".length;
const indent = "  ";

/**
 * Draws where each ordinal lives: one row a cluster, one cell an ordinal, a dot where it does not live.
 * A set too wide for the columns is drawn to scale, as two bars.
 */
export function renderPicture(picture: Picture, style: Style): string[] {
  const last = Math.max(endOf(picture.set) - 1, 0);
  const cellWidth = String(last).length + 1;
  const ofMark = picture.really === undefined ? 0 : 1;
  const width = indent.length + labelWidth + 1 + picture.set.replicas * (cellWidth + ofMark);
  return width <= style.columns ? cells(picture, style, cellWidth) : bars(picture, style);
}

function cells(picture: Picture, { palette }: Style, cellWidth: number): string[] {
  return sides.map((side) => {
    const really = picture.really?.[side];
    const row = ordinalsOf(picture.set).map((ordinal) => {
      const mark = really === undefined ? "" : (really.get(ordinal) ?? " ");
      const isHere = really === undefined ? holds(picture[side], ordinal) : really.has(ordinal);
      if (!isHere) return palette.dim(".".padStart(cellWidth)) + mark;
      const text = String(ordinal).padStart(cellWidth) + mark;
      if (mark === "!") return palette.bold(palette.red(text));
      if (mark.trim() !== "") return palette.yellow(text);
      return picture.moved.includes(ordinal) ? palette.bold(palette.cyan(text)) : palette.cyan(text);
    });
    return `${indent}${side.padEnd(labelWidth)} ${row.join("").trimEnd()}`;
  });
}

/** `source       0-46 (47)  #########......`: a range that is not empty gets at least one mark, and at most all but one. */
function bars(picture: Picture, { columns, palette }: Style): string[] {
  const { set } = picture;
  const texts = sides.map((side) => rangeText(picture[side]));
  const textWidth = Math.max(...texts.map((text) => text.length));
  const length = Math.max(columns - indent.length - labelWidth - textWidth - 4, 10);
  return sides.map((side, index) => {
    const range = picture[side];
    const [from, to] = [scaled(range.start - set.start, set, length), scaled(endOf(range) - set.start, set, length)];
    const bar =
      palette.dim(".".repeat(from)) + palette.cyan("#".repeat(to - from)) + palette.dim(".".repeat(length - to));
    return `${indent}${side.padEnd(labelWidth)}  ${(texts[index] ?? "").padEnd(textWidth)}  ${bar}`;
  });
}

/** Where a boundary between two ordinals is drawn: only the ends of the set are drawn at the ends of the bar. */
function scaled(boundary: number, set: OrdinalRange, length: number): number {
  if (boundary <= 0) return 0;
  if (boundary >= set.replicas) return length;
  return Math.min(Math.max(Math.round((boundary / set.replicas) * length), 1), length - 1);
}

/** A range in words: `none`, `3 (1)` or `0-46 (47)`. */
export function rangeText(range: OrdinalRange): string {
  if (range.replicas === 0) return "none";
  const ordinals = range.replicas === 1 ? `${range.start}` : `${range.start}-${endOf(range) - 1}`;
  return `${ordinals} (${range.replicas})`;
}
