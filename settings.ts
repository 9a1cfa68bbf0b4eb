import { posix } from "node:path";
import type { Checks } from "./core/gates/checks";
import { parsedJson } from "./core/json";
import type { CsiChanges } from "./core/volumes/csi";
import type { InTreeVolumes } from "./core/volumes/csiForm";
import { peerOf } from "./core/ordinals";
import type { Side } from "./core/ordinals";
import type { Patch } from "./core/manifests/workload";
import { capital, suggestion } from "./core/suggestion";
import type { Problem } from "./core/userError";
import type { Connection } from "./live/client/cluster";
import { notInDestination } from "./settings/adopt";
import { readNames } from "./settings/carry";
import { readGates } from "./settings/gates";
import { readCsi } from "./settings/csi";
import { readLeaveOut } from "./settings/leaveOut";
import { patchProblems } from "./settings/patches";
import { ProtectionsReader } from "./settings/protections";
import { kindOf } from "./settings/shape";
import { readStorageClasses } from "./settings/storageClasses";

/** The config of one half, checked and with its defaults filled in. */
export interface Settings {
  readonly side: Side;
  /** The peer's stack in the same project, or `none`: the move has been ended. */
  readonly peerStack: string;
  /** The one number. Undefined: not set, so s+N. Its range is checked where the set is known. */
  readonly cutoverIndex: number | undefined;
  /** Paths of the manifests, relative to the folder of `Pulumi.yaml`. */
  readonly manifests: readonly string[];
  /** Objects of the manifests that are not declared. */
  readonly leaveOut: readonly string[];
  /** Undefined: the manifests' own. */
  readonly namespace: string | undefined;
  readonly createNamespace: boolean;
  /** How many ordinals one step may move. */
  readonly batch: number;
  readonly volumes: "carry" | "fresh";
  /** Storage class in the source to storage class in the destination. */
  readonly storageClasses: Readonly<Record<string, string>>;
  /** Secrets and ConfigMaps that are read from the source and created in the destination. */
  readonly carrySecrets: readonly string[];
  readonly carryConfigMaps: readonly string[];
  /** CSI driver to what differs in its volumes in the destination. */
  readonly csi: CsiChanges;
  /** What in-tree volumes become in the destination. */
  readonly inTreeVolumes: InTreeVolumes;
  readonly patches: readonly Patch[];
  /** Undefined: where the cluster can. */
  readonly rangeLock?: boolean;
  /** Source only: the first `up` takes over what runs already. */
  readonly adopt: boolean;
  readonly connection: Connection;
  /** How to look at the live peer. Left out: it is not looked at. */
  readonly peerConnection?: Connection;
  /** Pods that a person vouches for as stopped. */
  readonly fenced: readonly string[];
  /** What `cutover walk` asks and does between the ups; an `up` itself does nothing with it. */
  readonly checks: Checks;
  /** What a person should know about this config. */
  readonly warnings: readonly string[];
}

/** Where config comes from: `pulumi.Config` in the program, plain records in tests. */
export interface ConfigSource {
  readonly project: string;
  readonly stack: string;
  /** All config as the SDK holds it: `namespace:key` to text; values that are not text are JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Text of `Pulumi.yaml`, if it could be read: tells a stack's own `cutoverIndex` from the project's. */
  readonly projectFile?: string;
}

const keys = [
  ...["cutoverIndex", "side", "peerStack", "manifests", "namespace", "createNamespace", "batch", "volumes"],
  ...[
    "storageClasses",
    "carrySecrets",
    "carryConfigMaps",
    "csi",
    "inTreeVolumes",
    "patches",
    "rangeLock",
    "peerContext",
    "fenced",
  ],
  ...["adopt", "leaveOut", "gates", "before", "after"],
];
/** Earlier names of keys. */
const renamed: Readonly<Record<string, string>> = { fence: "rangeLock" };
const providerKeys = ["kubernetes:context", "kubernetes:kubeconfig"];
/** Keys that no provider has: under another namespace they are this program's, lost when the project was renamed. */
const ownKeys = new Set([
  "cutoverIndex",
  "peerStack",
  "manifests",
  "leaveOut",
  "createNamespace",
  "storageClasses",
  "inTreeVolumes",
  "peerContext",
]);

/**
 * Says that a walk sets a stack's own `cutoverIndex`, in a copy of its file, and where it goes: that is no leftover to
 * warn about. The namespace is none that a program has.
 */
export const walkKey = "cutover-walk:to";

const namespaceForm =
  "a DNS label: at most 63 lower-case letters, digits and -, beginning and ending with a letter or digit";

/**
 * Checks and completes the config; adds every problem to `problems`. Where there is one, the default stands in for the
 * value, so that what else can be read is checked in the same run; the settings must not be used then.
 */
