import { minorOf } from "../contract/clusterIdentity";
import { titleOf } from "../kubernetes";
import { peerOf } from "../ordinals";
import { whyNotBound } from "../project/podTrouble";
import { unreachableVolumes } from "../project/reach";
import { needsVerdict } from "../set/podNeeds";
import { elsewhereWarnings } from "../manifests/elsewhere";
import { backingOf, sameBacking } from "../volumes/backing";
import { whyNotGivenBack, whyNotOffered } from "../volumes/handOver";
import { storageProblems } from "../volumes/storageNeeds";
import { inCsiForm } from "../volumes/csiForm";
import { inStorageClass, offeredVolume } from "../volumes/volume";
import type { FoundClaim, OfferedVolume } from "../volumes/volume";
import { finder, findingOf } from "./finding";
import type { Finding } from "./finding";
import { isSeen, nextOrdinals, setTitle } from "./seen";
import type { Examined, ExaminedHalf, HalfConfig, SeenHalf } from "./seen";

/** Claims and volumes of the ordinals that are to go, where they are now. */
export function checkVolumes(half: SeenHalf, examined: Examined): Finding[] {
  const { side, seen, config, record } = half;
  if (examined.moving.to === side || config.volumes !== "carry" || seen.claims === undefined) return [];
  const find = finder("volumes", side);
  const next = nextOrdinals(examined);
  const inventory = examined.halves.source.record?.inventory ?? {};
  const going = seen.claims.filter(({ ordinal }) => examined.moving.ordinals.includes(ordinal));
  // Before the first up of a set that is to be created nothing has a claim.
  if (record === undefined && seen.set === undefined) return [];
  return going.flatMap((found) => {
    const why =
      side === "source"
        ? whyNotOffered(found)
        : Object.keys(inventory).length === 0
          ? undefined
          : whyNotGivenBack(found, inventory[found.ordinal]?.[found.template]);
    if (why === undefined) return [];
    const severity = next.includes(found.ordinal) ? "critical" : "error";
    const unbound = found.claim === undefined ? undefined : whyNotBound(found.claim);
    return [
      find(
        severity,
        `claim ${found.name}`,
        `cannot be handed over: ${why}${unbound === undefined ? "" : ` (${unbound})`}`,
        "Do what it says",
      ),
    ];
  });
}

/** Whether the cluster that ordinals go to can mount their volumes, and has not others of their names. */
export function checkStorage(half: SeenHalf, examined: Examined): Finding[] {
  const { side, seen, config, workload, context } = half;
  const { moving } = examined;
  const cluster = `the cluster of context ${context}`;
  const needs = needsVerdict(seen.needs, setTitle(examined), cluster);
  const needed = [
    ...needs.problems.map((problem) => findingOf("pods", side, moving.to === side ? "critical" : "warning", problem)),
    ...needs.warnings.map((warning) =>
      finder("pods", side)("advice", setTitle(examined), warning, "See that it is there"),
    ),
  ];
  if (moving.to !== side) return needed;
  const where = `${setTitle(examined)} in the destination`;
  const elsewhere = side === "destination" ? elsewhereWarnings(workload.set, "", []) : [];
  const warned = elsewhere.map((warning) =>
    finder("pods", side)("warning", where, warning.replace(/^: /, ""), "Change it in the destination by patches"),
  );
  const pairs = comingPairs(examined);
  if (config.volumes !== "carry" || pairs === undefined) return [...needed, ...warned];
  const offered = pairs.map(fitting(config));
  const lacking =
    seen.lacking === undefined
      ? []
      : storageProblems(offered, minorOf(seen.version ?? ""), seen.lacking, config.storageClasses);
  const volumes = pairs.map(({ volume }) => volume);
  return [
    ...needed,
    ...warned,
    ...lacking.map((problem) => findingOf("storage", side, "critical", problem)),
    ...unreachableVolumes(volumes, seen.nodes ?? []).map((why) =>
      finder("storage", side)(
        "error",
        `nodes of context ${context}`,
        `do not reach a volume: ${why}`,
        "Give the destination nodes in that zone, or bring the data to storage that both clusters reach",
      ),
    ),
    ...twinFindings(half, pairs),
    ...emptyFindings(half, examined, pairs),
  ];
}

/** The volumes that are to come to a half, as it is to have them; undefined if they could not be looked at. */
export function comingVolumes(half: ExaminedHalf, examined: Examined): OfferedVolume[] | undefined {
  return half.config.volumes === "carry" ? comingPairs(examined)?.map(fitting(half.config)) : [];
}

function fitting({ storageClasses, inTreeVolumes }: HalfConfig): (pair: WholeClaim) => OfferedVolume {
  return ({ claim, volume }) => {
    const classed = inStorageClass(offeredVolume(claim, volume), storageClasses);
    return inTreeVolumes === "csi" ? inCsiForm(classed).offered : classed;
  };
}

/** Claims of the ordinals that are to go, with their volumes, where they are now. */
function comingPairs({ moving, halves }: Examined): WholeClaim[] | undefined {
  const giver = halves[peerOf(moving.to)];
  const claims = isSeen(giver) ? giver.seen.claims : undefined;
  return claims?.filter(isWhole).filter(({ ordinal }) => moving.ordinals.includes(ordinal));
}

type WholeClaim = FoundClaim & Required<Pick<FoundClaim, "claim" | "volume">>;

function isWhole(found: FoundClaim): found is WholeClaim {
  return found.claim !== undefined && found.volume !== undefined;
}

/** Claims of the same names that are there already, and are other disks. */
function twinFindings({ side, seen, workload }: SeenHalf, pairs: readonly WholeClaim[]): Finding[] {
  const find = finder("storage", side);
  return pairs.flatMap(({ name, ordinal, volume: theirs }) => {
    const here = seen.claims?.find((claim) => claim.name === name);
    if (here?.claim === undefined) return [];
    const title = titleOf(here.claim);
    if (here.claim.metadata.deletionTimestamp !== undefined)
      return [find("error", title, "is there and is being deleted", "Wait until it is gone")];
    const volume = here.volume;
    if (volume !== undefined && sameBacking(backingOf(volume), backingOf(theirs))) return [];
    const what = volume === undefined ? "is there already, and has no volume" : "is there already, on another disk";
    return [
      find(
        "critical",
        title,
        `${what}: not where the data of ordinal ${ordinal} is`,
        `Find out which has the data. If this one is not needed: kubectl -n ${workload.namespace} delete pvc ${name}`,
      ),
    ];
  });
}

/** Ordinals that come back to the source and have no claim there any more: its controller would make one, empty. */
function emptyFindings(
  { side, seen, workload }: SeenHalf,
  { moving }: Examined,
  pairs: readonly WholeClaim[],
): Finding[] {
  if (side !== "source" || seen.claims === undefined) return [];
  const here = seen.claims.filter(({ claim }) => claim !== undefined).map(({ name }) => name);
  return pairs
    .filter(({ ordinal, name }) => moving.ordinals.includes(ordinal) && !here.includes(name))
    .map(({ name, ordinal }) =>
      finder("storage", side)(
        "critical",
        `PersistentVolumeClaim ${workload.namespace}/${name}`,
        `does not exist any more, and ordinal ${ordinal} is to come back: it would start empty, so its up is refused`,
        "Make claim and volume again for the disk that has its data",
      ),
    );
}
