/**
 * What was seen of pods, claims and volumes in both clusters, and what it means. Pure: no cluster is asked here.
 */
import type { ContextName } from "../clusters";

/** The kinds that are watched. */
export type WatchedKind = "Pod" | "PersistentVolumeClaim" | "PersistentVolume" | "StatefulSet";

/** What a watch said about one object at one moment. */
export interface Sighting {
  /** When it was heard, in milliseconds since 1970. */
  readonly atMs: number;
  readonly cluster: ContextName;
  /** `gone`: the object does not exist any more. */
  readonly type: "seen" | "gone";
  readonly kind: WatchedKind;
  /** Empty for a PersistentVolume. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Pod: the Ready condition. */
  readonly ready?: boolean;
  /** Whether the object has a deletionTimestamp. */
  readonly terminating?: boolean;
  /** Claim: the volume in its spec. */
  readonly volumeName?: string;
  /** Volume: the disk behind it. */
  readonly volumeHandle?: string;
  /** Set: how often its spec was written. */
  readonly generation?: number;
}

/** One pod from its creation to its end. A moment that has not come is undefined. */
export interface PodLife {
  readonly cluster: ContextName;
  readonly ordinal: number;
  readonly uid: string;
  readonly createdMs: number;
  readonly readyMs?: number;
  readonly terminatingMs?: number;
  readonly goneMs?: number;
}

/** An ordinal that was alive in both clusters at the same time. */
export interface Overlap {
  readonly ordinal: number;
  readonly fromMs: number;
  readonly overlapMs: number;
}

/** How long an ordinal was away while it moved: from gone in one cluster to Ready in the other. */
export interface Move {
  readonly ordinal: number;
  readonly from: ContextName;
  readonly to: ContextName;
  readonly downMs: number;
}

/** A pod that was made again in the cluster where it was. */
export interface Restart {
  readonly ordinal: number;
  readonly cluster: ContextName;
  readonly atMs: number;
}

/** An object of one cluster. */
export interface Where {
  readonly cluster: ContextName;
  readonly name: string;
}

/** A claim that had more than one disk. */
export interface Rebound {
  readonly claim: string;
  /** The disks, in the order in which they were seen. */
  readonly disks: readonly string[];
}

/** What was observed of one set. */
export interface Observation {
  readonly pods: readonly PodLife[];
  /** Must be empty: no ordinal ever lives in both clusters. */
  readonly overlaps: readonly Overlap[];
  readonly moves: readonly Move[];
  readonly restarts: readonly Restart[];
  /** Claims of one name, in whichever cluster, that led to different disks. */
  readonly rebound: readonly Rebound[];
  /** Claims that were there without a volume: the StatefulSet controller makes them so. */
  readonly claimsMadeEmpty: readonly Where[];
  readonly claimsDeleted: readonly Where[];
  readonly volumesDeleted: readonly Where[];
  /** Disks that two live claims had in one cluster, or one volume of which changed its disk. */
  readonly disksShared: readonly string[];
}

/** The set to report on. */
export interface Observed {
  readonly namespace: string;
  readonly set: string;
  /** Now, for what has not ended. */
  readonly untilMs: number;
}

/** Tells what the sightings mean for one set. They must be in the order in which they were heard. */
export function observe(sightings: readonly Sighting[], observed: Observed): Observation {
  const own = sightings.filter(
    ({ namespace, kind }) => namespace === observed.namespace || kind === "PersistentVolume",
  );
  const pods = podLives(
    own.filter(({ kind }) => kind === "Pod"),
    observed.set,
  );
  const claims = own.filter(({ kind }) => kind === "PersistentVolumeClaim");
  const volumes = own.filter(({ kind }) => kind === "PersistentVolume");
  const disks = diskHistory(claims, volumes);
  const used = new Set(claims.map((claim) => claim.volumeName).filter((name) => name !== undefined));
  return {
    pods,
    overlaps: overlapsOf(pods, observed.untilMs),
    moves: movesOf(pods),
    restarts: restartsOf(pods),
    rebound: [...disks].filter(([, seen]) => seen.length > 1).map(([claim, seen]) => ({ claim, disks: seen })),
    claimsMadeEmpty: madeEmpty(claims),
    claimsDeleted: claims.filter(({ type }) => type === "gone").map(where),
    volumesDeleted: volumes.filter(({ type, name }) => type === "gone" && used.has(name)).map(where),
    disksShared: sharedDisks(disks),
  };
}

function where({ cluster, name }: Sighting): Where {
  return { cluster, name };
}

