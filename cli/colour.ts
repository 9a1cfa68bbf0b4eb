/** Dresses text for a terminal; without colour every method returns its text as it is. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly magenta: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** What decides whether a stream gets colour. */
export interface ColourSettings {
  /** Whether the stream is a terminal. */
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

function plain(text: string): string {
  return text;
}

function code(open: number, close: number): (text: string) => string {
  return (text) => (text === "" ? "" : `\u001b[${open}m${text}\u001b[${close}m`);
}

/** Text as it is. */
export const noColour: Palette = {
  bold: plain,
  dim: plain,
  red: plain,
  green: plain,
  yellow: plain,
  magenta: plain,
  cyan: plain,
};

/** ANSI colours, as the Pulumi CLI uses them: green for `+`, yellow for `~`, red for `-`, magenta for `+-`. */
export const ansi: Palette = {
  bold: code(1, 22),
  dim: code(2, 22),
  red: code(31, 39),
  green: code(32, 39),
  yellow: code(33, 39),
  magenta: code(35, 39),
  cyan: code(36, 39),
};

/** Whether a stream gets colour: only a terminal does, unless `NO_COLOR` (https://no-color.org) or `FORCE_COLOR` say otherwise. */
export function wantsColour({ isTTY, env }: ColourSettings): boolean {
  if ((env.NO_COLOR ?? "") !== "") return false;
  const forced = env.FORCE_COLOR ?? "";
  if (forced !== "") return forced !== "0" && forced !== "false";
  return isTTY && env.TERM !== "dumb";
}

/** The palette for a stream. */
export function paletteFor(settings: ColourSettings): Palette {
  return wantsColour(settings) ? ansi : noColour;
}
