/**
 * What the playground says to a person: lines on stderr, so that stdout stays free for `--json`.
 */

/** Where talk goes. Tests pass an object of their own. */
export interface Talk {
  /** Says one line. */
  say(text: string): void;
  /** Shows how far something long has come: overwritten in place on a terminal, a line every now and then elsewhere. */
  progress(text: string): void;
  /** Whether `progress` overwrites its own last text; if not, callers should call it rarely. */
  readonly live: boolean;
  /** Marks good news (green on a terminal). */
  good(text: string): string;
  /** Marks bad news (red on a terminal). */
  bad(text: string): string;
}

/** The part of a stream that talk needs. */
export interface TalkStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Talk on a stream; colour and overwriting only on a terminal, and no colour where NO_COLOR is set (no-color.org). */
export function talkTo(stream: TalkStream, env: NodeJS.ProcessEnv): Talk {
  const live = stream.isTTY === true;
  const colour = live && (env.NO_COLOR ?? "") === "";
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  let unfinished = false;
  return {
    live,
    say(text) {
      stream.write(`${unfinished ? "\r\u001b[K" : ""}${text}\n`);
      unfinished = false;
    },
    progress(text) {
      stream.write(live ? `\r\u001b[K${text}` : `${text}\n`);
      unfinished = live;
    },
    good: (text) => paint(32, text),
    bad: (text) => paint(31, text),
  };
}

/** A time span as a person reads it: `4.2 s`, `1 min 05 s`. */
export function span(ms: number): string {
  if (ms < 60_000) {
    return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  }
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
