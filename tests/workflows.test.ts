import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

/*
 * What users copy: the workflows of GitHub, the snippet for GitLab, and the Stack resources of the Pulumi Kubernetes
 * Operator.
 */

const root = join(__dirname, "..");

interface Step {
  readonly uses?: string;
  readonly name?: string;
  readonly if?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly if?: string;
        readonly "runs-on": string;
        readonly steps: readonly Step[];
        readonly env: Readonly<Record<string, string>>;
      }
    >
  >;
}

const folder = join(root, ".github", "workflows");
const textOf = (name: string): string => readFileSync(join(folder, name), "utf8");
const read = (name: string): Workflow => parse(textOf(name)) as Workflow;
const stepsOf = (name: string): readonly Step[] => Object.values(read(name).jobs).flatMap(({ steps }) => steps);

describe("every workflow", () => {
  const names = readdirSync(folder);

  test("is known to this test", () => {
    expect(names.sort()).toEqual(["preview.yml", "walk.yml"]);
  });

  test.each(names)("%s does nothing until the repository is configured", (name) => {
    for (const job of Object.values(read(name).jobs)) expect(job.if).toMatch(/^vars\.CUTOVER != ''/);
  });

  test.each(names)("%s pins actions by major version or commit", (name) => {
    const used = stepsOf(name).flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(2);
    for (const uses of used) expect(uses).toMatch(/^(actions|pulumi)\/[a-z-]+@(v\d+|[0-9a-f]{40})$/);
  });

  test.each(names)("%s gives shells no expression, which could be anybody's text", (name) => {
    for (const { run = "" } of stepsOf(name)) expect(run).not.toContain("${{");
    expect(textOf(name)).not.toContain("pull_request_target");
  });

  test.each(names)("%s keeps the kubeconfig to itself, and no credentials in the work tree", (name) => {
    const steps = stepsOf(name);
    const kubeconfig = steps.find(({ env }) => env?.CONTENTS !== undefined);
    expect(kubeconfig?.env).toEqual({ CONTENTS: "${{ secrets.CUTOVER_KUBECONFIG }}" });
    expect(kubeconfig?.run).toMatch(/^umask 077\n/);
    expect(steps[0]?.with).toMatchObject({ "persist-credentials": false });
  });
});

