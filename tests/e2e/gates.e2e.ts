/**
 * Gates and actions of `cutover walk` on real control planes: pods as the API servers have them, commands of the user's own, and an
 * exec that no kubelet answers.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useGround } from "./ground";
import { expectWholeSet, Scenario } from "./harness";
import { describeInWhole } from "./tools";

/** Notes when it was asked, and for which ordinal; fails while the file `closed` names the moment. */
const noting = `const fs = require("node:fs");
const { CUTOVER_MOMENT: moment, CUTOVER_TO: to, CUTOVER_ORDINAL: ordinal = "" } = process.env;
const { set, ordinals } = JSON.parse(fs.readFileSync(0, "utf8"));
fs.appendFileSync("asked", [set.name, moment, to, ordinals.join(","), ordinal].join(" ") + "\\n");
if (fs.existsSync("closed") && fs.readFileSync("closed", "utf8").includes(moment)) throw new Error("not now");
`;

describeInWhole("gates and actions", () => {
  const ground = useGround();
  let scenario: Scenario;
  /** What a preview plans without gates, and with them: the volumes of the next ordinal. */
  let before: unknown;
  let after: unknown;
  const inProject = (name: string): string => join(scenario.project.folder, name);
  const asked = (): string[] => {
    const lines = readFileSync(inProject("asked"), "utf8").split("\n");
    rmSync(inProject("asked"));
    return [...new Set(lines)].filter((line) => line !== "");
  };

  beforeAll(async () => {
    scenario = await Scenario.begin(ground(), { namespace: "gates" });
    writeFileSync(inProject("note.js"), noting);
    const command = { command: ["node", "note.js"] };
    const planned = (): Promise<unknown> =>
      scenario.project.preview("destination").then(({ operations }) => operations);
    before = await planned();
    scenario.project.setConfig({
      gates: [{ ready: { settle: "1s" } }, { command: { ...command, settle: "1s", deadline: "4s" } }],
      before: [{ command }],
      after: [{ command }],
    });
    after = await planned();
  });

  test("they change nothing in a preview", () => {
    expect(before).toHaveLength(2);
    expect(after).toEqual(before);
  });

  test("before the first step, between two and at the end; each knows its step", async () => {
    scenario.project.cutoverIndex = 1;
    const walk = await scenario.project.cutover(["walk"]);
    expect([walk.code, walk.code === 0 ? "" : walk.output]).toEqual([0, ""]);
    expect(asked()).toEqual([
      ...["web start 3  ", "web before 2 2 2", "web after 2 2 2", "web between 2 2 "],
      ...["web before 1 1 1", "web after 1 1 1", "web end 1 1 "],
    ]);
    expect(walk.stdout).toContain("  gates[0] ready holds (");
    await expectWholeSet(scenario, 1);
  });

  test("one that does not hold pauses the walk with nothing run; the same again goes on", async () => {
    writeFileSync(inProject("closed"), "start");
    scenario.project.cutoverIndex = 0;
    const paused = await scenario.project.cutover(["walk"]);
    expect(paused.code).toBe(3);
    expect(paused.output).toMatch(
      /paused: gates\[1\] command, at cutoverIndex 1, does not hold after [45](\.\d)? s: node: exit code 1/,
    );
    expect(paused.stdout).not.toContain("pulumi up");
    await expectWholeSet(scenario, 1);
    rmSync(inProject("closed"));
    expect((await scenario.project.cutover(["walk"])).code).toBe(0);
    await expectWholeSet(scenario, 0);
  });

  test("--on-trouble rollback: the step is walked back", async () => {
    asked();
    writeFileSync(inProject("closed"), "between");
    scenario.project.cutoverIndex = 2;
    const back = await scenario.project.cutover(["walk", "--on-trouble", "rollback"]);
    expect(back.code).toBe(3);
    expect(back.output).toContain("Back from cutoverIndex 1 to 0, as --on-trouble says");
    expect(back.output).toContain("So the step was walked back to cutoverIndex 0, where the gates hold");
    rmSync(inProject("closed"));
    expect(asked().at(-1)).toBe("web end 0 0 ");
    await expectWholeSet(scenario, 0);
  });

  test("exec reaches the API server, which finds no kubelet: that is said, and nothing is run", async () => {
    scenario.project.setConfig({ gates: [{ exec: { command: ["true"], deadline: "6s" } }] });
    const paused = await scenario.project.cutover(["walk"]);
    expect(paused.code).toBe(3);
    expect(paused.output).toMatch(
      /paused: gates\[0\] exec, at cutoverIndex 0, does not hold after .*web-0: .*error sending request/,
    );
    await expectWholeSet(scenario, 0);
  });
});
