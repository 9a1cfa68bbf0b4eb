import { getSystemErrorMap } from "node:util";
import type { RehearsalListener, RehearsalPlan } from "../../rehearsal/rehearse";
import type { RehearsalReport, StepReport } from "../../rehearsal/engine/report";
import type { Io } from "../io";
import { writeLines } from "../io";
import type { RehearseFlags } from "../flags";
import { programVersion } from "../version";
import { commandLine, portablePath, portableText } from "./commandLine";
import { renderPage } from "./page";
import { writePage } from "./pageFile";
import type { ToldStep } from "./rehearsed";

/** Keeps what a rehearsal tells, and writes it as a page in the end. */
export class PageRecorder {
  private plan: RehearsalPlan | undefined;
  private readonly steps: ToldStep[] = [];

  public readonly listener: RehearsalListener = {
    started: (plan) => {
      this.plan = plan;
    },
    step: (step, { violations }) => {
      this.steps.push({ step, violations });
    },
  };

  /**
   * Writes the page to the FILE of `--html`, if one was given, and says so on stderr.
   *
   * @returns false if that failed, which has been said too.
   */
  public async write(flags: RehearseFlags, io: Io, { violations }: RehearsalReport): Promise<boolean> {
    const { plan, steps } = this;
    if (flags.html === undefined || plan === undefined) return true;
    const portable = (path: string): string => portablePath(path, io.cwd);
    const paths = [...plan.manifests, ...(flags.configDir === undefined ? [] : [flags.configDir])];
    const text = portableText(paths, io.cwd);
    const page = renderPage({
      plan: { ...plan, manifests: plan.manifests.map(portable), warnings: plan.warnings.map(text) },
      steps: steps.map((told) => ({ step: withMessages(told.step, text), violations: told.violations.map(text) })),
      violations: violations.map(text),
      command: commandLine({
        ...flags,
        ...(flags.configDir === undefined ? {} : { configDir: portable(flags.configDir) }),
        ...(flags.manifests === undefined ? {} : { manifests: flags.manifests.map(portable) }),
      }),
      version: programVersion(),
      date: io.now(),
    });
    try {
      await writePage(flags.html, io.cwd, page);
    } catch (error) {
      const { errno = 0, code = "", message } = error as NodeJS.ErrnoException;
      const [, words = ""] = getSystemErrorMap().get(errno) ?? [];
      const reason = words === "" ? message : `${words} (${code})`;
      writeLines(io.stderr, [
        `error: --html ${flags.html} could not be written: ${reason}. Name a file elsewhere, and run again`,
      ]);
      return false;
    }
    writeLines(io.stderr, [`The rehearsal as a page: ${flags.html}`]);
    return true;
  }
}

/** A step with every message of both halves changed. */
function withMessages(step: StepReport, change: (text: string) => string): StepReport {
  const half = <Half extends StepReport["source"]>(given: Half): Half => ({
    ...given,
    ...(given.diagnostics === undefined
      ? {}
      : { diagnostics: given.diagnostics.map((said) => ({ ...said, message: change(said.message) })) }),
  });
  const { outOfTurn } = step;
  return {
    ...step,
    ...(outOfTurn === undefined ? {} : { outOfTurn: { ...outOfTurn, refusal: change(outOfTurn.refusal) } }),
    source: half(step.source),
    destination: half(step.destination),
  };
}
