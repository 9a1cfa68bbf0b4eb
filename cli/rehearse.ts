import { ordinalsText } from "../core/ordinals";
import { UserError } from "../core/userError";
import { allRead } from "../core/verdict";
import type { RehearsalListener, RehearsalOptions } from "../rehearsal/rehearse";
import type { RehearsalReport } from "../rehearsal/engine/report";
import { paletteFor } from "./colour";
import { readInteger, readLeftOut } from "./flags";
import type { RehearseFlags } from "./flags";
import { clusterFlagProblems, fromCluster, realSurveyor } from "./fromCluster";
import type { LoadSurveyor } from "./fromCluster";
import { NewWarnings } from "./newWarnings";
import { nextSteps, writeProject } from "./init";
import type { NewProject } from "./init";
import type { ExitCode, Io } from "./io";
import { exitCodes, writeLines } from "./io";
import type { Style } from "./renderPicture";
import { renderStep, renderTitle } from "./renderStep";
import { alreadySaid, renderVerdict } from "./renderVerdict";
import { pageFileProblem } from "./page/pageFile";
import { PageRecorder } from "./page/recorder";

/** The rehearsal, as the command calls it. */
export type Rehearse = (options: RehearsalOptions, listener: RehearsalListener) => Promise<RehearsalReport>;

/** Columns to draw for where there is no terminal. */
const defaultColumns = 80;

/** `cutover rehearse`: runs the rehearsal and says what it does, step by step. Throws `UserError` on bad input. */
export async function runRehearse(
  flags: RehearseFlags,
  io: Io,
  rehearse: Rehearse,
  surveyor: LoadSurveyor = realSurveyor,
): Promise<ExitCode> {
  const style: Style = {
    columns: io.stdout.columns ?? defaultColumns,
    palette: paletteFor({ isTTY: io.stdout.isTTY, env: io.env }),
  };
  const options = await readFlags(flags, io);
  if (flags.fromCluster !== undefined && options.problems.length > 0) throw new UserError(options.problems);
  const found = await fromCluster(flags, options, io, surveyor);
  const real = found === undefined ? {} : { real: found.real };
  const recorder = new PageRecorder();
  const listener = together([talker(io), recorder.listener, flags.json === true ? {} : drawer(io, style)]);
  const report = await withProject(found?.project, io, listener, (told) => rehearse({ ...options, ...real }, told));
  if (flags.json === true) {
    io.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  } else {
    const indexes = report.steps.map(({ cutoverIndex }) => cutoverIndex);
    writeLines(io.stdout, ["", ...renderVerdict(report.set, indexes, report.violations, style.palette)]);
  }
  const written = await recorder.write(flags, io, report);
  return report.violations.length === 0 && written ? exitCodes.ok : exitCodes.failed;
}

/** Writes a project as soon as the input has been found good, and says at the end what to do with it. */
async function withProject(
  project: NewProject | undefined,
  io: Io,
  listener: RehearsalListener,
  run: (listener: RehearsalListener) => Promise<RehearsalReport>,
): Promise<RehearsalReport> {
  if (project === undefined) return run(listener);
  const steps: string[] = [];
  try {
    return await run({
      ...listener,
      started: (plan) => {
        steps.push(...nextSteps(project, writeProject(project, io.cwd)));
        listener.started?.(plan);
      },
    });
  } finally {
    writeLines(io.stderr, steps);
  }
}

async function readFlags(flags: RehearseFlags, io: Io): Promise<RehearsalOptions> {
  const numbers = allRead([
    readInteger("--from", flags.from, 0),
    readInteger("--to", flags.to, 0),
    readInteger("--batch", flags.batch, 1),
  ]);
  const [from, to, batch] = numbers.value;
  const { value: leaveOut, problems: inLeaveOut } = readLeftOut("--leave-out", flags.leaveOut ?? []);
  const problems = [...numbers.problems, ...inLeaveOut];
  if (flags.namespace === "") {
    problems.push({ where: "--namespace", what: "is empty", todo: "Name one, or leave it out for the manifests' own" });
  }
  const html = flags.html === undefined ? undefined : await pageFileProblem(flags.html, io.cwd);
  if (html !== undefined) problems.push(html);
  problems.push(...clusterFlagProblems(flags, io.cwd));
  return {
    cwd: io.cwd,
    ...(flags.manifests === undefined ? {} : { manifests: flags.manifests }),
    ...(leaveOut.length === 0 ? {} : { leaveOut }),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    ...(flags.configDir === undefined ? {} : { configDir: flags.configDir }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(batch === undefined ? {} : { batch }),
    oneWay: flags.oneWay === true,
    problems,
  };
}

/** Several listeners as one. */
function together(listeners: readonly RehearsalListener[]): RehearsalListener {
  return {
    started: (plan) => {
      for (const listener of listeners) listener.started?.(plan);
    },
    step: (step, about) => {
      for (const listener of listeners) listener.step?.(step, about);
    },
  };
}

/** What is said on the side, on stderr. */
function talker(io: Io): RehearsalListener {
  return {
    started: ({ set, asks, warnings }) => {
      writeLines(io.stderr, [
        ...warnings.map((warning) => `warning: ${warning}`),
        `Rehearsing StatefulSet ${set.name} in namespace ${set.namespace}, ${ordinalsText(set)}, on two simulated ` +
          "clusters. Nothing real is touched.",
        ...(asks === "" ? [] : [`cutover walk would ask and do between the ups, which no rehearsal can: ${asks}.`]),
      ]);
    },
  };
}

/** Draws every step on stdout as soon as it is done. */
function drawer(io: Io, style: Style): Pick<RehearsalListener, "step"> {
  let previousIndex: number | undefined;
  const newWarnings = new NewWarnings();
  return {
    step: (step, { plan, number, violations }) => {
      const rendered = { set: plan.set, previousIndex, step: newWarnings.of(step) };
      writeLines(io.stdout, [
        ...(number === 0 ? [] : [""]),
        style.palette.bold(renderTitle(rendered, number, plan.indexes.length - 1)),
        "",
        ...renderStep(rendered, style),
        ...violations
          .filter((text) => !alreadySaid(text, step))
          .map((text) => style.palette.red(`  violation: ${text}`)),
      ]);
      previousIndex = step.cutoverIndex;
    },
  };
}
