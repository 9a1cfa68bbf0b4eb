import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The version in this package's own `package.json`. Compiled code lives elsewhere (dist/), so it is looked for upwards. */
export function programVersion(from: string = __dirname): string {
  const path = join(from, "package.json");
  if (!existsSync(path)) return programVersion(dirname(from));
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
