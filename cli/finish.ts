import { resolve } from "node:path";
import { ordinalsText, peerOf, sides } from "../core/ordinals";
import type { Problem } from "../core/userError";
import { UserError } from "../core/userError";
import type { FinishListener, FinishOptions, FinishPlan, FinishPorts, FinishReport } from "../driver/finish/finish";
import type { Pulumi } from "../driver/pulumi";
import type { Palette } from "./colour";
import { paletteFor } from "./colour";
import type { ExitCode, Io } from "./io";
import { exitCodes, writeLines } from "./io";

/** Options of `cutover finish` as they stand on the command line. */
export interface FinishFlags {
  readonly removeClaims?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly source?: string;
  readonly destination?: string;
  readonly configDir?: string;
  readonly json?: boolean;
}

/** The end of a move, as the command calls it. */
export interface Finisher {
  readonly finish: (
    options: FinishOptions,
    ports: FinishPorts,
    listener: FinishListener,
    interrupted: () => boolean,
  ) => Promise<FinishReport>;
  /** The Pulumi CLI in a folder. */
  readonly pulumiIn: (folder: string, env: Io["env"]) => Pulumi;
  readonly open: FinishPorts["open"];
}

/** `cutover finish`: ends a move. Throws `UserError` on bad input, and where something speaks against it. */
export async function runFinish(flags: FinishFlags, io: Io, { finish, pulumiIn, open }: Finisher): Promise<ExitCode> {
  const options = readFlags(flags, io);
  const pulumi = pulumiIn(options.folder, io.env);
  const palette = paletteFor({ isTTY: io.stdout.isTTY, env: io.env });
  const stop = { asked: false };
  const ignoreStop = io.onStop((signal) => {
    const told = stop.asked
      ? `${signal} again: Pulumi ends at once.`
      : `${signal}: the stage that runs is asked to stop, and no other is begun.`;
    writeLines(io.stderr, [told]);
    stop.asked = true;
    pulumi.stop(signal);
  });
  const confirm = async (): Promise<boolean> => {
    if (flags.yes === true) return true;
    const answer = await io.ask?.('Do all this? Only "yes" is taken: ');
    return answer?.trim() === "yes" && !stop.asked;
  };
  try {
    const talk = talker(io);
    const listener = flags.json === true ? talk : { ...talk, ...drawer(io, talk, palette) };
    const report = await finish(options, { pulumi, open, confirm }, listener, () => stop.asked);
    if (flags.json === true) io.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    else writeLines(io.stdout, renderEnd(report, palette));
    if (report.outcome === "finished" || report.outcome === "planned") return exitCodes.ok;
    const why =
      report.outcome === "declined" ? "nothing was done, as you said" : new UserError(report.problems).message;
    writeLines(io.stderr, [`error: ${why}`]);
    return exitCodes.failed;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" || path !== "pulumi") throw error;
    const todo = "Install it: https://www.pulumi.com/docs/install/";
    throw new UserError([{ where: "pulumi", what: "is not on PATH", todo }]);
  } finally {
    ignoreStop();
  }
}

function readFlags(flags: FinishFlags, io: Io): FinishOptions {
  const problems: Problem[] = [];
  const stacks = { source: flags.source ?? "source", destination: flags.destination ?? "destination" };
  for (const side of sides) {
    if (/^([A-Za-z0-9_.-]+\/){0,2}[A-Za-z0-9_.-]{1,100}$/.test(stacks[side])) continue;
    const [received, legal] = [stacks[side], "a stack's name, also with its organization and project before it"];
    problems.push({ where: `--${side}`, what: "is not legal", received, legal, todo: "Correct the option" });
  }
  if (flags.yes !== true && flags.dryRun !== true && io.ask === undefined) {
    const todo = "Add --yes, or look first with --dry-run";
    problems.push({ where: "cutover finish", what: "asks before it does anything, and this is no terminal", todo });
  }
  return {
    folder: resolve(io.cwd, flags.configDir ?? "."),
    stacks,
    removeClaims: flags.removeClaims === true,
    dryRun: flags.dryRun === true,
    problems,
  };
}

/** What is said on the side, on stderr. */
function talker(io: Io): FinishListener & Required<Pick<FinishListener, "planned">> {
  return {
    planned: (_, warnings) => {
      writeLines(
        io.stderr,
        warnings.map((warning) => `warning: ${warning}`),
      );
    },
    output: io.stderr.write,
  };
}

/** The plan and how every stage went, on stdout. */
function drawer(io: Io, talk: ReturnType<typeof talker>, palette: Palette): FinishListener {
  return {
    planned: (plan, warnings) => {
      talk.planned(plan, warnings);
      writeLines(io.stdout, renderPlan(plan, palette));
    },
    started: ({ words }, number, of) => {
      writeLines(io.stdout, ["", `[${number} of ${of}] ${palette.bold(words)}`]);
    },
    progress: (what) => {
      writeLines(io.stdout, [`  ${what}`]);
    },
    ended: ({ outcome, ms }) => {
      const text = `${outcome === "done" ? "done in" : "failed after"} ${(ms / 1000).toFixed(1)} s`;
      writeLines(io.stdout, [`  ${outcome === "done" ? palette.green(text) : palette.red(text)}`]);
    },
  };
}

function renderPlan({ set, holder, stages, stays }: FinishPlan, palette: Palette): string[] {
  const all = `the ${holder} holds ${ordinalsText(set)} and all are Ready, the ${peerOf(holder)} runs nothing`;
  const what = holder === "source" ? "The move is called off" : "The move has arrived";
  const first = palette.bold(`${what}, StatefulSet ${set.namespace}/${set.name}: ${all}.`);
  if (stages.length === 0) return [first];
  return [
    first,
    "",
    "What will be done:",
    ...stages.map(({ words }, at) => `  ${at + 1}. ${words}`),
    "",
    "What stays:",
    ...stays.map((text) => `  - ${text}`),
    "",
  ];
}

function renderEnd({ outcome, holder, planned, stays }: FinishReport, palette: Palette): string[] {
  if (outcome !== "finished") return [];
  const finished = palette.green(palette.bold("Finished:"));
  const what = planned.length === 0 ? "there is nothing left to do" : `the ${holder} is a StatefulSet of its own`;
  return ["", `${finished} ${what}. What stays:`, ...stays.map((text) => `  - ${text}`)];
}
