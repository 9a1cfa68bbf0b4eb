import { Module } from "node:module";
import { dirname } from "node:path";

/**
 * Spares whoever loads the SDK a module that it loads for others: for programs that send functions into the cloud, or
 * that run `pulumi` themselves. Whoever does ask for it gets the real one.
 *
 * To be called before `@pulumi/pulumi` is loaded. If the SDK does not have it any more, nothing happens.
 */
function spare(name: string): void {
  let path: string;
  try {
    path = require.resolve(name, { paths: [dirname(require.resolve("@pulumi/pulumi/package.json"))] });
  } catch {
    return;
  }
  if (require.cache[path] !== undefined) return;
  const standIn = new Module(path);
  const real = (): Record<string | symbol, unknown> => {
    if (require.cache[path] === standIn) Reflect.deleteProperty(require.cache, path);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only `require` loads at this moment, at once
    return require(path) as Record<string | symbol, unknown>;
  };
  // Without `__esModule` the SDK would copy every export at once, and make the whole of a plain module its `default`.
  standIn.exports = new Proxy(
    {},
    {
      get: (_, name) => {
        if (name === "__esModule") return true;
        const module = real();
        return name === "default" && !("default" in module) ? module : module[name];
      },
    },
  );
  standIn.loaded = true;
  require.cache[path] = standIn;
}

/** Set by Pulumi's runner where it compiles TypeScript. */
type PrepareStackTrace = (error: Error, frames: NodeJS.CallSite[]) => unknown;

/** Files of the SDK that take a stack trace of every promise and of every resource, for messages about leaks. */
const bookkeeping = /@pulumi[\\/]pulumi[\\/](?:runtime[\\/]debuggable|resource)\.js$/;

/**
 * Spares every `up` and every preview what it costs to find the lines of TypeScript that belong to a stack trace, where
 * the SDK takes one for its books only: it takes hundreds. Traces of errors stay as they are.
 */
function spareTraces(): void {
  const { prepareStackTrace: whole } = Error as { prepareStackTrace?: PrepareStackTrace };
  if (whole === undefined) return;
  Error.prepareStackTrace = (error, frames) =>
    bookkeeping.test(frames[0]?.getFileName() ?? "") ? String(error) : whole(error, frames);
}

// npm's dependency resolver and its reader of packages, with three hundred modules: a third of what loading the SDK costs.
spare("@npmcli/arborist");
spare("normalize-package-data");
// Another third, where the program is compiled already: the rehearsal.
spare("typescript");
// What runs `pulumi` from a program, with a hundred modules.
spare("@pulumi/pulumi/automation");
spareTraces();
