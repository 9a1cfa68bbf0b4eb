import { Command, CommanderError } from "commander";

import { messageOf, UserError } from "../core/userError";
import type { Doctor, DoctorFlags } from "./doctor";
import { doctorDescription, doctorHelp, runDoctor } from "./doctor";
import { exitCodesHelp } from "./help/exitCodes";
import { mainDescription, mainHelp } from "./help/main";
import { finishDescription, finishHelp } from "./help/finish";
import { rehearseDescription, rehearseHelp } from "./help/rehearse";
import { statusDescription, statusHelp } from "./help/status";
import { walkDescription, walkHelp } from "./help/walk";
import type { ExitCode, Io } from "./io";
import { exitCodes } from "./io";
import type { RehearseFlags } from "./flags";
import type { Rehearse } from "./rehearse";
import { runRehearse } from "./rehearse";
import type { Finisher, FinishFlags } from "./finish";
import { runFinish } from "./finish";
import { runStatus } from "./status/status";
import type { StatusFlags, StatusPort } from "./status/status";
import type { Walker, WalkFlags } from "./walk/walk";
import { runWalk } from "./walk/walk";

/** What the commands do, passed in so that tests can put something else in its place. */
export interface Commands {
  /** Loads what `cutover rehearse` runs, only when it is called: `--help` must not wait for Pulumi. */
  readonly rehearse: () => Promise<Rehearse>;
  /** Loads what `cutover walk` runs. */
  readonly walk: () => Promise<Walker>;
  /** Loads what `cutover finish` runs. */
  readonly finish: () => Promise<Finisher>;
  /** Loads what `cutover doctor` runs. */
  readonly doctor: () => Promise<Doctor>;
  /** Loads what `cutover status` runs. */
  readonly status: () => Promise<StatusPort>;
}

const realCommands: Commands = {
  rehearse: async () => (await import("../rehearsal/rehearse")).rehearse,
  walk: async () => ({
    walk: (await import("../driver/walk")).walk,
    pulumiIn: (await import("../driver/pulumi")).pulumiIn,
  }),
  finish: async () => ({
    finish: (await import("../driver/finish/finish")).finish,
    pulumiIn: (await import("../driver/pulumi")).pulumiIn,
    open: (await import("../live/finish/tidy")).tidiedCluster,
  }),
  doctor: async () => ({
    doctor: (await import("../driver/doctor")).doctor,
    pulumiIn: (await import("../driver/pulumi")).pulumiIn,
  }),
  status: async () => {
    const { StatusLook } = await import("../driver/status/status");
    const { setTimeout: sleep } = await import("node:timers/promises");
    return {
      statusOf: (options, pulumi) => new StatusLook(options, pulumi),
      pulumiIn: (await import("../driver/pulumi")).pulumiIn,
      rest: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    };
  },
};

interface AllFlags {
  readonly stackTrace?: boolean;
}

