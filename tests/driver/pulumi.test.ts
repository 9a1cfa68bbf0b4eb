import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pulumiIn } from "../../driver/pulumi";

/** Stands for the CLI: says what it was called with, and on a signal that it has heard it. */
const standIn = `#!${process.execPath}
const say = (text) => process.stdout.write(text + "\\n");
say(process.argv.slice(2).join(" ") + " in " + process.cwd().split("/").pop() + " as " + process.env.WHO);
if (process.argv[2] === "fail") {
  process.stderr.write("error: no\\n");
  process.exitCode = 255;
}
if (process.argv[2] === "wait") {
  const alive = setInterval(() => {}, 1000);
  process.on("SIGINT", () => {
    say("heard");
    // A second signal would come in this time.
    setTimeout(() => clearInterval(alive), 200);
  });
  say("ready");
}
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cutover-pulumi-"));
  writeFileSync(join(folder, "pulumi"), standIn);
  chmodSync(join(folder, "pulumi"), 0o755);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const pulumi = () => pulumiIn(folder, { PATH: folder, WHO: "me" });

test("runs in the project's folder with the given environment, and never asks", async () => {
  const name = folder.split("/").pop() ?? "";
  const said = `up -s source --non-interactive --color=never in ${name} as me\n`;
  expect(await pulumi().run(["up", "-s", "source"])).toEqual({ code: 0, stdout: said, output: said });
});

test("a failure is told by its code, with both streams in its output", async () => {
  const heard: string[] = [];
  const { code, stdout, output } = await pulumi().run(["fail"], (text) => heard.push(text));
  expect([code, stdout.includes("error"), output.includes("error: no\n")]).toEqual([255, false, true]);
  expect(heard.join("")).toBe(output);
});

test("a signal reaches the command once, and what it says afterwards is still heard", async () => {
  const cli = pulumi();
  const { code, stdout } = await cli.run(["wait"], (text) => {
    if (text.includes("ready")) cli.stop("SIGINT");
  });
  expect([code, stdout.split("\n").slice(1)]).toEqual([0, ["ready", "heard", ""]]);
  // Nothing runs any more.
  cli.stop("SIGINT");
});

test("without a pulumi on PATH it says so in the way of spawn", async () => {
  await expect(pulumiIn(folder, { PATH: "/nowhere" }).run(["up"])).rejects.toMatchObject({
    code: "ENOENT",
    path: "pulumi",
  });
});
