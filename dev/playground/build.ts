/**
 * Builds the binaries of the playground from Go modules, once, into a cache folder.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { COMPONENTS } from "./components";
import type { ComponentName } from "./components";
import { PlaygroundError } from "./errors";
import { withLock } from "./processes/lock";
import { span } from "./talk";
import type { Talk } from "./talk";

/** The main package of each binary; the `tool` directives of go.mod name the same. */
export const PACKAGES: Record<ComponentName, string> = {
  etcd: "go.etcd.io/etcd/server/v3",
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
  "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
  kwok: "sigs.k8s.io/kwok/cmd/kwok",
};

const LIVE_PROGRESS_MS = 1_000;
const LINE_PROGRESS_MS = 15_000;
const KEPT_ERROR_LINES = 20;

/** What a build depends on. */
export interface BuildInput {
  /** Text of go.mod. */
  readonly goMod: string;
  /** Text of go.sum. */
  readonly goSum: string;
}

/** The folder that holds go.mod, go.sum and stages/. Compiled code lives elsewhere (dist/), so it is looked for upwards. */
export function playgroundFolder(from: string = __dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, "dev", "playground");
    if (existsSync(join(found, "go.mod"))) {
      return found;
    }
    if (dirname(folder) === folder) {
      throw new PlaygroundError(
        "dev/playground/go.mod is missing. The two clusters are built in a clone of the statefulset-cutover repository, " +
          "not from the npm package.",
      );
    }
  }
}

/** Reads what a build depends on. */
export function readBuildInput(folder: string = playgroundFolder()): BuildInput {
  return { goMod: readFileSync(join(folder, "go.mod"), "utf8"), goSum: readFileSync(join(folder, "go.sum"), "utf8") };
}

/** The version of Kubernetes that go.mod asks for, such as `v1.36.3`. */
export function kubernetesVersion(goMod: string): string {
  const version = /^\s*(?:require )?k8s\.io\/kubernetes (v\d+\.\d+\.\d+\S*)/m.exec(goMod)?.[1];
  if (version === undefined) {
    throw new PlaygroundError("dev/playground/go.mod does not require k8s.io/kubernetes");
  }
  return version;
}

/** The arguments of `go` that build one binary into `output`. */
export function buildArguments(component: ComponentName, version: string, output: string): string[] {
  const [major, minor] = version.replace(/^v/, "").split(".");
  const stamps = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((where) => [
    `-X ${where}.gitVersion=${version}`,
    `-X ${where}.gitMajor=${major ?? ""}`,
    `-X ${where}.gitMinor=${minor ?? ""}`,
    `-X ${where}.gitTreeState=clean`,
  ]);
  const flags = [
    "-v",
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    `-ldflags=${["-s", "-w", ...stamps].join(" ")}`,
  ];
  return ["build", ...flags, "-o", output, PACKAGES[component]];
}

/** Names the build: another go.mod, go.sum, set of flags, system or processor is another build. */
export function cacheKey(input: BuildInput, platform: string = process.platform, arch: string = process.arch): string {
  const version = kubernetesVersion(input.goMod);
  const flags = COMPONENTS.map((component) => buildArguments(component, version, component));
  return createHash("sha256")
    .update(JSON.stringify([input.goMod, input.goSum, flags, platform, arch]))
    .digest("hex")
    .slice(0, 16);
}

/** Where built binaries are kept: `$XDG_CACHE_HOME/statefulset-cutover`, by default `~/.cache/statefulset-cutover`. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  const xdg = env.XDG_CACHE_HOME;
  // The specification says: a relative path is to be ignored.
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, ".cache");
  return join(base, "statefulset-cutover");
}

/** What to say where Go is missing. */
export function goMissing(version: string): string {
  return [
    "Go is missing: there is no `go` on the PATH.",
    "",
    `The two clusters (Kubernetes ${version}) are built from Go modules on this machine, once. Either`,
    "  - install Go (1.26 or newer) and run this again, or",
    "  - use any two kube contexts that you have instead, for example two kind clusters:",
    "      kind create cluster --name source        && kubectl config rename-context kind-source source",
    "      kind create cluster --name destination   && kubectl config rename-context kind-destination destination",
    "    `source` and `destination` are the contexts that the program uses by default;",
    "    `pulumi config set kubernetes:context NAME` chooses others.",
  ].join("\n");
}

