import type { PersistentVolume } from "../../core/kubernetes";
import { rangeOf } from "../../core/ordinals";
import type { ObjectReference } from "../../live/client/cluster";
import { program } from "../../program";
import { rehearse } from "../../rehearsal/rehearse";
import type { Program } from "../../rehearsal/rehearse";
import { inFolder, manifests, naive, rehearseSet } from "./rehearseFixture";

jest.setTimeout(60_000);

/** What a rehearsal of a program without a protection finds, without where it was found. */
async function found(broken: Program, templates: readonly string[] = []): Promise<string[]> {
  const { violations } = await rehearseSet({ replicas: 2, templates }, { oneWay: true }, broken);
  return violations.map((violation) => violation.replace(/^pulumi up -s \w+ at cutover index \d: /, ""));
}

test("a program without volumes and with no mistake in it is found well", async () => {
  expect(await found(naive())).toEqual([]);
});

test("at most one: the halves overlap", async () => {
  const overlap = naive({
    range: (side, set, k) => (side === "source" && k === 1 ? { start: 0, replicas: 2 } : rangeOf(side, set, k)),
  });
  expect(await found(overlap)).toContain(
    "at most one: ordinal 1 lives in both clusters (source: a pod, destination: its live spec allows it)",
  );
});

test("one write: a destination created with replicas", async () => {
  const eager = naive({
    range: (side, set, k) => (side === "destination" && k === 2 ? { start: 1, replicas: 1 } : rangeOf(side, set, k)),
  });
  expect(await found(eager)).toContain("one write: the destination's set was created with 1 replicas instead of 0");
});

test("one write: only half of the cut is written", async () => {
  const half = naive({ range: (side, set, k) => ({ ...rangeOf(side, set, k), start: side === "source" ? 0 : 2 }) });
  expect(await found(half)).toContain("one write: the destination's range 2+1 is that of no cutover index");
});

test("one step at a time: the source gives up everything at once", async () => {
  const jump = naive({ range: (side, set, k) => rangeOf(side, set, k === 1 && side === "source" ? 0 : k) });
  expect(await found(jump)).toContain("one step at a time: the source gave up 2 ordinals at once, and batch is 1");
});

test("one step at a time: an ordinal is left in the gap", async () => {
  const gap = naive({ range: (side, set, k) => rangeOf(side, set, side === "destination" && k === 1 ? 2 : k) });
  const violations = await found(gap);
  expect(violations).toContain("nothing lost: ordinal 1 is ready in neither cluster after both up");
  expect(violations).toContain("one step at a time: the source gave up 0 while neither half held 1");
});

test("volumes: nobody hands them over, so the controller makes empty ones", async () => {
  const violations = await found(naive({}, ["data"]), ["data"]);
  expect(
    violations.some((violation) => violation.startsWith("volume empty: data-web-1 in the destination is on ")),
  ).toBe(true);
});

test("volumes: the real program, with a cluster that only says that it made them Retain", async () => {
  const lying: Program = (ports) =>
    program({
      ...ports,
      connect: (connection) => {
        const cluster = ports.connect(connection);
        return new Proxy(cluster, {
          get(target, method, receiver) {
            if (method === "retain") return () => Promise.resolve();
            if (method === "read") {
              return async (reference: ObjectReference) => {
                const object = await target.read(reference);
                if (object?.kind !== "PersistentVolume") return object;
                const { spec } = object as PersistentVolume;
                return { ...object, spec: { ...spec, persistentVolumeReclaimPolicy: "Retain" } };
              };
            }
            const value: unknown = Reflect.get(target, method, receiver);
            return typeof value === "function" ? (value.bind(target) as unknown) : value;
          },
        });
      },
    });
  const violations = await found(lying, ["data"]);
  expect(
    violations.some((violation) =>
      /^volume not retained: \S+ of ordinal 1, which the source has given up, is Delete$/.test(violation),
    ),
  ).toBe(true);
});

test("nothing deleted: a claim that the program no longer declares", async () => {
  expect(await found(naive({ forgets: true }))).toEqual([
    "nothing deleted: up on the source would delete kubernetes:core/v1:PersistentVolumeClaim precious",
    "nothing deleted: up on the destination would delete kubernetes:core/v1:PersistentVolumeClaim precious",
  ]);
});

test("nothing restarted: a running set is taken over with another template", async () => {
  const config = "name: a\nconfig:\n  manifests: { default: [set.yaml] }\n";
  // A program that compares nothing, and declares web:1 where web:0 runs.
  const files = {
    "set.yaml": manifests({ replicas: 2, templates: [] }).replace("web:1", "web:0"),
    "Pulumi.yaml": config,
    "Pulumi.source.yaml": "config: { a:adopt: true }\n",
  };
  const upserting = naive({ upserts: true });
  const { violations } = await inFolder(files, (cwd) => rehearse({ cwd, oneWay: true, problems: [] }, {}, upserting));
  expect(violations.map((violation) => violation.replace(/^.*index \d: /, "")).sort()).toEqual([
    "nothing restarted: the pod of ordinal 0 in the source was made again",
    "nothing restarted: the pod of ordinal 1 in the source was made again",
  ]);
});

test("told from what is: held says less than what lives there", async () => {
  expect(await found(naive({ held: () => ({ start: 0, replicas: 1 }) }))).toContain(
    "told from what is: the source says that it holds 0+1, but 1 live there too",
  );
});

test("secrets stay secret: a plain output", async () => {
  expect(await found(naive({ outputs: { password: "hunter2hunter2" } }))).toEqual([
    "secrets stay secret: an output of the destination shows a secret of 14 characters",
    "secrets stay secret: an output of the source shows a secret of 14 characters",
  ]);
});

test("the wrong order is tried, and must be refused", async () => {
  const { violations, steps } = await rehearseSet({ replicas: 2, templates: [] }, {}, naive({ hurries: true }));
  const scene = "pulumi up -s destination at cutover index 1, before its turn:";
  expect(violations).toContain(`${scene} out of turn: it was not refused`);
  expect(violations).toContain(`${scene} out of turn: update kubernetes:apps/v1:StatefulSet web`);
  expect(violations).toContain(
    `${scene} at most one: ordinal 1 lives in both clusters (source: a pod, destination: its live spec allows it)`,
  );
  expect(steps.map(({ cutoverIndex }) => cutoverIndex)).toEqual([2, 1]);
});

test("a program that fails ends the rehearsal, in words", async () => {
  const failing = naive({
    range: (side, set, k) => {
      if (k === 1) throw new Error("no way");
      return rangeOf(side, set, k);
    },
  });
  const { violations, steps } = await rehearseSet({ replicas: 2, templates: [] }, {}, failing);
  expect(violations).toEqual(["pulumi up -s source at cutover index 1: failed: no way"]);
  expect(steps.map(({ cutoverIndex }) => cutoverIndex)).toEqual([2, 1]);
  expect(steps[1]?.destination.operations).toEqual([]);
});