describe("the preview of a pull request", () => {
  const { on, permissions, concurrency, jobs } = read("preview.yml");

  test("may read, and comment", () => {
    expect(Object.keys(on)).toEqual(["pull_request"]);
    expect(permissions).toEqual({ contents: "read", "pull-requests": "write" });
  });

  test("an older one of the same pull request is given up: a preview holds no lock", () => {
    expect(concurrency).toEqual({
      group: "cutover-preview-${{ github.event.pull_request.number }}",
      "cancel-in-progress": true,
    });
  });

  test("forks get none of it", () => {
    expect(jobs.preview?.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  });

  test("one comment for each half, edited by the next one; both also if one is refused", () => {
    const previews = stepsOf("preview.yml").filter(({ uses }) => uses?.startsWith("pulumi/actions@"));
    expect(previews.map((step) => step.with)).toEqual(
      ["source", "destination"].map((stack) => ({
        ...{ command: "preview", "stack-name": stack, "cloud-url": "${{ vars.PULUMI_BACKEND_URL }}" },
        ...{ diff: true, color: "never", "comment-on-pr": true, "edit-pr-comment": true },
      })),
    );
    expect(previews.map((step) => step.if)).toEqual([undefined, "${{ !cancelled() }}"]);
  });

  test("the step in words is in the summary", () => {
    const last = stepsOf("preview.yml").at(-1);
    expect(last?.run).toBe('node bin/cutover.js walk --dry-run >> "$GITHUB_STEP_SUMMARY"');
  });
});

describe("the walk of a merge", () => {
  const { on, permissions, concurrency } = read("walk.yml");

  test("may only read", () => {
    expect(Object.keys(on)).toEqual(["push", "workflow_dispatch"]);
    expect(permissions).toEqual({ contents: "read" });
  });

  test("one move at a time, and none is cancelled for the next", () => {
    expect(concurrency).toEqual({ group: "cutover", "cancel-in-progress": false });
  });

  test("goes where the branch is now", () => {
    expect(stepsOf("walk.yml")[0]?.with).toMatchObject({ ref: "${{ github.event.repository.default_branch }}" });
  });

  test("signals reach the walk itself, and locks are taken away only by hand", () => {
    const last = stepsOf("walk.yml").at(-1);
    expect(last?.run).toBe("exec node bin/cutover.js walk $CANCEL_LOCKS");
    expect(last?.env).toEqual({ CANCEL_LOCKS: "${{ inputs.cancel-locks && '--cancel-locks' || '' }}" });
    expect(on.workflow_dispatch).toMatchObject({ inputs: { "cancel-locks": { type: "boolean", default: false } } });
  });
});

describe("docs/running.md", () => {
  const blocks = [...readFileSync(join(root, "docs", "running.md"), "utf8").matchAll(/```yaml\n([\s\S]*?)```/g)];

  test("the pipeline for GitLab: one move at a time, never given up for a newer one", () => {
    const pipeline = blocks
      .map(([, text]) => parse(text ?? "") as Record<string, unknown>)
      .find((file) => "walk" in file);
    expect(pipeline?.walk).toMatchObject({
      resource_group: "cutover",
      interruptible: false,
      script: ["exec node bin/cutover.js walk $WALK_OPTIONS"],
    });
    expect(pipeline?.preview).toMatchObject({
      script: [
        "node bin/cutover.js walk --dry-run",
        "pulumi preview -s source --diff",
        "pulumi preview -s destination --diff",
      ],
    });
  });
});

describe("docs/operator", () => {
  type Shape = "text" | "integer" | "switch" | "any" | { readonly [field: string]: Shape } | { readonly each: Shape };

  /** One value from somewhere else; the fields that we use of it. */
  const reference: Shape = { type: "text", secret: { name: "text", key: "text" } };

  /**
   * The fields of a Stack that the example uses, and their types, from the schema of the operator 2.x:
   * https://github.com/pulumi/pulumi-kubernetes-operator/blob/master/docs/stacks.md (pulumi.com/v1).
   */
  const stackShape: Shape = {
    apiVersion: "text",
    kind: "text",
    metadata: { name: "text", namespace: "text" },
    spec: {
      serviceAccountName: "text",
      stack: "text",
      projectRepo: "text",
      branch: "text",
      useLocalStackOnly: "switch",
      destroyOnFinalize: "switch",
      continueResyncOnCommitMatch: "switch",
      retryMaxBackoffDurationSeconds: "integer",
      config: { each: "any" },
      secretsRef: { each: reference },
      envRefs: { each: reference },
    },
  };

  /** Where a value is not of a shape. */
  function mismatches(path: string, value: unknown, shape: Shape): string[] {
    if (shape === "any") return [];
    if (shape === "text") return typeof value === "string" ? [] : [`${path} is not text`];
    if (shape === "integer") return Number.isInteger(value) ? [] : [`${path} is not an integer`];
    if (shape === "switch") return typeof value === "boolean" ? [] : [`${path} is not true or false`];
    if (typeof value !== "object" || value === null) return [`${path} is not a map`];
    return Object.entries(value).flatMap(([key, field]) => {
      const at = `${path}.${key}`;
      const of = "each" in shape ? shape.each : (shape as Readonly<Record<string, Shape>>)[key];
      return of === undefined ? [`${at} is no field of a Stack`] : mismatches(at, field, of);
    });
  }

  interface Stack {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly stack: string;
      readonly destroyOnFinalize: boolean;
      readonly prerequisites?: unknown;
      readonly config: Readonly<Record<string, unknown>>;
    };
  }

  const text = readFileSync(join(root, "docs", "operator", "stacks.yaml"), "utf8");
  const stacks = parseAllDocuments(text).map((document) => document.toJS() as Stack);

  test("has the fields and types of the operator's schema", () => {
    expect(stacks.flatMap((stack) => mismatches(stack.metadata.name, stack, stackShape))).toEqual([]);
    expect(stacks.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
      "pulumi.com/v1 Stack",
      "pulumi.com/v1 Stack",
    ]);
    // The check itself can fail.
    expect(
      mismatches("x", { spec: { stack: 1, stak: "a", envRefs: { A: { secret: { name: 1 } } } } }, stackShape),
    ).toEqual([
      "x.spec.stack is not text",
      "x.spec.stak is no field of a Stack",
      "x.spec.envRefs.A.secret.name is not text",
    ]);
  });

  test("is the two halves, at one index, which a deleted Stack does not destroy", () => {
    expect(stacks.map(({ spec }) => spec.stack)).toEqual([
      "acme/statefulset-cutover/source",
      "acme/statefulset-cutover/destination",
    ]);
    expect(stacks.map(({ spec }) => spec.config["statefulset-cutover:cutoverIndex"])).toEqual(["3", "3"]);
    expect(stacks.map(({ spec }) => [spec.destroyOnFinalize, spec.prerequisites])).toEqual([
      [false, undefined],
      [false, undefined],
    ]);
  });
});
