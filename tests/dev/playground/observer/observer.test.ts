import { observe } from "../../../../dev/playground/observer/observation";
import type { Observation, Sighting } from "../../../../dev/playground/observer/observation";

const base = { type: "seen", namespace: "web", terminating: false } as const;

function pod(
  cluster: Sighting["cluster"],
  ordinal: number,
  uid: string,
  times: { readonly created: number; readonly ready?: number; readonly terminating?: number; readonly gone?: number },
): Sighting[] {
  const one = { ...base, cluster, kind: "Pod", name: `web-${ordinal}`, uid } as const;
  const { created, ready, terminating, gone } = times;
  return [
    { ...one, atMs: created, ready: false },
    ...(ready === undefined ? [] : [{ ...one, atMs: ready, ready: true }]),
    ...(terminating === undefined ? [] : [{ ...one, atMs: terminating, ready: true, terminating: true }]),
    ...(gone === undefined ? [] : [{ ...one, atMs: gone, type: "gone" as const, terminating: true }]),
  ];
}

function claim(
  cluster: Sighting["cluster"],
  uid: string,
  atMs: number,
  volumeName?: string,
  more: Partial<Sighting> = {},
): Sighting {
  const kind = "PersistentVolumeClaim";
  return {
    ...base,
    cluster,
    kind,
    name: "data-web-0",
    uid,
    atMs,
    ...(volumeName !== undefined && { volumeName }),
    ...more,
  };
}

function volume(
  cluster: Sighting["cluster"],
  name: string,
  volumeHandle: string,
  more: Partial<Sighting> = {},
): Sighting {
  return {
    ...{ ...base, cluster, kind: "PersistentVolume", namespace: "", name, uid: `${cluster}/${name}`, atMs: 1 },
    volumeHandle,
    ...more,
  };
}

function report(...sightings: (Sighting | Sighting[])[]): Observation {
  const sorted = sightings.flat().sort((a, b) => a.atMs - b.atMs);
  return observe(sorted, { namespace: "web", set: "web", untilMs: 1_000 });
}

test("an ordinal that moves is down from gone in one cluster to Ready in the other", () => {
  const seen = report(
    pod("source", 2, "a", { created: 10, ready: 20, terminating: 100, gone: 130 }),
    pod("destination", 2, "b", { created: 150, ready: 190 }),
  );
  expect(seen.pods).toEqual([
    { cluster: "source", ordinal: 2, uid: "a", createdMs: 10, readyMs: 20, terminatingMs: 100, goneMs: 130 },
    { cluster: "destination", ordinal: 2, uid: "b", createdMs: 150, readyMs: 190 },
  ]);
  expect(seen.moves).toEqual([{ ordinal: 2, from: "source", to: "destination", downMs: 60 }]);
  expect([seen.overlaps, seen.restarts]).toEqual([[], []]);
});

test("a pod that is made while the other cluster's is still terminating is a duplicate", () => {
  const seen = report(
    pod("source", 2, "a", { created: 10, ready: 20, terminating: 100, gone: 130 }),
    pod("destination", 2, "b", { created: 118, ready: 190 }),
  );
  expect(seen.overlaps).toEqual([{ ordinal: 2, fromMs: 118, overlapMs: 12 }]);
});

test("a duplicate that has not ended lasts until now; other ordinals, sets and namespaces are none", () => {
  const other = pod("destination", 0, "c", { created: 30 });
  const seen = report(
    pod("source", 0, "a", { created: 10 }),
    pod("destination", 1, "b", { created: 30 }),
    other.map((one) => ({ ...one, namespace: "elsewhere" })),
    other.map((one) => ({ ...one, name: "web-db-0" })),
  );
  expect(seen.overlaps).toEqual([]);
  expect(report(pod("source", 0, "a", { created: 10 }), other).overlaps).toEqual([
    { ordinal: 0, fromMs: 30, overlapMs: 970 },
  ]);
});

test("a pod that comes again where it was is a restart; one that went away and came back is two moves", () => {
  const gone = pod("source", 1, "a", { created: 10, ready: 20, gone: 100 });
  expect(report(gone, pod("source", 1, "b", { created: 120, ready: 130 }))).toMatchObject({
    restarts: [{ ordinal: 1, cluster: "source", atMs: 120 }],
    moves: [],
  });
  const away = pod("destination", 1, "b", { created: 120, ready: 130, gone: 200 });
  expect(report(gone, away, pod("source", 1, "c", { created: 210, ready: 250 }))).toMatchObject({
    restarts: [],
    moves: [
      { from: "source", to: "destination", downMs: 30 },
      { from: "destination", to: "source", downMs: 50 },
    ],
  });
});

test("a claim that is bound to the same disk in both clusters is well", () => {
  const seen = report(
    volume("source", "pv-0", "disk-0"),
    volume("destination", "pv-0", "disk-0"),
    claim("source", "a", 5),
    claim("source", "a", 10, "pv-0"),
    claim("destination", "b", 50, "pv-0"),
  );
  expect(seen).toMatchObject({ rebound: [], volumesDeleted: [], claimsDeleted: [], disksShared: [] });
  expect(seen.claimsMadeEmpty).toEqual([{ cluster: "source", name: "data-web-0" }]);
});

test("a claim of the same name on another disk is found, in the same cluster or the other", () => {
  const volumes = [volume("source", "pv-0", "disk-0"), volume("destination", "pv-0", "disk-9")];
  expect(report(...volumes, claim("source", "a", 10, "pv-0"), claim("destination", "b", 50, "pv-0")).rebound).toEqual([
    { claim: "data-web-0", disks: ["disk-0", "disk-9"] },
  ]);
  const again = [volume("source", "pv-0", "disk-0"), volume("source", "pv-1", "disk-1")];
  expect(report(...again, claim("source", "a", 10, "pv-0"), claim("source", "b", 50, "pv-1")).rebound).toEqual([
    { claim: "data-web-0", disks: ["disk-0", "disk-1"] },
  ]);
});

test("deleted claims and volumes are found; a volume that no claim of the set had is not its own", () => {
  const seen = report(
    volume("source", "pv-0", "disk-0"),
    claim("source", "a", 10, "pv-0"),
    claim("source", "a", 60, "pv-0", { type: "gone" }),
    volume("source", "pv-0", "disk-0", { type: "gone", atMs: 70 }),
    volume("source", "pv-7", "disk-7", { type: "gone", atMs: 80 }),
  );
  expect(seen.claimsDeleted).toEqual([{ cluster: "source", name: "data-web-0" }]);
  expect(seen.volumesDeleted).toEqual([{ cluster: "source", name: "pv-0" }]);
});

test("two claims on one disk are found", () => {
  const seen = report(
    volume("source", "pv-0", "disk-0"),
    claim("source", "a", 10, "pv-0"),
    claim("source", "b", 20, "pv-0", { name: "data-web-1" }),
  );
  expect(seen.disksShared).toEqual(["disk-0"]);
});