function build(io: Io, commands: Commands, finish: (code: ExitCode) => void): Command {
  const program = new Command("cutover")
    .description(mainDescription)
    .addHelpText("after", mainHelp)
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout.write,
      writeErr: io.stderr.write,
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  program
    .command("rehearse")
    .summary("rehearse the move, and see what every `pulumi up` would do")
    .description(rehearseDescription)
    .option("--manifests <path...>", "the set and what belongs to it, as YAML (default: the config's)")
    .option("--leave-out <kind/name...>", "objects of the manifests to leave out, beside the config's leaveOut")
    .option("--namespace <name>", "namespace of the set (default: the config's, else the manifests')")
    .option("--from <k>", "start to show at this cutover index (default: s+N, or where the move stands)")
    .option("--to <k>", "go from there straight to this one, up or down, and stop")
    .option("--one-way", "stop when all ordinals have moved; do not come back")
    .option("--batch <b>", "how many ordinals one step may move (default: the config's, else 1)")
    .option("--config-dir <dir>", "folder of a Pulumi.yaml (default: the current folder)")
    .option("--from-cluster <context>", "rehearse a set that runs in this kubeconfig context; it is only read")
    .option("--set <namespace/name>", "which set that is")
    .option("--destination-context <context>", "the cluster to move it to (default: assumed to be as the source)")
    .option("--init <dir>", "also write the project that moves it, for a repository of its own")
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--html <file>", "also write the rehearsal as one HTML page")
    .option("--stack-trace", "say where in the code an unexpected error happened")
    .addHelpText("after", rehearseHelp)
    .action(async (flags: AllFlags & RehearseFlags) => {
      finish(await guarded(flags, io, async () => runRehearse(flags, io, await commands.rehearse())));
    });
  program
    .command("walk")
    .summary("run every `pulumi up` from the applied cutover index to the wanted one")
    .description(walkDescription)
    .option("--to <k>", "walk to this cutover index (default: the config's)")
    .option("--dry-run", "print which ups that takes, and run none")
    .option("--source <stack>", "stack of the source (default: source)")
    .option("--destination <stack>", "stack of the destination (default: destination)")
    .option("--write", "set cutoverIndex where it is set, step by step (needs --to)")
    .option("--commit", "with --write: one git commit a step")
    .option("--on-trouble <what>", "if a gate does not hold: pause, or rollback the step (default: pause)")
    .option("--cancel-locks", "take the lock of a dead run away (pulumi cancel)")
    .option("--config-dir <dir>", "folder of a Pulumi.yaml (default: the current folder)")
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--stack-trace", "say where in the code an unexpected error happened")
    .addHelpText("after", walkHelp)
    .action(async (flags: AllFlags & WalkFlags) => {
      finish(await guarded(flags, io, async () => runWalk(flags, io, await commands.walk())));
    });
  program
    .command("finish")
    .summary("end the move: the half that holds all stays, the empty one goes")
    .description(finishDescription)
    .option("--remove-claims", "also remove claims and volumes of the half that goes (no disk)")
    .option("--dry-run", "print what would be done, and do nothing")
    .option("--yes", "do not ask")
    .option("--source <stack>", "stack of the source (default: source)")
    .option("--destination <stack>", "stack of the destination (default: destination)")
    .option("--config-dir <dir>", "folder of a Pulumi.yaml (default: the current folder)")
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--stack-trace", "say where in the code an unexpected error happened")
    .addHelpText("after", finishHelp)
    .action(async (flags: AllFlags & FinishFlags) => {
      finish(await guarded(flags, io, async () => runFinish(flags, io, await commands.finish())));
    });
  program
    .command("doctor")
    .summary("find what would make a step fail or unsafe, before it starts")
    .description(doctorDescription)
    .option("--to <k>", "look at the way to this cutover index (default: the config's)")
    .option("--source <stack>", "stack of the source (default: source)")
    .option("--destination <stack>", "stack of the destination (default: destination)")
    .option("--config-dir <dir>", "folder of a Pulumi.yaml (default: the current folder)")
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--stack-trace", "say where in the code an unexpected error happened")
    .addHelpText("after", `${doctorHelp}${exitCodesHelp}\n`)
    .action(async (flags: AllFlags & DoctorFlags) => {
      finish(await guarded(flags, io, async () => runDoctor(flags, io, await commands.doctor())));
    });
  program
    .command("status")
    .summary("see where every ordinal lives, and which `pulumi up` comes next")
    .description(statusDescription)
    .option("--watch", "look again every two seconds, until Ctrl-C")
    .option("--source <stack>", "stack of the source (default: source)")
    .option("--destination <stack>", "stack of the destination (default: destination)")
    .option("--config-dir <dir>", "folder of a Pulumi.yaml (default: the current folder)")
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("--stack-trace", "say where in the code an unexpected error happened")
    .addHelpText("after", statusHelp)
    .action(async (flags: AllFlags & StatusFlags) => {
      finish(await guarded(flags, io, async () => runStatus(flags, io, await commands.status())));
    });
  return program;
}

/** Runs a command and says what went wrong: a user's error in its own words, anything else as our defect. */
async function guarded(flags: AllFlags, io: Io, command: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof UserError) {
      io.stderr.write(`error: ${error.message}\n`);
      return exitCodes.badInput;
    }
    const known = error instanceof Error ? error : new Error(String(error));
    const more = flags.stackTrace === true ? (known.stack ?? "") : "Run again with --stack-trace to see where.";
    io.stderr.write(`error: unexpected, a defect of this program: ${known.message}\n${more}\n`);
    return exitCodes.failed;
  }
}

/**
 * Runs `cutover` with these arguments.
 *
 * @param args the arguments without node and script.
 * @returns the exit code.
 */
export async function run(args: readonly string[], io: Io, commands: Commands = realCommands): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = build(io, commands, (finished) => {
    code = finished;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    // Commander has said it already, with a suggestion where an option or command was mistyped.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
    throw error;
  }
}

/** On stderr, since stdout is for data. Ctrl-C and the end of input are no answer. */
async function askOnTerminal(question: string): Promise<string> {
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve) => {
      lines.once("close", () => {
        resolve("");
      });
      lines.question(question, resolve);
    });
  } finally {
    lines.close();
  }
}

/** The entry point of `bin/cutover.js`: runs with the process's own arguments and streams, and sets its exit code. */
export function main(): void {
  const { stdout, stderr } = process;
  let listening = true;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has gone (`cutover rehearse | head`): no more to print, but the exit code is still the truth.
    if (error.code !== "EPIPE") throw error;
    listening = false;
  });
  const io: Io = {
    stdout: {
      write: (text) => {
        if (listening) stdout.write(text);
      },
      isTTY: stdout.isTTY,
      ...(stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows } : {}),
    },
    stderr: {
      write: (text) => {
        stderr.write(text);
      },
      isTTY: stderr.isTTY,
      ...(stderr.isTTY ? { columns: stderr.columns } : {}),
    },
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    ...(process.stdin.isTTY && stderr.isTTY ? { ask: askOnTerminal } : {}),
    onStop: (listener) => {
      process.on("SIGINT", listener).on("SIGTERM", listener);
      return () => process.off("SIGINT", listener).off("SIGTERM", listener);
    },
  };
  run(process.argv.slice(2), io).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      stderr.write(`error: ${messageOf(error)}\n`);
      process.exitCode = exitCodes.failed;
    },
  );
}
