import type { AsyncLocalStorage } from "async_hooks";
import * as pulumi from "@pulumi/pulumi";
import * as debuggableModule from "@pulumi/pulumi/runtime/debuggable";
import * as stateModule from "@pulumi/pulumi/runtime/state";
import { runInThisContext } from "vm";
import type { MonitorHandlers } from "./monitor";
import { bypassProtobuf } from "./plainStruct";
import { sdkMonitor } from "./sdkMonitor";
import type { SdkMonitor } from "./sdkMonitor";

/**
 * The only file, with `sdkMonitor.ts`, that knows the insides of @pulumi/pulumi. It does for a program in this process
 * what the SDK's own language server does for one of the Automation API (automation/server.js): a store of its own in the
 * SDK's local storage, a monitor to talk to, and an end to wait for. tests/rehearsal/engine/sdk.test.ts fails when they move.
 */

/** A program to run, and who answers it. */
export interface ProgramRun {
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  readonly preview: boolean;
  /** Fully resolved, keys `project:key`. */
  readonly config: Readonly<Record<string, string>>;
  /** Keys of `config` that are secret. */
  readonly secretKeys: readonly string[];
  readonly program: () => Promise<Record<string, unknown>>;
  readonly handlers: MonitorHandlers;
  /**
   * Whether no other program runs in this process until this one is done. One that fails is done when it has come to rest.
   * To tell programs apart costs a sixth of their time.
   */
  readonly alone?: boolean;
  /** How long the program may do nothing at all before it is given up, milliseconds. */
  readonly patienceMs?: number;
}

/** The SDK's store of one run: what this file uses of `LocalStore` in runtime/state.js. */
interface LocalStore {
  callbacks: unknown;
  leakCandidates: Set<unknown>;
  logErrorCount: number;
}

interface LogModule {
  debug: LogFunction;
  info: LogFunction;
  warn: LogFunction;
  error: LogFunction;
}
type LogFunction = (message: string) => Promise<void>;

/** One run while it goes on. */
interface ActiveRun {
  readonly handlers: MonitorHandlers;
  readonly rejections: Set<unknown>;
  /** Resolves at the first rejection that nobody looked at. */
  readonly rejected: Promise<void>;
  readonly reject: (reason: unknown) => void;
}

const internals = stateModule as unknown as { LocalStore: new () => LocalStore; getStore: () => LocalStore };
/** Where the SDK looks for its store: first the one of the code that runs, then that of the process. */
const stores = globalThis as unknown as { asyncLocalStorage: AsyncLocalStorage<LocalStore>; globalStore?: LocalStore };
const log = pulumi.log as unknown as LogModule;
/** Where the SDK notes promises that might never settle, and where resources were made. */
const books = debuggableModule as unknown as { debuggablePromise: <T>(promise: Promise<T>) => Promise<T> };
const resources = pulumi.Resource as unknown as { callsites: () => object[] };
// A test runner gives its tests a `process` of their own, which never emits `unhandledRejection`.
const realProcess = runInThisContext("process") as NodeJS.Process;

const active = new Map<LocalStore, ActiveRun>();
let restore: (() => void) | undefined;

/** Environment variables that would change what the SDK or the Kubernetes provider do. */
const leakingVariable = /^(KUBECONFIG$|PULUMI_)/;

function currentRun(): ActiveRun | undefined {
  return active.get(internals.getStore()) ?? (active.size === 1 ? active.values().next().value : undefined);
}

function onRejection(reason: unknown): void {
  currentRun()?.reject(reason);
}

/** Sets up the process for runs, and answers with how to put everything back. */
function prepareProcess(): () => void {
  const { stackTraceLimit } = Error;
  const { debuggablePromise } = books;
  const { callsites } = resources;
  const listeners = realProcess.listeners("unhandledRejection");
  const variables = Object.entries(process.env).filter(([name]) => leakingVariable.test(name));
  const original = { ...log };
  // The SDK takes a stack trace for every promise, and a deep one for every resource: worth two thirds of a run.
  Error.stackTraceLimit = 0;
  books.debuggablePromise = (promise) => promise;
  resources.callsites = () => [];
  for (const [name] of variables) Reflect.deleteProperty(process.env, name);
  realProcess.removeAllListeners("unhandledRejection");
  realProcess.on("unhandledRejection", onRejection);
  const say =
    (severity: "info" | "warning" | "error"): LogFunction =>
    (message) => {
      if (severity === "error") internals.getStore().logErrorCount += 1;
      currentRun()?.handlers.log(severity, message);
      return Promise.resolve();
    };
  // Not by way of a fake engine: the SDK chains all messages of a process, and one about a failed resource would hang
  // every later one, of later runs too.
  log.debug = () => Promise.resolve();
  log.info = say("info");
  log.warn = say("warning");
  log.error = say("error");
  const takeBack = bypassProtobuf(() => currentRun() !== undefined);
  return () => {
    takeBack();
    Error.stackTraceLimit = stackTraceLimit;
    books.debuggablePromise = debuggablePromise;
    resources.callsites = callsites;
    Object.assign(log, original);
    Object.assign(process.env, Object.fromEntries(variables));
    realProcess.removeListener("unhandledRejection", onRejection);
    for (const listener of listeners) realProcess.on("unhandledRejection", listener);
  };
}

