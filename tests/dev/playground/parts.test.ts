import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { playgroundFolder } from "../../../dev/playground/build";
import { assignPorts, COMPONENTS, commandLine, layoutOf } from "../../../dev/playground/components";
import { withLock } from "../../../dev/playground/processes/lock";
import {
  findProcesses,
  isPaused,
  killProcess,
  launch,
  runningPid,
  signal,
} from "../../../dev/playground/processes/processes";
import { attachmentName, volumeObject } from "../../../dev/playground/storage";
import { span, talkTo } from "../../../dev/playground/talk";
import { fakeStream } from "./recorder";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "playground-test-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("talk", () => {
  test.each([
    ["a terminal", true, {}, "\u001b[32mready\u001b[0m"],
    ["a terminal with NO_COLOR", true, { NO_COLOR: "1" }, "ready"],
    ["a terminal with an empty NO_COLOR", true, { NO_COLOR: "" }, "\u001b[32mready\u001b[0m"],
    ["a file", false, {}, "ready"],
  ])("to %s is coloured accordingly", (_, isTTY, env, expected) => {
    expect(talkTo(fakeStream(isTTY), env).good("ready")).toBe(expected);
  });

  test("overwrites progress on a terminal only", () => {
    for (const [isTTY, expected] of [
      [true, "\r\u001b[K1\r\u001b[K2\r\u001b[Kdone\nnext\n"],
      [false, "1\n2\ndone\nnext\n"],
    ] as const) {
      const stream = fakeStream(isTTY);
      const talk = talkTo(stream, {});
      talk.progress("1");
      talk.progress("2");
      talk.say("done");
      talk.say("next");
      expect(stream.text()).toBe(expected);
    }
  });

  test.each([
    [4_230, "4.2 s"],
    [42_300, "42 s"],
    [65_000, "1 min 05 s"],
    [119_600, "2 min 00 s"],
  ])("says %d ms as %s", (ms, text) => {
    expect(span(ms)).toBe(text);
  });
});

describe("command lines", () => {
  const input = {
    layout: layoutOf("/state/source"),
    ports: assignPorts([1, 2, 3, 4, 5, 6]),
    number: 1,
    stages: "/repo/dev/playground/stages",
  };

  test("name the cluster's folder, by which a process is recognised, and listen on loopback only", () => {
    for (const component of COMPONENTS) {
      const text = commandLine(component, input).join(" ");
      expect(text).toContain("/state/source/");
      expect(text).toContain("127.0.0.1");
      expect(text).not.toContain("0.0.0.0:");
    }
  });

  test("leave VolumeAttachments to the tests and write nowhere else", () => {
    const text = commandLine("kube-controller-manager", input).join(" ");
    expect(text).toContain("--controllers=*,-persistentvolume-attach-detach-controller");
    expect(text).toContain("--flex-volume-plugin-dir=/state/source/flexvolume");
  });

  test("need all ports", () => {
    expect(() => assignPorts([1, 2])).toThrow("6 ports are needed, got 2");
  });
});

describe("a lock", () => {
  test("is held while the work is done, and released afterwards, also after a failure", async () => {
    const file = join(folder, "deep", "a.lock");
    const held = await withLock(file, fail, () => Promise.resolve(readFileSync(file, "utf8")));
    expect(held).toBe(String(process.pid));
    await expect(withLock(file, fail, () => Promise.reject(new Error("work failed")))).rejects.toThrow("work failed");
    expect(existsSync(file)).toBe(false);
  });

  test("is waited for while its owner lives", async () => {
    const file = join(folder, "a.lock");
    const order: string[] = [];
    let letGo = (): void => undefined;
    const first = withLock(file, fail, async () => {
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
      order.push("first");
    });
    const second = withLock(
      file,
      (pid) => {
        order.push(`waiting for ${pid}`);
        letGo();
      },
      () => Promise.resolve(order.push("second")),
    );
    await Promise.all([first, second]);
    expect(order).toEqual([`waiting for ${process.pid}`, "first", "second"]);
  });

  test("of a process that is gone is taken over", async () => {
    const file = join(folder, "a.lock");
    const gone = spawn("true");
    await new Promise((resolve) => gone.once("close", resolve));
    writeFileSync(file, String(gone.pid));
    expect(await withLock(file, fail, () => Promise.resolve("mine"))).toBe("mine");
  });

  function fail(pid: number): void {
    throw new Error(`nothing to wait for, yet process ${pid} was named`);
  }
});