export function readSettings(source: ConfigSource, problems: Problem[]): Settings {
  const reader = new Reader(source.project, source.stack, source.values, source.projectFile ?? "");
  reader.refuseUnknown();
  const side = reader.side();
  const connection = reader.connection(side ?? "source");
  const peerConnection = reader.peerConnection(connection);
  const settings = {
    side: side ?? "source",
    peerStack: reader.peerStack(side) ?? "none",
    cutoverIndex: reader.integer("cutoverIndex", 0),
    manifests: reader.manifests(),
    leaveOut: reader.leaveOut(),
    namespace: reader.text("namespace", namespaceForm, "web", (v) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(v)),
    createNamespace: reader.choice("createNamespace", ["true", "false"]) !== "false",
    batch: reader.integer("batch", 1) ?? 1,
    volumes: reader.choice("volumes", ["carry", "fresh"]) ?? "carry",
    storageClasses: reader.storageClasses(),
    carrySecrets: reader.carry("carrySecrets"),
    carryConfigMaps: reader.carry("carryConfigMaps"),
    csi: reader.csi(),
    inTreeVolumes: reader.choice("inTreeVolumes", ["keep", "csi"]) ?? "keep",
    patches: reader.patches(),
    ...reader.rangeLock(),
    adopt: reader.adopt(side),
    connection,
    ...(peerConnection && { peerConnection }),
    fenced: reader.fenced(),
    checks: reader.checks(),
    warnings: reader.warnings(side),
  };
  problems.push(...reader.problems);
  return settings;
}

/** Reads the keys of one half. */
class Reader extends ProtectionsReader {
  public refuseUnknown(): void {
    for (const name of this.names().sort()) {
      const colon = name.indexOf(":");
      const [space, key] = [name.slice(0, colon), name.slice(colon + 1)];
      if (space === this.project) {
        this.refuseUnknownKey(key);
      } else if (space === "kubernetes" && !providerKeys.includes(name)) {
        const instead =
          key === "namespace" ? "use the key namespace instead, or " : suggestion(name, [...keys, ...providerKeys]);
        const what = "would have no effect: this program sets every switch of its Kubernetes provider itself";
        this.problem(name, { what, legal: providerKeys.join(", "), todo: capital(`${instead}${this.removal(name)}`) });
      } else if (space !== "kubernetes" && ownKeys.has(key)) {
        const what = `belongs to another project: this one is called ${JSON.stringify(this.project)}`;
        this.problem(name, { what, todo: `Set ${key} in this project if it still holds, and ${this.removal(name)}` });
      }
    }
  }

  private refuseUnknownKey(key: string): void {
    const name = Object.hasOwn(renamed, key) ? renamed[key] : undefined;
    if (name !== undefined) {
      const todo = capital(`set ${name} to the same value, and ${this.removal(key)}`);
      this.problem(key, { what: "has another name now", legal: name, todo });
    } else if (!keys.includes(key)) {
      const todo = capital(`${suggestion(key, [...keys, ...providerKeys])}${this.removal(key)}`);
      this.problem(key, { what: "is not a config key of this program", legal: keys.join(", "), todo });
    }
  }

  public side(): Side | undefined {
    const named = asSide(this.stack);
    const given = this.choice("side", ["source", "destination"]);
    if (given === undefined && named === undefined && this.value("side") === undefined) {
      const what = `is not set, and the stack is named neither source nor destination but ${JSON.stringify(this.stack)}`;
      this.problem("side", { what, legal: "source, destination", todo: this.change("side", "source") });
    }
    return given ?? (this.value("side") === undefined ? named : undefined);
  }

  public peerStack(side: Side | undefined): string | undefined {
    const { stack } = this;
    const example = side === undefined ? "source" : peerOf(side);
    const legal = "the name of the other half's stack in this project, or none";
    if (this.value("peerStack") === undefined) {
      if (side === undefined || stack === side) return side && peerOf(side);
      const what = `is not set, and cannot be told from the name of this stack, ${JSON.stringify(stack)}`;
      this.problem("peerStack", { what, legal, todo: this.change("peerStack", "<stack>") });
      return undefined;
    }
    const given = this.text("peerStack", legal, example, isStackName);
    if (given !== stack) return given;
    this.problem("peerStack", {
      what: "is this stack itself",
      received: given,
      legal,
      todo: this.change("peerStack", example === stack ? "<stack>" : example),
    });
    return undefined;
  }

