import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { releasePorts, reservePorts } from "../../../../dev/playground/processes/reservation";

jest.setTimeout(60_000); // six processes, on a machine that may be busy

const COMPILED = join(__dirname, "..", "..", "..", "..", "dist", "dev", "playground", "processes", "reservation.js");

let parent: string;
let root: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "playground-ports-"));
  root = join(parent, "ports");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(parent, { recursive: true });
});

/** Another process that reserves ports, says which, and lives on. */
async function elsewhere(
  count: number,
  folder: string,
  range: object,
): Promise<[ports: number[], child: ChildProcess]> {
  const script = `require(${JSON.stringify(COMPILED)})
    .reservePorts(${count}, ${JSON.stringify(folder)}, ${JSON.stringify({ root, ...range })})
    .then((ports) => { console.log(JSON.stringify(ports)); setInterval(() => undefined, 1_000); });`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return [JSON.parse(line) as number[], child];
}

/** A few ports beside each other, so that everybody wants the same. */
const narrow = { lowest: 21_000, beyond: 21_060 };

test("ports are different, free, and below those that outgoing connections get", async () => {
  const server = createServer();
  const taken = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve((server.address() as { port: number }).port);
    });
  });
  const range = { root, lowest: taken, beyond: taken + 1 };
  await expect(reservePorts(1, join(parent, "a"), range)).rejects.toThrow(
    `no 1 free ports between ${taken} and ${taken} on 127.0.0.1`,
  );
  expect(readdirSync(root)).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
  expect(await reservePorts(1, join(parent, "a"), range)).toEqual([taken]);

  const ports = await reservePorts(12, join(parent, "b"), { root });
  expect(new Set(ports).size).toBe(12);
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000);
  expect(Math.max(...ports)).toBeLessThan(32_000);
});

test("processes that start at once get different ports, though nobody listens yet", async () => {
  const found = await Promise.all(Array.from({ length: 6 }, (_, i) => elsewhere(8, join(parent, String(i)), narrow)));
  const own = await Promise.all([6, 7].map((i) => reservePorts(3, join(parent, String(i)), { root, ...narrow })));
  const ports = [...found.flatMap(([each]) => each), ...own.flat()];
  expect(ports).toHaveLength(54);
  expect(new Set(ports).size).toBe(54);
});

test("ports stay reserved while the folder is there, and are free again when it is given up or its process died early", async () => {
  const range = { lowest: 21_000, beyond: 21_006 };
  const folder = join(parent, "cluster");
  const [ports, child] = await elsewhere(6, folder, range);
  expect([...ports].sort()).toEqual([21_000, 21_001, 21_002, 21_003, 21_004, 21_005]);
  const other = (): Promise<number[]> => reservePorts(1, join(parent, "other"), { root, ...range });
  const refused = "no 1 free ports between 21000 and 21005 on 127.0.0.1";
  await expect(other()).rejects.toThrow(refused); // its process lives

  mkdirSync(folder);
  child.kill("SIGKILL");
  await once(child, "close");
  await expect(other()).rejects.toThrow(refused); // its components may run, or be started again

  rmSync(folder, { recursive: true }); // as a crash before it was made, or `git clean` after
  const again = await other();
  expect(ports).toContain(again[0]);
  expect(readdirSync(root)).toHaveLength(1);
  releasePorts(join(parent, "nobody"), root);
  expect(readdirSync(root)).toHaveLength(1);
  releasePorts(join(parent, "other"), root);
  expect(readdirSync(root)).toEqual([]);
});

test("a reservation that a power cut left empty is nobody's", async () => {
  mkdirSync(root);
  writeFileSync(join(root, "cut-off.json"), "");
  expect(await reservePorts(1, join(parent, "a"), { root })).toHaveLength(1);
});
