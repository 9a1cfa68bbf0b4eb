/**
 * `npm run bench`: what a step of a move costs, by hand and with this program, and that it does not grow with the set.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { messageOf } from "../../core/userError";
import { PlaygroundError } from "../playground/errors";
import { talkTo } from "../playground/talk";
import type { Talk, TalkStream } from "../playground/talk";
import { renderChart } from "./chart";
import { Ground } from "./ground";
import { thisMachine, whatIsMissing } from "./machine";
import { measure, PARTS } from "./measure";
import type { Part, Results } from "./measure";
import type { Up } from "./pulumiProject";
import { renderReport } from "./report";
import type { Circumstances } from "./report";

const OK = 0;
const FAILED = 1;
const CANNOT_RUN = 2;
const ENOUGH_RUNS = 5;

/** What the command line touches outside of itself. */
export interface Io {
  /** Where results go. */
  readonly stdout: TalkStream;
  /** Where progress goes. */
  readonly stderr: TalkStream;
  readonly env: NodeJS.ProcessEnv;
  /** Today, as `2026-11-22`. */
  readonly date: string;
  /** Called with what cleans up, in case that this process is ended from outside. */
  readonly onClusters?: (clean: () => Promise<void>) => void;
}

interface Options {
  readonly runs: number;
  readonly replicas: readonly number[];
  readonly only: readonly Part[];
  readonly json?: boolean;
  readonly docs?: boolean;
}

const DESCRIPTION = [
  "Measures what one step of a move costs, on two control planes that it starts and removes: by hand with kubectl, and",
  "with `pulumi up` on the source, then on the destination, also without the range lock and with the live peer; what an `up`",
  "costs of an empty program, compiled and not, and of one with the bare objects; and the same step of sets of growing",
  "size. What is compared alternates. Needs pulumi, kubectl, and Go for the first run.",
].join(" ");

const MORE = `
Examples:
  npm run bench                          all of it, about a quarter of an hour
  npm run bench -- --only byHand,plain   the two ways only
  npm run bench -- --json > bench.json   one object on stdout, progress on stderr

Exit codes: ${OK} done; ${FAILED} failed, or an ordinal was alive in both clusters; ${CANNOT_RUN} bad usage, or a tool is missing.`;

/** Runs one command line (without `node` and the script). Returns the exit code. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const talk = talkTo(io.stderr, io.env);
  const program = createProgram(io);
  try {
    program.parse([...argv], { from: "user" });
    const options = program.opts<Options>();
    const missing = whatIsMissing(options.only, io.env);
    if (missing.length === 0) return await bench(options, argv, io, talk);
    for (const what of missing) talk.say(talk.bad(what));
    return CANNOT_RUN;
  } catch (error) {
    // Commander has said what is wrong; help that was asked for is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : CANNOT_RUN;
    const known = error instanceof PlaygroundError || !(error instanceof Error);
    talk.say(talk.bad(known ? messageOf(error) : (error.stack ?? error.message)));
    return FAILED;
  }
}

function createProgram(io: Io): Command {
  return new Command("bench")
    .description(DESCRIPTION)
    .addHelpText("after", MORE)
    .helpCommand(false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .addOption(new Option("--runs <n>", "how often each is measured").default(ENOUGH_RUNS).argParser(positive))
    .addOption(
      new Option("--replicas <list>", "sizes of the sets whose steps are compared")
        .default([6, 60, 600, 1000], "6,60,600,1000")
        .argParser((text) => text.split(",").map(positive)),
    )
    .addOption(
      new Option("--only <list>", "which parts to measure").default(PARTS, PARTS.join(",")).argParser((text) => {
        return text.split(",").map(part);
      }),
    )
    .addOption(new Option("--docs", "also write the results into docs/performance.md and docs/performance.svg"))
    .addOption(new Option("--json", "print one JSON object on stdout"));
}

async function bench(options: Options, argv: readonly string[], io: Io, talk: Talk): Promise<number> {
  const command = ["npm run bench", ...(argv.length > 0 ? ["--", ...argv] : [])].join(" ");
  const circumstances: Circumstances = { command, date: io.date, machine: thisMachine() };
  if (options.runs < ENOUGH_RUNS) talk.say(`${options.runs} runs are a try, not a measurement: ${ENOUGH_RUNS} are.`);
  const ground = await Ground.start(talk, (clean) => io.onClusters?.(clean));
  let results: Results;
  try {
    results = await measure(ground, options);
  } finally {
    await ground.stop();
  }
  const report = renderReport(results, circumstances);
  if (options.docs === true) writeDocs(ground.repository, report, results);
  io.stdout.write(options.json === true ? `${JSON.stringify(asJson(results, circumstances))}\n` : `${report}\n`);
  if (results.duplicates === 0) return OK;
  talk.say(talk.bad(`${results.duplicates} ordinals were alive in both clusters at once`));
  return FAILED;
}

/** The results for machines, and what else is known: when, where, and the parts of each `up`. */
function asJson({ ways, growth, duplicates, ups }: Results, circumstances: Circumstances): object {
  const parts = (some: readonly Up[]): object[] =>
    some.map(({ ms, startedMs, operationsMs, marks }) => ({ ms, startedMs, operationsMs, marks }));
  const floorMs = ups.floor.map(({ ms }) => ms);
  const all = Object.fromEntries(Object.entries(ups).map(([name, some]: [string, Up[]]) => [name, parts(some)]));
  return { ways, floorMs, growth, duplicates, ...circumstances, ups: all };
}

const BEGIN = "<!-- results: written by npm run bench -- --docs -->";
const END = "<!-- end of results -->";

function writeDocs(repository: string, report: string, results: Results): void {
  const page = join(repository, "docs", "performance.md");
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for results: ${BEGIN} … ${END}`);
  writeFileSync(page, `${text.slice(0, from + BEGIN.length)}\n\n${report}\n\n${text.slice(to)}`);
  writeFileSync(join(repository, "docs", "performance.svg"), renderChart(results));
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("A whole number above 0 is needed.");
  return value;
}

function part(text: string): Part {
  const found = PARTS.find((each) => each === text);
  if (found === undefined) throw new InvalidArgumentError(`Known are: ${PARTS.join(", ")}.`);
  return found;
}

if (require.main === module) {
  let clean: (() => Promise<void>) | undefined;
  const onSignal = (): void => {
    void (clean?.() ?? Promise.resolve()).finally(() => process.exit(FAILED));
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal).once("SIGHUP", onSignal);
  const io: Io = {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    date: new Date().toISOString().slice(0, 10),
    onClusters: (how) => {
      clean = how;
    },
  };
  void run(process.argv.slice(2), io).then((code) => {
    process.exitCode = code;
  });
}
