import { resolve } from "node:path";
import type { StatusReport } from "../../core/status/report";
import type { Pulumi } from "../../driver/pulumi";
import type { StatusOptions } from "../../driver/status/status";
import { paletteFor } from "../colour";
import { readStacks } from "../flags";
import type { ExitCode, Io } from "../io";
import { exitCodes, writeLines } from "../io";
import { asMissingPulumi } from "../missingPulumi";
import type { Style } from "../renderPicture";
import { linesOf, renderStatus } from "./renderStatus";
import { Screen } from "./screen";

/** Options of `cutover status` as they stand on the command line. */
export interface StatusFlags {
  readonly configDir?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** What `cutover status` asks. */
export interface StatusReader {
  /** Looks once; throws `UserError` if nobody can tell which set it is about. */
  readonly look: () => Promise<StatusReport>;
}

/** The status, as the command calls it. */
export interface StatusPort {
  readonly statusOf: (options: StatusOptions, pulumi: Pulumi) => StatusReader;
  /** The Pulumi CLI in a folder. */
  readonly pulumiIn: (folder: string, env: Io["env"]) => Pulumi;
  /** Rests; ends early when it is told to. */
  readonly rest: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How long `--watch` rests between two looks. */
const restMs = 2_000;
const defaultColumns = 80;

/** `cutover status`: says where a move stands. Throws `UserError` on bad input. */
export async function runStatus(flags: StatusFlags, io: Io, port: StatusPort): Promise<ExitCode> {
  const { value: stacks, problems } = readStacks(flags);
  const folder = resolve(io.cwd, flags.configDir ?? ".");
  const pulumi = port.pulumiIn(folder, io.env);
  const reader = port.statusOf({ folder, stacks, problems }, pulumi);
  try {
    if (flags.watch === true) return await watch(flags, io, reader, port, pulumi);
    const report = await reader.look();
    writeLines(
      io.stdout,
      flags.json === true ? [JSON.stringify(report, undefined, 2)] : renderStatus(report, styleOf(io)),
    );
    return codeOf(report);
  } catch (error) {
    throw asMissingPulumi(error);
  }
}

function styleOf({ stdout, env }: Io): Style {
  return { columns: stdout.columns ?? defaultColumns, palette: paletteFor({ isTTY: stdout.isTTY, env }) };
}

function codeOf({ problems, good }: StatusReport): ExitCode {
  if (problems.length > 0) return exitCodes.failed;
  return good ? exitCodes.ok : exitCodes.paused;
}

/** Looks again and again until it is told to stop. The last look decides how it ends. */
async function watch(
  flags: StatusFlags,
  io: Io,
  reader: StatusReader,
  { rest }: StatusPort,
  pulumi: Pulumi,
): Promise<ExitCode> {
  const stopping = new AbortController();
  const ignoreStop = io.onStop((signal) => {
    stopping.abort();
    pulumi.stop(signal);
  });
  const view = flags.json === true ? new JsonLines(io) : io.stdout.isTTY ? new Picture(io) : new ChangedLines(io);
  let code: ExitCode = exitCodes.ok;
  try {
    while (!stopping.signal.aborted) {
      const report = await reader.look();
      code = codeOf(report);
      view.show(report);
      await rest(restMs, stopping.signal);
    }
  } catch (error) {
    // Pulumi was asked to stop while it said what the stacks have.
    if (!stopping.signal.aborted) throw error;
  } finally {
    view.close();
    ignoreStop();
  }
  return code;
}

interface View {
  readonly show: (report: StatusReport) => void;
  readonly close: () => void;
}

/** A live picture. */
class Picture implements View {
  private readonly screen: Screen;

  public constructor(private readonly io: Io) {
    this.screen = new Screen(io.stdout);
  }

  public show(report: StatusReport): void {
    const style = styleOf(this.io);
    const at = style.palette.dim(`${report.at}   Ctrl-C ends this`);
    this.screen.draw([at, "", ...renderStatus(report, style)]);
  }

  public close(): void {
    this.screen.close();
  }
}

/** A line for each thing that has changed. */
class ChangedLines implements View {
  private last: ReadonlyMap<string, string> = new Map();

  public constructor(private readonly io: Io) {}

  public show(report: StatusReport): void {
    const now = linesOf(report);
    const said = (name: string, text: string): string => `${report.at} ${text === "" ? name : `${name}: ${text}`}`;
    writeLines(this.io.stdout, [
      ...[...this.last.keys()].filter((name) => !now.has(name)).map((name) => said("no longer", name)),
      ...[...now].filter(([name, text]) => this.last.get(name) !== text).map(([name, text]) => said(name, text)),
    ]);
    this.last = now;
  }

  public close(): void {
    // Each line has its end.
  }
}

/** A document on a line of its own whenever something has changed. */
class JsonLines implements View {
  private last = "";

  public constructor(private readonly io: Io) {}

  public show(report: StatusReport): void {
    const now = JSON.stringify({ ...report, at: "" });
    if (now !== this.last) writeLines(this.io.stdout, [JSON.stringify(report)]);
    this.last = now;
  }

  public close(): void {
    // Each line has its end.
  }
}