/** Choices of `ensureBinaries` that tests make differently. */
export interface BuildOptions {
  /** The folder with go.mod. */
  readonly folder?: string;
  /** The environment: PATH and XDG_CACHE_HOME matter. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Returns the folder with all five binaries, building first what is missing. */
export async function ensureBinaries(talk: Talk, options: BuildOptions = {}): Promise<string> {
  const folder = options.folder ?? playgroundFolder();
  const env = options.env ?? process.env;
  const input = readBuildInput(folder);
  const version = kubernetesVersion(input.goMod);
  const bin = join(cacheRoot(env), `clusters-${cacheKey(input)}`);
  if (missingIn(bin).length === 0) {
    return bin;
  }
  if (!onPath("go", env)) {
    throw new PlaygroundError(goMissing(version));
  }
  const wait = (pid: number): void => {
    talk.say(`process ${pid} is building the binaries; waiting for it`);
  };
  await withLock(`${bin}.lock`, wait, async () => {
    mkdirSync(bin, { recursive: true });
    const missing = missingIn(bin);
    if (missing.length > 0) {
      talk.say(
        `Building ${missing.join(", ")} (${version}) from Go modules, once: some minutes. They are kept in ${bin}`,
      );
    }
    for (const component of missing) {
      await build(component, version, { bin, folder, env, talk });
    }
  });
  return bin;
}

function missingIn(bin: string): ComponentName[] {
  return COMPONENTS.filter((component) => !existsSync(join(bin, component)));
}

interface BuildPlace {
  readonly bin: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly talk: Talk;
}

/** Builds one binary beside its final place and moves it there when it is whole. */
async function build(component: ComponentName, version: string, place: BuildPlace): Promise<void> {
  const { talk } = place;
  const startedMs = Date.now();
  const unfinished = join(place.bin, `.${component}`);
  let downloaded = 0;
  let compiled = 0;
  const status = (): string => {
    const counts = [downloaded > 0 && `${downloaded} modules fetched`, compiled > 0 && `${compiled} packages compiled`];
    return [`building ${component}: ${span(Date.now() - startedMs)}`, ...counts.filter(Boolean)].join(", ");
  };
  talk.progress(status());
  const ticker = setInterval(
    () => {
      talk.progress(status());
    },
    talk.live ? LIVE_PROGRESS_MS : LINE_PROGRESS_MS,
  );
  try {
    await runGo(buildArguments(component, version, unfinished), place, (kind) => {
      if (kind === "download") {
        downloaded++;
      } else {
        compiled++;
      }
    });
  } finally {
    clearInterval(ticker);
  }
  renameSync(unfinished, join(place.bin, component));
  talk.say(`built ${component} in ${span(Date.now() - startedMs)}`);
}

/** Tells what a line of `go build -v` reports; undefined for anything else, such as an error. */
export function progressOf(line: string): "download" | "package" | undefined {
  if (line.startsWith("go: downloading ")) {
    return "download";
  }
  return /^[\w.~-]+(\/[\w.~-]+)*$/.test(line) ? "package" : undefined;
}

function runGo(
  args: readonly string[],
  place: BuildPlace,
  onProgress: (kind: "download" | "package") => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // A long build should not make the machine slow for everything else.
    const [command, before] = onPath("nice", place.env) ? ["nice", ["-n", "10", "go"]] : ["go", []];
    const child = spawn(command, [...before, ...args], {
      cwd: place.folder,
      // No workspace of the user's may change the pinned versions, and no C compiler is needed.
      env: { ...place.env, CGO_ENABLED: "0", GOWORK: "off" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const stop = (): void => {
      child.kill("SIGINT");
    };
    process.once("exit", stop);
    child.once("error", reject);
    const errors: string[] = [];
    let rest = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const kind = progressOf(line);
        if (kind === undefined) {
          errors.push(line);
        } else {
          onProgress(kind);
        }
      }
    });
    child.once("close", (code) => {
      process.off("exit", stop);
      if (code === 0) {
        resolve();
      } else {
        const said = [...errors, rest].filter((line) => line !== "").slice(-KEPT_ERROR_LINES);
        reject(new PlaygroundError([`go build failed (in ${place.folder}):`, ...said].join("\n  ")));
      }
    });
  });
}

/** Whether a program is on the PATH. */
export function onPath(command: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
}
