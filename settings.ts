import type { Checks } from "./core/gates/checks";
import type { Patch } from "./core/manifests/workload";
import type { Side } from "./core/ordinals";
import type { Reading } from "./core/verdict";
import type { CsiChanges } from "./core/volumes/csi";
import type { InTreeVolumes } from "./core/volumes/csiForm";
import type { Connection } from "./live/client/cluster";
import { readNames } from "./settings/carry";
import { ConfigReader } from "./settings/configReader";
import type { ConfigSource } from "./settings/configReader";
import { readCsi } from "./settings/csi";
import { readGates } from "./settings/gates";
import { halfWarnings, readAdopt, readConnection, readPeerStack, readSide } from "./settings/half";
import { refuseUnknown } from "./settings/keys";
import { readLeaveOut } from "./settings/leaveOut";
import { readManifestPaths } from "./settings/manifests";
import { readPatches } from "./settings/patches";
import { readFenced, readPeerConnection, readRangeLock } from "./settings/protections";
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

const namespaceForm =
  "a DNS label: at most 63 lower-case letters, digits and -, beginning and ending with a letter or digit";

/**
 * Checks and completes the config. Where there is a problem, the default stands in for the value, so that what else can be
 * read is checked in the same run.
 */
export function readSettings(source: ConfigSource): Reading<Settings> {
  const reader = new ConfigReader(source);
  const value = (key: string): string | undefined => reader.value(key);
  const edit = (key: string): string => reader.edit(key);
  const names = (key: string): readonly string[] => reader.take(readNames(key, value(key), edit(key)));
  refuseUnknown(reader);
  const side = readSide(reader);
  const connection = readConnection(reader, side ?? "source");
  const peerConnection = readPeerConnection(reader, connection);
  const firstClass = reader.change("storageClasses", "<destination class>", '["<source class>"]');
  const settings: Settings = {
    side: side ?? "source",
    peerStack: readPeerStack(reader, side) ?? "none",
    cutoverIndex: reader.integer("cutoverIndex", 0),
    manifests: readManifestPaths(reader),
    leaveOut: reader.take(readLeaveOut(value("leaveOut"), edit("leaveOut"))),
    namespace: reader.text("namespace", namespaceForm, "web", (v) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(v)),
    createNamespace: reader.choice("createNamespace", ["true", "false"]) !== "false",
    batch: reader.integer("batch", 1) ?? 1,
    volumes: reader.choice("volumes", ["carry", "fresh"]) ?? "carry",
    storageClasses: reader.take(readStorageClasses(value("storageClasses"), firstClass, edit("storageClasses"))),
    carrySecrets: names("carrySecrets"),
    carryConfigMaps: names("carryConfigMaps"),
    csi: reader.take(readCsi(value("csi"), edit("csi"))),
    inTreeVolumes: reader.choice("inTreeVolumes", ["keep", "csi"]) ?? "keep",
    patches: readPatches(reader),
    ...readRangeLock(reader),
    adopt: readAdopt(reader, side),
    connection,
    ...(peerConnection && { peerConnection }),
    fenced: readFenced(reader),
    checks: reader.take(readGates(value, edit)),
    warnings: halfWarnings(reader, side),
  };
  return { value: settings, problems: reader.problems };
}
