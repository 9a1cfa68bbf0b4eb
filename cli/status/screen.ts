import type { Output } from "../io";

/** Control sequences of a terminal (ECMA-48, and DEC's private modes 7 and 25, which every terminal emulator has). */
const home = "\u001b[H";
const clearToEndOfLine = "\u001b[K";
const clearBelow = "\u001b[J";
const cutLongLines = "\u001b[?7l";
const wrapLongLines = "\u001b[?7h";
const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const clearAll = "\u001b[2J";

/** Rows to draw for where the terminal does not say how many it has. */
const defaultRows = 24;

/**
 * The whole of a terminal, drawn again and again from its top: line by line over what was there, so that nothing flickers.
 * What does not fit is cut, so that a line never becomes two and the top never scrolls away.
 */
export class Screen {
  private isOpen = false;

  public constructor(private readonly output: Output) {}

  public draw(lines: readonly string[]): void {
    const rows = Math.max((this.output.rows ?? defaultRows) - 1, 2);
    const hidden = lines.length - rows;
    const shown = hidden > 0 ? [...lines.slice(0, rows - 1), `… ${hidden + 1} more lines: see cutover status`] : lines;
    const start = this.isOpen ? "" : hideCursor + cutLongLines + clearAll;
    this.isOpen = true;
    this.output.write(`${start}${home}${shown.map((line) => `${line}${clearToEndOfLine}\n`).join("")}${clearBelow}`);
  }

  /** Leaves what was drawn last, and the terminal as it was. */
  public close(): void {
    if (this.isOpen) this.output.write(wrapLongLines + showCursor);
    this.isOpen = false;
  }
}
