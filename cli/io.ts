/** A stream that text is written to. */
export interface Output {
  readonly write: (text: string) => void;
  /** Whether it is a terminal. */
  readonly isTTY: boolean;
  /** Columns of the terminal, where there is one. */
  readonly columns?: number;
  /** Its rows. */
  readonly rows?: number;
}

/** What a command gets from the process. Data goes to `stdout`, talk to `stderr`. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The time now. */
  readonly now: () => Date;
  /** Asks whoever sits at the terminal; resolves with the line that was typed. Left out: nobody does. */
  readonly ask?: (question: string) => Promise<string>;
  /** Has a command told of SIGINT and SIGTERM, which then do not end the process. Returns what undoes it. */
  readonly onStop: (listener: (signal: "SIGINT" | "SIGTERM") => void) => () => void;
}

/** Exit codes of every command. */
export const exitCodes = {
  /** All is well. */
  ok: 0,
  /** An invariant was broken, or something failed. */
  failed: 1,
  /** Bad input or config: nothing was done. */
  badInput: 2,
  /** A gate does not hold, or an action cannot go on: the walk paused, or went a step back. */
  paused: 3,
} as const;

/** One of `exitCodes`. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Writes lines, each with its line end. */
export function writeLines(output: Output, lines: readonly string[]): void {
  if (lines.length > 0) output.write(lines.map((line) => `${line}\n`).join(""));
}
