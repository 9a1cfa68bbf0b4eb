import { resolve } from "node:path";
import type { Advice } from "../../core/protocol/decision";
import { UserError } from "../../core/userError";
import type { Pulumi } from "../../driver/pulumi";
import type { UpReport, WalkListener, WalkOptions, WalkPlan, WalkReport } from "../../driver/walk";
import type { Palette } from "../colour";
import { paletteFor } from "../colour";
import { readInteger, readStacks } from "../flags";
import type { ExitCode, Io } from "../io";
import { exitCodes, writeLines } from "../io";
import { asMissingPulumi } from "../missingPulumi";
import { checkDrawer, checkTalker } from "./renderChecks";
import { leftWritten, writeDrawer } from "./renderWrites";
import { warnOnce } from "./warnOnce";

/** Options of `cutover walk` as they stand on the command line. */
export interface WalkFlags {
  readonly to?: string;
  readonly configDir?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly dryRun?: boolean;
  readonly cancelLocks?: boolean;
  readonly json?: boolean;
  readonly onTrouble?: string;
  readonly write?: boolean;
  readonly commit?: boolean;
}

/** The walk, as the command calls it. */
export interface Walker {
  readonly walk: (
    options: WalkOptions,
    pulumi: Pulumi,
    listener: WalkListener,
    interrupted: () => boolean,
  ) => Promise<WalkReport>;
  /** The Pulumi CLI in a folder. */
  readonly pulumiIn: (folder: string, env: Io["env"]) => Pulumi;
}

/** `cutover walk`: runs the ups from the applied index to the wanted one. Throws `UserError` on bad input. */
export async function runWalk(flags: WalkFlags, io: Io, { walk, pulumiIn }: Walker): Promise<ExitCode> {
  const options = readFlags(flags, io);
  const pulumi = pulumiIn(options.folder, io.env);
  const palette = paletteFor({ isTTY: io.stdout.isTTY, env: io.env });
  const stop = { asked: false };
  const ignoreStop = io.onStop((signal) => {
    writeLines(io.stderr, [
      stop.asked
        ? `${signal} again: Pulumi ends at once.`
        : `${signal}: the up that runs is asked to stop, and no other is begun.`,
    ]);
    stop.asked = true;
    pulumi.stop(signal);
  });
  try {
    const talk = talker(io);
    const listener = flags.json === true ? talk : together(talk, drawer(io, options.dryRun, palette));
    const report = await walk(options, pulumi, listener, () => stop.asked);
    if (flags.json === true) io.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    else if (report.outcome === "arrived") {
      const arrived = palette.green(palette.bold("Arrived:"));
      writeLines(io.stdout, ["", `${arrived} both halves stand at cutoverIndex ${report.to}.`]);
    }
    writeLines(io.stderr, leftWritten(report));
    const { outcome } = report;
    if (outcome === "arrived" || outcome === "planned") return exitCodes.ok;
    writeLines(io.stderr, [`${words[outcome]}: ${new UserError(report.problems).message}`]);
    return outcome === "stopped" ? exitCodes.failed : exitCodes.paused;
  } catch (error) {
    if (stop.asked && error instanceof UserError) {
      // Pulumi was asked to stop while it said what the input is.
      writeLines(io.stderr, ["error: the walk was interrupted before it began. Run the same again"]);
      return exitCodes.failed;
    }
    throw asMissingPulumi(error);
  } finally {
    ignoreStop();
  }
}

const words = { stopped: "error", paused: "paused", rolledBack: "walked back" } as const;

const onTroubleWords = ["pause", "rollback"] as const;