/** The ordinal in a pod's name; undefined if it is not one of this set. */
function ordinalOf(pod: string, set: string): number | undefined {
  const rest = pod.startsWith(`${set}-`) ? pod.slice(set.length + 1) : "";
  return /^\d+$/.test(rest) ? Number(rest) : undefined;
}

function podLives(sightings: readonly Sighting[], set: string): PodLife[] {
  const lives = new Map<string, PodLife>();
  for (const { cluster, name, uid, atMs, type, ready, terminating } of sightings) {
    const ordinal = ordinalOf(name, set);
    if (ordinal === undefined) continue;
    const key = `${cluster}/${uid}`;
    const life = lives.get(key) ?? { cluster, ordinal, uid, createdMs: atMs };
    lives.set(key, {
      ...life,
      ...(ready === true && life.readyMs === undefined && { readyMs: atMs }),
      ...(terminating === true && life.terminatingMs === undefined && { terminatingMs: atMs }),
      ...(type === "gone" && { goneMs: atMs }),
    });
  }
  return [...lives.values()];
}

function overlapsOf(pods: readonly PodLife[], untilMs: number): Overlap[] {
  const source = pods.filter(({ cluster }) => cluster === "source");
  const destination = pods.filter(({ cluster }) => cluster === "destination");
  return source.flatMap((a) =>
    destination.flatMap((b) => {
      if (a.ordinal !== b.ordinal) return [];
      const fromMs = Math.max(a.createdMs, b.createdMs);
      const toMs = Math.min(a.goneMs ?? untilMs, b.goneMs ?? untilMs);
      return toMs > fromMs ? [{ ordinal: a.ordinal, fromMs, overlapMs: toMs - fromMs }] : [];
    }),
  );
}

/** Each life of an ordinal with the one before it, whichever cluster that was in. */
function successions(pods: readonly PodLife[]): (readonly [PodLife, PodLife])[] {
  const byOrdinal = new Map<number, PodLife[]>();
  for (const pod of pods) byOrdinal.set(pod.ordinal, [...(byOrdinal.get(pod.ordinal) ?? []), pod]);
  return [...byOrdinal.values()].flatMap((lives) => {
    const sorted = [...lives].sort((a, b) => a.createdMs - b.createdMs);
    return sorted.slice(1).map((life, index) => [sorted[index] ?? life, life] as const);
  });
}

function movesOf(pods: readonly PodLife[]): Move[] {
  return successions(pods)
    .flatMap(([before, after]) =>
      before.cluster !== after.cluster && before.goneMs !== undefined && after.readyMs !== undefined
        ? [{ from: before, to: after, downMs: Math.max(0, after.readyMs - before.goneMs) }]
        : [],
    )
    .sort((a, b) => a.to.createdMs - b.to.createdMs)
    .map(({ from, to, downMs }) => ({ ordinal: to.ordinal, from: from.cluster, to: to.cluster, downMs }));
}

function restartsOf(pods: readonly PodLife[]): Restart[] {
  return successions(pods).flatMap(([before, after]) =>
    before.cluster === after.cluster ? [{ ordinal: after.ordinal, cluster: after.cluster, atMs: after.createdMs }] : [],
  );
}

/** For each claim's name the disks that it led to, in either cluster. */
function diskHistory(claims: readonly Sighting[], volumes: readonly Sighting[]): Map<string, string[]> {
  const disks = new Map<string, string[]>();
  for (const { cluster, name, volumeName = "" } of claims) {
    if (volumeName === "") continue;
    const handles = volumes
      .filter((volume) => volume.cluster === cluster && volume.name === volumeName)
      .map((volume) => volume.volumeHandle ?? volumeName);
    // A claim may be heard of before its volume, and a volume that nobody has seen has at least a name.
    const seen = handles.length > 0 ? handles : [`${volumeName} (never seen)`];
    disks.set(name, [...new Set([...(disks.get(name) ?? []), ...seen])]);
  }
  return disks;
}

function sharedDisks(disks: ReadonlyMap<string, readonly string[]>): string[] {
  const users = new Map<string, number>();
  for (const disk of [...disks.values()].flat()) users.set(disk, (users.get(disk) ?? 0) + 1);
  return [...users].filter(([, count]) => count > 1).map(([disk]) => disk);
}

function madeEmpty(claims: readonly Sighting[]): Where[] {
  const first = new Map<string, Sighting>();
  for (const claim of claims) {
    const key = `${claim.cluster}/${claim.uid}`;
    if (!first.has(key)) first.set(key, claim);
  }
  return [...first.values()].filter(({ volumeName = "" }) => volumeName === "").map(where);
}
