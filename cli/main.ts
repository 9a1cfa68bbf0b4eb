import { Command, CommanderError } from "commander";

import { messageOf, UserError } from "../core/userError";
import type { Doctor, DoctorFlags } from "./doctor";
import { doctorDescription, doctorHelp, runDoctor } from "./doctor";
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

const description =
  "Moves a running StatefulSet from one Kubernetes cluster to another with Pulumi, one ordinal per step.\n\n" +
  "The move itself is made with `pulumi up` on two stacks, source and destination: one config value, cutoverIndex, " +
  "says which ordinals live in the destination. This command is what you run around it.";

const exitCodesHelp = `
Exit codes:
  0  all is well
  1  an invariant was broken, an up failed, or the program did; status: there
     are problems; doctor: there is something critical, or an error
  2  bad input or config; nothing was done, nothing printed on stdout
  3  a gate does not hold, or an action cannot go on: a walk paused there`;

const mainHelp = `
Examples:
  cutover rehearse                       rehearse the project in this folder
  cutover rehearse --manifests web.yaml  rehearse any StatefulSet, no project
  cutover doctor                         what would make a step fail, beforehand
  cutover walk                           run the ups that lead to cutoverIndex
  cutover finish                         end the move, and remove the empty half
  cutover status                         see where the move stands
  cutover help walk                      all about it
${exitCodesHelp}
`;

const rehearseDescription =
  "Rehearses the whole move on this machine: runs the real Pulumi program against two simulated clusters, from " +
  "cutover index s+N (nothing moved) to s (all moved) and back, and checks after everything that happens that no " +
  "ordinal runs twice and that no volume is lost, empty or shared. Needs no cluster, no account and no Pulumi CLI, " +
  "and touches nothing real.\n\n" +
  "For every step it prints what each `pulumi up` would do, as a preview does (+ create, ~ update, +- replace, " +
  "- delete), in the order in which you will run them, then where every ordinal lives. The wrong order is tried once " +
  "each way, and must be refused.";

const rehearseHelp = `
The cutover index k is the first ordinal that lives in the destination: with N
replicas from ordinal s on, k = s+N means that nothing has moved, and k = s that
all has. Encrypted config is replaced by placeholders. The steps and the verdict
go to stdout, everything else to stderr. Colour only on a terminal; NO_COLOR and
FORCE_COLOR decide otherwise.

The page of --html is for whoever has to approve the move: where every ordinal
lives at every step, and every change. It loads nothing from anywhere, prints
well, and is written also when the rehearsal fails. A page that is there already
is replaced; any other file is not.

With --from-cluster the simulated source has the set as it really runs, with its
pods, claims, volumes and nodes, and the simulated destination what the cluster
of --destination-context has: what a real up would refuse is refused here, in
the same words. Real clusters are only read (get and list), and never for values
of Secrets. A right that is missing is an error (exit code 2) if the rehearsal
needs it, else a warning. --init writes a project with manifests of what runs
and config that takes it over, this package, a lock file, workflows and a
README, also where its first up would be refused, and says how to go on. Where
no lock file can be made, that is said, and the exit code stays.

Examples:
  cutover rehearse                            the project in this folder
  cutover rehearse --config-dir examples/web  a project in another folder
  cutover rehearse --manifests a.yaml b.yaml  no project: all config is default
  cutover rehearse --manifests chart.yaml --leave-out Deployment/proxy 'Job/*'
                                              without what is not moved
  cutover rehearse --from 4 --to 3            one step: ordinal 3 moves
  cutover rehearse --from 3 --to 4            the same step rolled back
  cutover rehearse --one-way --batch 2        forward only, two ordinals a step
  cutover rehearse --json | jq '.steps[1]'    for a program
  cutover rehearse --html move.html           a page for the change request
  cutover rehearse --from-cluster old --set shop/web --destination-context new
                                              a set that really runs
  cutover rehearse --from-cluster old --set shop/web --init web-move
                                              and write its project
${exitCodesHelp}
`;

