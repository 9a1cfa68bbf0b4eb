/**
 * `npm run clusters -- up|down|status|volumes`: two complete Kubernetes control planes on this machine, to try a move on.
 */
import { Command, CommanderError, Option } from "commander";
import { messageOf } from "../../core/userError";
import { shellWord } from "../../core/shell";
import { PlaygroundApi } from "./api";
import { CONTEXTS, Clusters, DEFAULT_DIR } from "./clusters";
import type { ClustersStatus } from "./clusters";
import { PlaygroundError, UsageError } from "./errors";
import { createStorageClasses, createVolume, SHARED, SHARED_WAIT } from "./storage";
import type { ReclaimPolicy } from "./storage";
import { talkTo } from "./talk";
import type { Talk, TalkStream } from "./talk";

const OK = 0;
const FAILED = 1;
const BAD_USAGE = 2;

/** What the command line touches outside of itself. */
export interface Io {
  /** Where results go. */
  readonly stdout: TalkStream;
  /** Where talk goes. */
  readonly stderr: TalkStream;
  /** The environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Called with the clusters that are being started, so that Ctrl-C can clean up. */
  readonly onStart?: (clusters: Clusters) => void;
}

interface Options {
  readonly dir: string;
  readonly json?: boolean;
}

interface VolumesOptions extends Options {
  readonly kubeconfig?: string;
  readonly context: string;
  readonly size: string;
  readonly class: string;
  readonly policy: ReclaimPolicy;
}

const DESCRIPTION = [
  "Two complete Kubernetes control planes on loopback, to try a move on: etcd, kube-apiserver, kube-controller-manager",
  "and kube-scheduler, with KWOK playing nodes and pods. Nothing runs in the pods. The first `up` builds them from Go",
  "modules and keeps the binaries in $XDG_CACHE_HOME/statefulset-cutover (default ~/.cache/statefulset-cutover).",
  "Any two kube contexts named source and destination do as well.",
].join(" ");

const MORE = `
Examples:
  npm run clusters -- up
  export KUBECONFIG=$PWD/.cache/clusters/kubeconfig        contexts: source, destination
  npm run clusters -- volumes default data-web-{0..2}      volumes for the claims of a set "web" in the source
  npm run clusters -- down                                 ends all processes, removes all files

Pods choose how they behave by annotations, in the template or on the live pod:
  playground/ready-after: "500ms"     playground/stuck: unready
  playground/gone-after: "2s"         playground/stuck: terminating

Exit codes: ${OK} done (status: both run); ${FAILED} failed (status: not both run); ${BAD_USAGE} bad usage.`;