function activeRun(handlers: MonitorHandlers): ActiveRun {
  const rejections = new Set<unknown>();
  let resolve: () => void = () => undefined;
  const rejected = new Promise<void>((done) => (resolve = done));
  const reject = (reason: unknown): void => {
    rejections.add(reason);
    resolve();
  };
  return { handlers, rejections, rejected, reject };
}

function enter(store: LocalStore, run: ActiveRun): () => void {
  if (active.size === 0) restore = prepareProcess();
  active.set(store, run);
  return () => {
    active.delete(store);
    // Promises that never settled are no leak: the process of a real program would have ended here.
    store.leakCandidates = new Set();
    if (active.size > 0) return;
    restore?.();
    restore = undefined;
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves when the program has nothing more to ask: what is left of it waits for something that never comes. */
async function quiet(monitor: SdkMonitor): Promise<void> {
  let seen = -1;
  for (let calm = 0; calm < 3;) {
    await nextTurn();
    calm = monitor.pending() === 0 && monitor.requests() === seen ? calm + 1 : 0;
    seen = monitor.requests();
  }
}

/** Resolves when the program has asked nothing for so long that it must be waiting for itself. */
function gaveUp(monitor: SdkMonitor, patienceMs: number, onTimer: (timer: NodeJS.Timeout) => void): Promise<Error> {
  return new Promise((resolve) => {
    let seen = monitor.requests();
    const timer = setInterval(() => {
      if (monitor.requests() !== seen || monitor.pending() > 0) {
        seen = monitor.requests();
        return;
      }
      resolve(new Error(`The program did nothing for ${patienceMs} ms: it waits for a promise that never settles.`));
    }, patienceMs);
    onTimer(timer);
  });
}

async function drive(run: ProgramRun, store: LocalStore, rejected: Promise<void>): Promise<unknown[]> {
  const monitor = sdkMonitor(run.handlers);
  const { project, stack, organization, preview } = run;
  pulumi.runtime.setMockOptions(monitor.client, project, stack, preview, organization);
  store.callbacks = monitor.callbacks;
  pulumi.runtime.setAllConfig(run.config, [...run.secretKeys]);
  let timer: NodeJS.Timeout | undefined;
  const main = async (): Promise<unknown[]> => {
    try {
      await pulumi.runtime.runInPulumiStack(run.program);
      await pulumi.runtime.disconnect(true);
      return [];
    } catch (error) {
      await quiet(monitor);
      return [error];
    }
  };
  // Whatever else depends on what was rejected hangs: a real program ends when nothing is left to do.
  const failed = Promise.race([monitor.failed, rejected])
    .then(() => quiet(monitor))
    .then((): unknown[] => []);
  const stuck = gaveUp(monitor, run.patienceMs ?? 30_000, (t) => (timer = t)).then((error): unknown[] => [error]);
  try {
    return await Promise.race([main(), failed, stuck]);
  } finally {
    clearInterval(timer);
    monitor.close();
  }
}

/**
 * Runs a Pulumi program in this process, deletions at its end included.
 *
 * @returns what it threw and what it rejected without anybody looking, each once; empty if it went through. Errors of
 * the engine are not among them: whoever answers the program knows them.
 */
export async function runProgram(run: ProgramRun): Promise<unknown[]> {
  const store = new internals.LocalStore();
  const current = activeRun(run.handlers);
  const leave = enter(store, current);
  try {
    const work = (): Promise<unknown[]> => drive(run, store, current.rejected);
    const thrown = await (run.alone === true ? ofProcess(store, work) : apart(store, work));
    // Rejections nobody looked at surface only after the microtasks are done.
    await nextTurn();
    return [...new Set([...thrown, ...current.rejections])].filter((error) => !isEngineError(error));
  } finally {
    leave();
  }
}

/** Does something with a store of its own, whatever else runs. */
async function apart<T>(store: LocalStore, work: () => Promise<T>): Promise<T> {
  try {
    return await stores.asyncLocalStorage.run(store, work);
  } finally {
    // Otherwise every promise of this process is followed from now on, also of programs that run alone.
    if (active.size === 1) stores.asyncLocalStorage.disable();
  }
}

/** Does something while a store is that of the process. */
async function ofProcess<T>(store: LocalStore, work: () => Promise<T>): Promise<T> {
  const { globalStore } = stores;
  if (active.size > 1) throw new Error("a program that is to run alone was started beside another one");
  stores.globalStore = store;
  try {
    return await work();
  } finally {
    stores.globalStore = globalStore;
  }
}

/** Whether an error only says that the engine stopped answering, which has told why itself. */
function isEngineError(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 14 || code === 1;
}

/** How an error of a program is told to a user: what Pulumi prints, without the stack. */
export function printedMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return ["Error", "UserError", "RunError"].includes(error.name) ? error.message : `${error.name}: ${error.message}`;
}

/** The wire's words for values that JSON has none for. */
export const wire = {
  signature: pulumi.runtime.specialSigKey,
  secret: pulumi.runtime.specialSecretSig,
  resource: pulumi.runtime.specialResourceSig,
  output: pulumi.runtime.specialOutputValueSig,
  unknown: pulumi.runtime.unknownValue,
} as const;