  public manifests(): readonly string[] {
    const legal = "a list of paths of YAML files, relative to the folder of Pulumi.yaml";
    const todo = this.change("manifests", "web.yaml", "[0]");
    const value = this.value("manifests");
    if (value === undefined) {
      const add = "Add it to config in Pulumi.yaml, for both halves: manifests: [web.yaml]";
      this.problem("manifests", { what: "is not set", legal, todo: add });
      return [];
    }
    const paths = parsedJson(value);
    if (!Array.isArray(paths) || paths.length === 0) {
      this.problem("manifests", {
        what: "is not a list of paths",
        received: paths === undefined ? value : paths,
        legal,
        todo,
      });
      return [];
    }
    return paths.filter((path, index): path is string => {
      const first = paths.findIndex((other) => typeof other === "string" && same(other, path));
      const what =
        typeof path !== "string" || path.trim() === ""
          ? "is not a path"
          : path.includes("*")
            ? "is a pattern, and patterns are not expanded"
            : first < index
              ? `is the same file as manifests[${first}]`
              : undefined;
      if (what !== undefined)
        this.problem(`manifests[${index}]`, {
          what,
          received: path,
          legal: "the path of one YAML file",
          todo: this.edit("manifests"),
        });
      return what === undefined;
    });
  }

  public leaveOut(): readonly string[] {
    return readLeaveOut(this.value("leaveOut"), this.edit("leaveOut"), this.problems);
  }

  public checks(): Checks {
    return readGates(
      (key) => this.value(key),
      (key) => this.edit(key),
      this.problems,
    );
  }

  public storageClasses(): Readonly<Record<string, string>> {
    const first = this.change("storageClasses", "<destination class>", '["<source class>"]');
    return readStorageClasses(this.value("storageClasses"), first, this.edit("storageClasses"), this.problems);
  }

  public rangeLock(): { readonly rangeLock?: boolean } {
    const given = this.choice("rangeLock", ["true", "false"]);
    return given === undefined ? {} : { rangeLock: given === "true" };
  }

  public carry(key: string): readonly string[] {
    return readNames(key, this.value(key), this.edit(key), this.problems);
  }

  public csi(): CsiChanges {
    return readCsi(this.value("csi"), this.edit("csi"), this.problems);
  }

  /** Patches may hold anything, so no value of theirs is shown. */
  public patches(): readonly Patch[] {
    const value = this.value("patches");
    if (value === undefined) return [];
    const patches = parsedJson(value);
    if (!Array.isArray(patches)) {
      const legal = "a list of { kind, name, patch }";
      this.problem("patches", {
        what: `is ${kindOf(patches === undefined ? value : patches)}`,
        legal,
        todo: this.edit("patches"),
      });
      return [];
    }
    for (const [index, patch] of patches.entries()) {
      for (const problem of patchProblems(`patches[${index}]`, patch)) {
        this.problem(problem.where, { todo: this.edit("patches"), ...problem });
      }
    }
    return patches as Patch[];
  }

  /** In `Pulumi.yaml` it would be the destination's too, which has nothing to take over. */
  public adopt(side: Side | undefined): boolean {
    const adopt = this.choice("adopt", ["true", "false"]) === "true";
    const refused = notInDestination(capital(this.removal("adopt")), this.value("peerStack"));
    if (adopt && side === "destination") this.problem("adopt", refused);
    return adopt;
  }

  public connection(side: Side): Connection {
    const [context, kubeconfig] = providerKeys.map((key) => this.raw(key));
    if (context?.trim() === "") {
      const todo = this.change("kubernetes:context", side);
      this.problem("kubernetes:context", { what: "is empty", legal: "the name of a kubeconfig context", todo });
    }
    if (kubeconfig?.trim() === "") {
      const todo = capital(this.removal("kubernetes:kubeconfig"));
      this.problem("kubernetes:kubeconfig", {
        what: "is empty",
        legal: "the path or the contents of a kubeconfig",
        todo,
      });
    }
    return {
      context: context ?? side,
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(context === undefined && { isDefault: true }),
    };
  }

  public warnings(side: Side | undefined): readonly string[] {
    const { stack } = this;
    const warnings: string[] = [];
    const own = this.value("cutoverIndex");
    const shared = this.shared.get("cutoverIndex");
    const walks = this.raw(walkKey) !== undefined;
    if (own !== undefined && shared !== undefined && own !== shared && !walks) {
      warnings.push(
        `cutoverIndex is ${own} in stack ${stack} alone, and ${shared} in Pulumi.yaml: changing Pulumi.yaml does not move ` +
          `this half until the stack's own value is gone. To remove it: pulumi config rm cutoverIndex -s ${stack}`,
      );
    }
    const named = asSide(stack);
    if (side !== undefined && named !== undefined && side !== named) {
      warnings.push(
        `side is ${side} although the stack is named ${stack}. If that is a mistake: pulumi config rm side -s ${stack}`,
      );
    }
    return warnings;
  }
}

/** Whether Pulumi takes this for the name of a stack. */
export function isStackName(text: string): boolean {
  return /^[A-Za-z0-9_.-]{1,100}$/.test(text);
}

function asSide(name: string): Side | undefined {
  return name === "source" || name === "destination" ? name : undefined;
}

function same(a: string, b: unknown): boolean {
  return typeof b === "string" && posix.normalize(a) === posix.normalize(b);
}