/** Runs one command line (without `node` and the script). Returns the exit code. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const talk = talkTo(io.stderr, io.env);
  let code = OK;
  const program = createProgram(io, talk, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said what is wrong; help that was asked for is no error.
      return error.exitCode === 0 ? OK : BAD_USAGE;
    }
    const text =
      error instanceof Error && !(error instanceof PlaygroundError) ? (error.stack ?? error.message) : messageOf(error);
    talk.say(talk.bad(text));
    return error instanceof UsageError ? BAD_USAGE : FAILED;
  }
}

function createProgram(io: Io, talk: Talk, finish: (code: number) => void): Command {
  const program = new Command("clusters")
    .description(DESCRIPTION)
    .addHelpText("after", MORE)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  const dir = (): Option => new Option("--dir <folder>", "folder of the clusters").default(DEFAULT_DIR);
  const json = (): Option =>
    new Option("--json", "print one JSON object on stdout: kubeconfig, and context, server, pids of each");

  program
    .command("up")
    .description("start both clusters, building them first if need be; does nothing if they run")
    .addOption(dir())
    .addOption(json())
    .action(async (options: Options) => {
      const clusters = new Clusters(options.dir, talk);
      io.onStart?.(clusters);
      report(await clusters.up(), options, io);
    });
  program
    .command("down")
    .description("end all their processes and remove all their files (the built binaries stay)")
    .addOption(dir())
    .action(async (options: Options) => {
      const clusters = new Clusters(options.dir, talk);
      talk.say(
        (await clusters.down()) ? `Both clusters are gone (${clusters.dir}).` : `Nothing to end in ${clusters.dir}.`,
      );
    });
  program
    .command("status")
    .description("say whether both clusters run")
    .addOption(dir())
    .addOption(json())
    .action(async (options: Options) => {
      const status = await new Clusters(options.dir, talk).status();
      if (options.json !== true) {
        sayStatus(status, talk);
      }
      report(status, options, io);
      finish(status.running ? OK : FAILED);
    });
  program
    .command("volumes")
    .description(
      "create a PersistentVolume for each claim, as a provisioner would: reserved for it, bound when it appears",
    )
    .argument("<namespace>", "namespace of the claims")
    .argument("<claims...>", "names of the claims: TEMPLATE-SET-ORDINAL for those of a StatefulSet")
    .addOption(dir())
    .option("--kubeconfig <file>", "kubeconfig of other clusters than these")
    .option("--context <name>", "cluster to create them in", CONTEXTS[0])
    .option("--size <quantity>", "capacity of each", "1Gi")
    .addOption(
      new Option("--class <name>", "storage class; these two exist").default(SHARED).choices([SHARED, SHARED_WAIT]),
    )
    .addOption(new Option("--policy <policy>", "reclaim policy").default("Delete").choices(["Delete", "Retain"]))
    .action(async (namespace: string, claims: string[], options: VolumesOptions) => {
      await makeVolumes(namespace, claims, options, talk);
    });
  return program;
}

async function makeVolumes(namespace: string, claims: string[], options: VolumesOptions, talk: Talk): Promise<void> {
  if (!/^\d+(\.\d+)?([KMGTPE]i?)?$/.test(options.size)) {
    throw new UsageError(`--size ${options.size}: a quantity such as 1Gi or 500Mi is needed`);
  }
  const clusters = new Clusters(options.dir, talk);
  const kubeconfig = options.kubeconfig ?? clusters.kubeconfig;
  if (options.kubeconfig === undefined && (await clusters.status()).kubeconfig === null) {
    throw new PlaygroundError(
      `The clusters are not running (${clusters.dir}): \`npm run clusters -- up\` starts them.`,
    );
  }
  const client = PlaygroundApi.fromKubeconfig(kubeconfig, options.context);
  try {
    await createStorageClasses(client);
    for (const claim of claims) {
      const { size, class: storageClass, policy: reclaimPolicy } = options;
      const made = await createVolume(client, { namespace, claim, size, storageClass, reclaimPolicy });
      talk.say(`${options.context}: volume for ${namespace}/${claim} ${made ? "created" : "is there already"}`);
    }
  } finally {
    client.close();
  }
}

function sayStatus(status: ClustersStatus, talk: Talk): void {
  for (const { context, server, problems } of Object.values(status.clusters)) {
    const state = problems.length === 0 ? talk.good("running") : talk.bad(problems.join(", "));
    talk.say(`${context}: ${state}${server === null ? "" : ` (${server})`}`);
  }
}

/** Prints what a script needs: one JSON object, or a line for the shell. */
function report(status: ClustersStatus, options: Options, io: Io): void {
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
  } else if (status.running && status.kubeconfig !== null) {
    io.stdout.write(`export KUBECONFIG=${shellWord(status.kubeconfig)}\n`);
  }
}

if (require.main === module) {
  let starting: Clusters | undefined;
  const stop = async (): Promise<void> => {
    // Clusters that are being started are taken back, and their `up` ends by itself. A build is cut off.
    if (!(await starting?.interrupt())) {
      process.exit(FAILED);
    }
  };
  const onSignal = (): void => {
    void stop();
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal).once("SIGHUP", onSignal);
  for (const stream of [process.stdout, process.stderr]) {
    // Somebody who stops listening, such as `head`, must not leave a half-started cluster behind.
    stream.on("error", () => undefined);
  }
  const io: Io = {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onStart: (clusters) => {
      starting = clusters;
    },
  };
  void run(process.argv.slice(2), io).then((code) => {
    process.exitCode = code;
  });
}
