import { resolve } from "node:path";
import { severities } from "../core/doctor/finding";
import type { Finding, Severity } from "../core/doctor/finding";
import type { DoctorReport } from "../driver/doctor";
import type { Pulumi } from "../driver/pulumi";
import type { WalkOptions } from "../driver/walkInput";
import type { Palette } from "./colour";
import { paletteFor } from "./colour";
import { readInteger, readStacks } from "./flags";
import type { ExitCode, Io } from "./io";
import { exitCodes, writeLines } from "./io";
import { asMissingPulumi } from "./missingPulumi";

/** Options of `cutover doctor` as they stand on the command line. */
export interface DoctorFlags {
  readonly to?: string;
  readonly configDir?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly json?: boolean;
}

/** The doctor, as the command calls it. */
export interface Doctor {
  readonly doctor: (options: WalkOptions, pulumi: Pulumi) => Promise<DoctorReport>;
  /** The Pulumi CLI in a folder. */
  readonly pulumiIn: (folder: string, env: Io["env"]) => Pulumi;
}

/** What `cutover help doctor` says first. */
export const doctorDescription =
  "Looks, before it starts, for everything that would make a step fail or unsafe: in the config of both stacks and in both " +
  "live clusters. Versions, rights, health, volumes and storage, nodes and room for the pods to come, names that are " +
  "taken, whoever else writes the set, hooks, backup jobs, and what an earlier move has left.\n\n" +
  "Nothing is changed: it reads, asks the API servers what the accounts may do, and tries as dry runs. `cutover walk` does " +
  "the same before its first up, and does not begin if anything critical is found.";

/** And what it says after the options. */
export const doctorHelp = `
Every finding has an object, why it matters and what to do. The worst come
first: critical (a step would be refused, fail or be unsafe), error (a step will
probably hang or fail), warning, advice. A look that could not be made is a
finding too. Without cutoverIndex or --to that moves something, it looks at the
way that is left to the destination, and what only a step would meet is no worse
than an error.

The exit code is 0 if nothing is worse than a warning, and 1 if anything is
critical or an error. docs/doctor.md has all checks.

Examples:
  cutover doctor                  before the walk to the config's cutoverIndex
  cutover doctor --to 0           before the whole way
  cutover doctor --json | jq '.findings[] | select(.severity == "critical")'
`;

/** What each severity means, in a heading. */
const meanings: Readonly<Record<Severity, string>> = {
  critical: "a step would be refused, fail or be unsafe; walk does not begin",
  error: "a step will probably hang or fail, or something breaks the move before its end",
  warning: "it may go wrong",
  advice: "good to know",
};

/** `cutover doctor`: what would make a step fail, before it starts. Throws `UserError` on bad input. */
export async function runDoctor(flags: DoctorFlags, io: Io, { doctor, pulumiIn }: Doctor): Promise<ExitCode> {
  const { value: to, problems: inTo } = readInteger("--to", flags.to, 0);
  const { value: stacks, problems: inStacks } = readStacks(flags);
  const options: WalkOptions = {
    folder: resolve(io.cwd, flags.configDir ?? "."),
    stacks,
    ...(to === undefined ? {} : { to }),
    ...{ dryRun: true, cancelLocks: false, onTrouble: "pause", problems: [...inTo, ...inStacks] },
  };
  try {
    const report = await doctor(options, pulumiIn(options.folder, io.env));
    if (flags.json === true) io.stdout.write(`${JSON.stringify(asJson(report), undefined, 2)}\n`);
    else {
      const palette = paletteFor({ isTTY: io.stdout.isTTY, env: io.env });
      writeLines(io.stdout, renderReport(report, palette, io.stdout.columns));
    }
    const { critical, error } = report.counts;
    return critical + error === 0 ? exitCodes.ok : exitCodes.failed;
  } catch (error) {
    throw asMissingPulumi(error);
  }
}

/** Every key is always there: `half` is null where a finding is about both. */
function asJson({ findings, ...report }: DoctorReport): object {
  return {
    ...report,
    findings: findings.map(({ severity, check, side, object, why, todo }) => {
      return { severity, check, half: side ?? null, object, why, todo };
    }),
  };
}

/** The findings as a table for a person, grouped by severity. */
function renderReport({ set, moving, counts, findings }: DoctorReport, palette: Palette, columns = 100): string[] {
  const way = moving.ordinals.length === 0 ? "nothing is left to move" : movesInWords(moving);
  const head = palette.bold(`StatefulSet ${set.namespace}/${set.name}: ${way}`);
  const groups = severities.flatMap((severity) => {
    const group = findings.filter((finding) => finding.severity === severity);
    if (group.length === 0) return [];
    const title = paint(severity, palette)(palette.bold(`${severity} (${group.length})`));
    return [
      "",
      `${title}  ${palette.dim(meanings[severity])}`,
      ...group.flatMap((each) => renderFinding(each, palette, columns)),
    ];
  });
  const all = severities.map((severity) => `${counts[severity]} ${severity}`).join(", ");
  const last = findings.length === 0 ? palette.green("Nothing was found.") : all;
  return [head, ...groups, "", last];
}

function movesInWords({ to, asked, ordinals }: DoctorReport["moving"]): string {
  const [low, high] = [Math.min(...ordinals), Math.max(...ordinals)];
  const which = low === high ? `ordinal ${low} moves` : `ordinals ${low} to ${high} move`;
  return asked ? `${which} to the ${to}` : `nothing is asked to move; what if ${which} to the ${to}`;
}

function renderFinding({ check, side, object, why, todo }: Finding, palette: Palette, columns: number): string[] {
  const where = palette.dim(`[${side ?? "both"}, ${check}]`);
  return [
    ...wrapped(`${object} ${why}`, columns, "  - ", "    "),
    // On one line, whatever its length: it may be a command to copy.
    palette.cyan(`    > ${todo}`),
    `      ${where}`,
  ];
}

/** Text in lines of a width, broken between words only. */
function wrapped(text: string, columns: number, first: string, next: string): string[] {
  const width = Math.max(40, Math.min(columns, 120));
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(" ")) {
    const begun = lines.length === 0 ? first : next;
    if (line !== begun && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${next}${word}`;
    } else line = line === begun ? `${line}${word}` : `${line} ${word}`;
  }
  return [...lines, line];
}

function paint(severity: Severity, palette: Palette): (text: string) => string {
  if (severity === "critical" || severity === "error") return palette.red;
  return severity === "warning" ? palette.yellow : palette.cyan;
}
