import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of this package. Compiled code lives elsewhere (dist/), so it is looked for upwards. */
export function packageFolder(from: string = __dirname): string {
  return existsSync(join(from, "package.json")) ? from : packageFolder(dirname(from));
}

/** The version in this package's own `package.json`. */
export function programVersion(): string {
  return (JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")) as { version: string }).version;
}