const walkDescription =
  "Walks from the cutover index that both stacks have applied to the one in the config: runs `pulumi up` on one half " +
  "after the other, one step at a time, the half that gives an ordinal up first. This is what CI runs when a change of " +
  "the number is merged.\n\n" +
  "It stops at the first up that fails. Run again, it goes on from where both halves stand, also after it was killed " +
  "in the middle of a step and when the number was changed back meanwhile. Where an up is refused and its message " +
  "names the one to run first, that one is run.";

const walkHelp = `
If nothing is to be moved, both halves get one up all the same: what else was
merged is applied too. The plan and how every up went go to stdout, warnings and
what Pulumi prints to stderr. On SIGINT or SIGTERM the running up is asked to
stop, and no other is begun.

No file of the project is changed, unless you say --write: then every step sets
cutoverIndex where it is set, in Pulumi.yaml or in the stacks' files, before its
first up, and shows the line. Nothing else in the file changes. Where a step
fails the file says the index that was asked for. --commit makes one git commit
of every step that is done, of these files alone.

Gates and actions of the config (gates, before, after) are asked and done
between the ups; docs/gates.md has them. One that does not hold by its deadline
pauses the walk: it says what it saw, and the same command goes on. With
--on-trouble rollback the step that was run last is walked back first.

A run that was killed leaves a lock on its stack. It is never taken away by
itself, since its owner may be alive: see that it is not, then --cancel-locks.

Examples:
  cutover walk                    to the cutoverIndex of Pulumi.yaml
  cutover walk --dry-run          only say which ups that takes
  cutover walk --to 4             to another index, whatever the config says
  cutover walk --to 4 --write --commit
                                  and write it down, one commit a step
  cutover walk --cancel-locks     go on after a run that was killed
  cutover walk --source acme/old --destination acme/new
  cutover walk --json 2> log      for a program
${exitCodesHelp}
`;

const finishDescription =
  "Ends a move where it stands at one of its ends: at cutover index s the destination holds all and the source goes; at s+N the " +
  "source holds all, the move is called off, and the destination goes.\n\n" +
  "First both live clusters must prove it: the half that stays has every ordinal and all of them are Ready, the other one has " +
  "replicas 0, no pod, and has handed over the right to claim. Then it says what it will do, and asks.";

const finishHelp = `
The stages, in order: peerStack none in the config of the half that stays, and
its up; with --remove-claims the claims and volumes of the half that goes; its
destroy, which leaves the namespace; the reclaim policy that the volumes in use
had before the move; the empty stack. Both clusters are looked at again on the
way. It may be killed at any moment: the same command goes on.

--remove-claims removes API objects and no disk: each volume must be Retain, and
its disk in use by a Ready pod of the half that stays. Otherwise nothing is done
and the claim is named.

Examples:
  cutover finish --dry-run        only look, and say what would be done
  cutover finish                  say it, ask, and do it
  cutover finish --remove-claims  and remove what is left of the claims there
  cutover finish --yes            without a terminal, in CI
${exitCodesHelp}
`;

const statusDescription =
  "Says where a move stands: in which cluster every ordinal lives and whether it is Ready, what each half vouches for and " +
  "what its live set has, what is offered, what the gates say now, which locks there are, and which `pulumi up` comes next. " +
  "It works before the first up, in the middle of a step, after a crash and after the end, and it changes nothing.";

const statusHelp = `
It reads config and outputs of both stacks (pulumi config, pulumi stack output)
and looks at both clusters: six requests each, whatever the size of the set. One
that does not answer is a problem, and the rest is shown all the same.

Problems are what contradicts something: an ordinal in both clusters, a set that
is not what its stack vouches for, a cluster that is not seen, config that an up
would refuse. With problems the exit code is 1; without, and with a gate that
does not hold, 3. Warnings are what may be so for a while: a step that is
unfinished, a pod that is not Ready. They do not change the exit code.

--watch looks every two seconds until Ctrl-C: on a terminal as a picture,
elsewhere as a line for each change, with --json as a document a line. The last
look decides the exit code.

Examples:
  cutover status                  the project in this folder
  cutover status --watch          a live picture, while a walk goes on elsewhere
  cutover status --json | jq .next.up.command
${exitCodesHelp}
`;

interface AllFlags {
  readonly stackTrace?: boolean;
}

function build(io: Io, commands: Commands, finish: (code: ExitCode) => void): Command {
  const program = new Command("cutover")
    .description(description)
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