function readFlags(flags: WalkFlags, io: Io): WalkOptions {
  const { value: to, problems: inTo } = readInteger("--to", flags.to, 0);
  const { value: stacks, problems: inStacks } = readStacks(flags);
  const problems = [...inTo, ...inStacks];
  const onTrouble = onTroubleWords.find((word) => word === (flags.onTrouble ?? "pause"));
  if (onTrouble === undefined) {
    const [received, legal] = [flags.onTrouble, onTroubleWords.join(", ")];
    problems.push({ where: "--on-trouble", what: "is not legal", received, legal, todo: "Correct the option" });
  }
  if (flags.write === true && flags.to === undefined) {
    problems.push({
      where: "--write",
      what: "needs --to: the config's own number is what it writes",
      todo: "Add --to <k>",
    });
  }
  if (flags.commit === true && flags.write !== true) {
    problems.push({ where: "--commit", what: "needs --write: without it no file is changed", todo: "Add --write" });
  }
  return {
    folder: resolve(io.cwd, flags.configDir ?? "."),
    stacks,
    ...(to === undefined ? {} : { to }),
    dryRun: flags.dryRun === true,
    cancelLocks: flags.cancelLocks === true,
    onTrouble: onTrouble ?? "pause",
    ...(flags.write === true ? { write: flags.commit === true ? "commit" : "file" } : {}),
    problems,
  };
}

/** What is said on the side, on stderr: warnings, and all that Pulumi prints. */
function talker(io: Io): WalkListener {
  const output = warnOnce(io.stderr.write);
  return {
    planned: (_, warnings) => {
      writeLines(
        io.stderr,
        warnings.map((warning) => `warning: ${warning}`),
      );
    },
    output: output.write,
    ended: output.end,
    checks: checkTalker(io.stderr),
  };
}

/** Both are told of the same, the first one first. */
function together(first: WalkListener, second: WalkListener): WalkListener {
  return {
    ...first,
    ...second,
    planned: (plan, warnings) => {
      first.planned?.(plan, warnings);
      second.planned?.(plan, warnings);
    },
    ended: (up, advice) => {
      first.ended?.(up, advice);
      second.ended?.(up, advice);
    },
    checks: { ...first.checks, ...second.checks },
  };
}

/** The plan and how every `up` went, on stdout. The plan is legible as Markdown too. */
function drawer(io: Io, dryRun: boolean, palette: Palette): WalkListener {
  return {
    planned: (plan) => {
      const asks = plan.asks === "" ? [] : ["", `Asked on the way: ${plan.asks}`];
      writeLines(io.stdout, [palette.bold(plan.words), ...(dryRun ? ["", ...renderPlan(plan), ...asks] : [])]);
    },
    started: ({ stack, cutoverIndex }, number, of) => {
      const up = palette.bold(`pulumi up -s ${stack}`);
      writeLines(io.stdout, ["", `[${number} of ${of}] ${up}  (cutoverIndex ${cutoverIndex})`]);
    },
    ended: (up, advice) => {
      writeLines(io.stdout, [`  ${renderEnd(up, advice, palette)}`]);
    },
    checks: checkDrawer(io.stdout, palette),
    writes: writeDrawer(io.stdout, palette),
    goesBack: ({ from, to }) => {
      writeLines(io.stdout, ["", palette.yellow(`Back from cutoverIndex ${to} to ${from}, as --on-trouble says`)]);
    },
  };
}

function renderPlan({ ups, stacks }: WalkPlan): string[] {
  const width = Math.max(stacks.source.length, stacks.destination.length);
  return ups.map(
    ({ side, cutoverIndex }) => `    pulumi up -s ${stacks[side].padEnd(width)}  (cutoverIndex ${cutoverIndex})`,
  );
}

function renderEnd({ outcome, ms }: UpReport, advice: Advice | undefined, palette: Palette): string {
  const seconds = `${(ms / 1000).toFixed(1)} s`;
  if (outcome === "done") return palette.green(`done in ${seconds}`);
  if (advice === undefined) return palette.red(`${outcome} after ${seconds}`);
  return palette.yellow(`refused; first the ${advice.side} with cutoverIndex ${advice.cutoverIndex}, as it says`);
}