describe("a process", () => {
  const start = (): string => {
    const pidFile = join(folder, "sleeper.pid");
    const mark = join(folder, "mark");
    launch({
      binary: process.execPath,
      args: ["-e", "setInterval(() => undefined, 1000)", mark],
      cwd: folder,
      logFile: join(folder, "logs", "sleeper.log"),
      pidFile,
    });
    return pidFile;
  };

  test("is recognised by its command line, paused, and killed", async () => {
    const pidFile = start();
    const pid = runningPid(pidFile, folder);
    expect(pid).toBe(Number(readFileSync(pidFile, "utf8")));
    expect(runningPid(pidFile, "/somebody/else/")).toBeUndefined();
    signal(pid ?? 0, "SIGSTOP");
    while (!isPaused(pid ?? 0)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(findProcesses(["node"], folder)).toEqual([pid]);
    expect(findProcesses(["etcd"], folder)).toEqual([]);
    await killProcess(pid ?? 0);
    expect(runningPid(pidFile, folder)).toBeUndefined();
    expect(findProcesses(["node"], folder)).toEqual([]);
  });

  test("of somebody else is not taken for ours, whatever the pid file says", () => {
    const pidFile = join(folder, "recycled.pid");
    writeFileSync(pidFile, String(process.pid));
    expect(runningPid(pidFile, join(folder, "mark"))).toBeUndefined();
  });

  test("whose binary is missing is an error", () => {
    const bad = {
      binary: join(folder, "none"),
      args: [],
      cwd: folder,
      logFile: join(folder, "log"),
      pidFile: join(folder, "pid"),
    };
    expect(() => launch(bad)).toThrow(`could not start ${join(folder, "none")}`);
  });
});

describe("storage", () => {
  test("a volume is a CSI disk reserved for its claim", () => {
    expect(volumeObject({ namespace: "shop", claim: "data-web-0", reclaimPolicy: "Retain" })).toEqual({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: {
        name: "disk-shop-data-web-0",
        annotations: { "pv.kubernetes.io/provisioned-by": "disk.example.com" },
      },
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: "shared",
        volumeMode: "Filesystem",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "shop", name: "data-web-0" },
        csi: { driver: "disk.example.com", volumeHandle: "disk-shop-data-web-0", fsType: "ext4" },
      },
    });
  });

  test("an attachment is named as Kubernetes names it", () => {
    // printf 'disk-1disk.example.comnode-1' | sha256sum
    expect(attachmentName("disk-1", "node-1")).toBe(
      "csi-fef76f1b6698cc024f3400337510108c0f70e220749e22a86ec5b659f35eb832",
    );
  });
});

test("the stages are what KWOK takes, and give every pod and node a way on", () => {
  const names = ["nodes", "pods"].flatMap((file) =>
    parseAllDocuments(readFileSync(join(playgroundFolder(), "stages", `${file}.yaml`), "utf8"))
      .map((document) => {
        expect(document.errors).toEqual([]);
        return document.toJS() as { kind: string; metadata: { name: string } } | null;
      })
      .filter((stage) => stage !== null)
      .map((stage) => `${stage.kind} ${stage.metadata.name}`),
  );
  expect(names).toEqual([
    "Stage node-comes-up",
    "Stage node-heartbeat",
    "Stage node-goes-unready",
    "Stage pod-starts-ready",
    "Stage pod-starts-unready",
    "Stage pod-turns-ready",
    "Stage pod-turns-unready",
    "Stage pod-stops",
    "Stage pod-goes-away",
  ]);
});
