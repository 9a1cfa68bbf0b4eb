import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import {
  buildArguments,
  cacheKey,
  cacheRoot,
  ensureBinaries,
  goMissing,
  kubernetesVersion,
  PACKAGES,
  playgroundFolder,
  progressOf,
  readBuildInput,
} from "../../../dev/playground/build";
import { recorder } from "./recorder";

const GO_MOD = "module x\n\nrequire (\n\tk8s.io/kubernetes v1.36.3 // indirect\n)\n";

describe("the pinned versions", () => {
  const { goMod, goSum } = readBuildInput();

  test("are those of Kubernetes 1.36", () => {
    expect(kubernetesVersion(goMod)).toMatch(/^v1\.36\.\d+$/);
  });

  test("have every staging module at the same patch release", () => {
    const patch = kubernetesVersion(goMod).replace("v1.", "v0.");
    const replaced = [...goMod.matchAll(/^\t(k8s\.io\/\S+) => (\S+) (\S+)$/gm)];
    expect(replaced.length).toBeGreaterThan(25);
    for (const [, from, to, version] of replaced) {
      expect([from, version]).toEqual([to, patch]);
    }
  });

  test("name the five binaries as tools", () => {
    const tools = /^tool \((.*?)^\)/ms.exec(goMod)?.[1]?.trim().split(/\s+/);
    expect(tools).toEqual(Object.values(PACKAGES).sort());
  });

  test("have checksums", () => {
    expect(goSum).toContain(`k8s.io/kubernetes ${kubernetesVersion(goMod)} h1:`);
  });
});

test("a go.mod without Kubernetes is refused in words", () => {
  expect(() => kubernetesVersion("module x\n")).toThrow("dev/playground/go.mod does not require k8s.io/kubernetes");
});

test("the version is stamped into the binary", () => {
  expect(buildArguments("kube-apiserver", "v1.36.3", "/out/kube-apiserver")).toEqual([
    "build",
    "-v",
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    "-ldflags=-s -w" +
      " -X k8s.io/component-base/version.gitVersion=v1.36.3 -X k8s.io/component-base/version.gitMajor=1" +
      " -X k8s.io/component-base/version.gitMinor=36 -X k8s.io/component-base/version.gitTreeState=clean" +
      " -X k8s.io/client-go/pkg/version.gitVersion=v1.36.3 -X k8s.io/client-go/pkg/version.gitMajor=1" +
      " -X k8s.io/client-go/pkg/version.gitMinor=36 -X k8s.io/client-go/pkg/version.gitTreeState=clean",
    "-o",
    "/out/kube-apiserver",
    "k8s.io/kubernetes/cmd/kube-apiserver",
  ]);
});

describe("the cache", () => {
  const input = { goMod: GO_MOD, goSum: "sums" };

  test("key is stable, and follows go.mod, go.sum, system and processor", () => {
    const key = cacheKey(input, "linux", "x64");
    expect(key).toMatch(/^[0-9a-f]{16}$/);
    expect(cacheKey(input, "linux", "x64")).toBe(key);
    const others = [
      cacheKey({ ...input, goMod: GO_MOD.replace("1.36.3", "1.36.4") }, "linux", "x64"),
      cacheKey({ ...input, goSum: "other sums" }, "linux", "x64"),
      cacheKey(input, "darwin", "x64"),
      cacheKey(input, "linux", "arm64"),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
  });

  test.each([
    [{ XDG_CACHE_HOME: "/xdg" }, "/xdg/statefulset-cutover"],
    [{ XDG_CACHE_HOME: "relative" }, "/home/me/.cache/statefulset-cutover"],
    [{ XDG_CACHE_HOME: "" }, "/home/me/.cache/statefulset-cutover"],
    [{}, "/home/me/.cache/statefulset-cutover"],
  ])("folder for %j is %s", (env, expected) => {
    expect(cacheRoot(env, "/home/me")).toBe(expected);
  });
});

describe("a build", () => {
  let folder: string;
  const fakeGo = (script: string): void => {
    writeFileSync(join(folder, "go"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "playground-test-"));
    writeFileSync(join(folder, "go.mod"), GO_MOD);
    writeFileSync(join(folder, "go.sum"), "");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("without Go says what is missing and what to use instead", async () => {
    const { talk, said } = recorder();
    const env = { PATH: folder, XDG_CACHE_HOME: folder };
    await expect(ensureBinaries(talk, { folder, env })).rejects.toThrow(goMissing("v1.36.3"));
    expect(said()).toBe("");
  });

  test("that fails repeats what go said, without the progress", async () => {
    fakeGo(
      [
        'echo "go: downloading k8s.io/api v0.36.3" >&2',
        'echo "fmt" >&2',
        'echo "go: go.mod requires go >= 1.26.0 (running go 1.21)" >&2',
        "exit 1",
      ].join("\n"),
    );
    const { talk } = recorder();
    await expect(ensureBinaries(talk, { folder, env: { PATH: folder, XDG_CACHE_HOME: folder } })).rejects.toThrow(
      `go build failed (in ${folder}):\n  go: go.mod requires go >= 1.26.0 (running go 1.21)`,
    );
  });

  test("makes all five binaries, says so, and is not done twice", async () => {
    // $8 is what follows -o
    fakeGo('echo "fmt" >&2\n: > "$8"');
    const { talk, said } = recorder();
    const env = { PATH: folder, XDG_CACHE_HOME: folder };
    const bin = await ensureBinaries(talk, { folder, env });
    expect(readdirSync(bin).sort()).toEqual(Object.keys(PACKAGES).sort());
    expect(readdirSync(dirname(bin))).toEqual([basename(bin)]);
    expect(said()).toMatch(/^Building etcd, kube-apiserver, .* \(v1\.36\.3\) from Go modules, once/);
    expect(said().match(/^built \S+ in /gm)).toHaveLength(5);
    rmSync(join(folder, "go"));
    expect(await ensureBinaries(talk, { folder, env })).toBe(bin);
  });

  test("the message names Go, kind and the two contexts", () => {
    const message = goMissing("v1.36.3");
    for (const part of [
      "no `go` on the PATH",
      "Kubernetes v1.36.3",
      "any two kube contexts",
      "kind create cluster --name source",
    ]) {
      expect(message).toContain(part);
    }
  });
});

test.each([
  ["go: downloading k8s.io/api v0.36.3", "download"],
  ["k8s.io/kubernetes/pkg/apis/core/v1", "package"],
  ["fmt", "package"],
  ["# k8s.io/kubernetes/pkg/x", undefined],
  ["pkg/x.go:3:4: undefined: y", undefined],
  ["", undefined],
])("go's line %j is progress of kind %s", (line, kind) => {
  expect(progressOf(line)).toBe(kind);
});

test("the stages are found from compiled code too", () => {
  const folder = playgroundFolder(join(__dirname, "..", "..", "..", "dist", "dev", "playground"));
  expect(readFileSync(join(folder, "stages", "pods.yaml"), "utf8")).toContain("playground/gone-after");
});

test("outside of a clone the folder is missing, in words", () => {
  expect(() => playgroundFolder("/")).toThrow("built in a clone of the statefulset-cutover repository");
});
