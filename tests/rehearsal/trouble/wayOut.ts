import type { Advice } from "../../../core/protocol/protocol";
import { adviceIn } from "../../../core/protocol/advice";
import { ordinalIn } from "../../../core/kubernetes";
import type { Side } from "../../../core/ordinals";
import { endOf, parseRange, peerOf, rangeOf, sides } from "../../../core/ordinals";
import { annotations, isReady } from "../../../core/kubernetes";
import { momentOf, name } from "./scene";
import { stateOf } from "./knownWays";
import type { KnownWays } from "./knownWays";
import type { TroubledWorld } from "./world";

/** What a walk to one end took. */
export interface Walk {
  readonly happened: readonly string[];
  readonly ups: number;
  /** Why it does not arrive; undefined if it does. */
  readonly stuck: string | undefined;
}

/** No walk needs more: there, and back to hand over, and what was left unfinished. */
const mostUps = 40;

const stacks = { source: "source", destination: "destination" } as const;

/**
 * Has one half hold all, as a person would: the other gives up first, and what a refusal advises is done.
 *
 * @param known ways that need not be walked again.
 */
export async function arrive(world: TroubledWorld, holder: Side, known: KnownWays): Promise<Walk> {
  const walk = new Walker(world);
  const index = holder === "source" ? endOf(world.set) : world.set.start;
  const passed: { readonly state: string; readonly ups: number }[] = [];
  const arrived = (ups: number): Walk => {
    for (const by of passed) known.add(by.state, ups - by.ups);
    return { happened: walk.happened, ups, stuck: undefined };
  };
  for (let round = 1; round <= 3; round += 1) {
    for (const side of [peerOf(holder), holder]) {
      if (isThere(world, holder, index)) return arrived(walk.ups);
      const state = `${holder} ${side} ${stateOf(world)}`;
      const left = known.upsFrom(state);
      if (left !== undefined) return arrived(walk.ups + left);
      passed.push({ state, ups: walk.ups });
      await walk.follow(side, index);
      if (world.violations.length > 0) return { happened: walk.happened, ups: walk.ups, stuck: undefined };
      if (walk.stuck !== undefined) break;
    }
  }
  if (walk.stuck === undefined && isThere(world, holder, index)) return arrived(walk.ups);
  const why = walk.stuck ?? "both up are done, but not all ordinals run";
  return { happened: walk.happened, ups: walk.ups, stuck: `no advice leads to cutover index ${index}: ${why}` };
}

function isThere(world: TroubledWorld, holder: Side, index: number): boolean {
  if (sides.some((side) => world.recordedIndexOf(side) !== index)) return false;
  const ready = momentOf(world.clusters)
    [holder].pods.filter(isReady)
    .map(({ metadata }) => ordinalIn(metadata.name, name));
  const wanted = rangeOf(holder, world.set, index);
  return ready.length === wanted.replicas;
}

/** The `up` that offers a volume which is not there, in what a refusal said. */
function offerAdvised(message: string): Advice | undefined {
  const match = /run pulumi up -s (source|destination) at cutoverIndex (\d+), (?:with the same|then this)/.exec(
    message,
  );
  return match ? { side: match[1] as Side, cutoverIndex: Number(match[2]) } : undefined;
}

class Walker {
  public readonly happened: string[] = [];
  public ups = 0;
  public stuck: string | undefined;

  public constructor(private readonly world: TroubledWorld) {}

  /** Runs one `up`, and where it is refused first what the refusal advises. */
  public async follow(side: Side, cutoverIndex: number): Promise<void> {
    const { world } = this;
    const asked = [{ side, cutoverIndex }];
    let last = "";
    for (let runs = 1; runs <= mostUps; runs += 1) {
      const next = asked[asked.length - 1];
      // A broken invariant is told as soon as it is.
      if (next === undefined || this.stuck !== undefined || world.violations.length > 0) return;
      const outcome = await world.up(next.side, next.cutoverIndex);
      if (outcome?.kind !== "done") world.rest();
      this.ups += 1;
      if (outcome === undefined || outcome.kind === "done") {
        this.happened.push(`pulumi up -s ${next.side} with cutoverIndex ${next.cutoverIndex}: done`);
        asked.pop();
        continue;
      }
      last = "message" in outcome ? outcome.message : outcome.kind;
      this.happened.push(`pulumi up -s ${next.side} with cutoverIndex ${next.cutoverIndex}: ${outcome.kind}: ${last}`);
      if (this.isCircling()) {
        this.stuck = `again and again: ${last}`;
        return;
      }
      // Named together with the `up` that it is for.
      const batch = /set batch to (\d+) (?:in both stacks|for this up)/.exec(last);
      if (batch !== null) world.batch = Number(batch[1]);
      const advised = adviceIn(last, stacks) ?? offerAdvised(last);
      if (advised === undefined) this.byHand(next.side, last);
      else {
        // A step on the way to the wanted one of the same half: asked for again when it is done.
        const known = asked.findIndex((up) => up.side === advised.side && up.cutoverIndex === advised.cutoverIndex);
        if (known >= 0) asked.length = known + 1;
        else asked.push(advised);
      }
    }
    this.stuck = `${mostUps} ups, and the last one said: ${last}`;
  }

  /** Whether the same thing has been refused in the same way time and again. */
  private isCircling(): boolean {
    const latest = this.happened[this.happened.length - 1];
    return this.happened.filter((sentence) => sentence === latest).length > 3;
  }

  /** Does what a message says that a person has to do. */
  private byHand(side: Side, message: string): void {
    const { world } = this;
    const range = /bring it back to start (\d+) and replicas (\d+) first/.exec(message);
    if (range !== null) world.hands.bringBack(side, { start: Number(range[1]), replicas: Number(range[2]) });
    for (const [, uid = ""] of message.matchAll(/pulumi config set --path 'fenced\[\d+\]' (\S+) on this stack/g)) {
      if (!world.fenced.includes(uid)) world.fenced.push(uid);
    }
    if (message.includes("give it the ordinals of its annotation statefulset-cutover/range first")) {
      const written = parseRange(momentOf(world.clusters)[side].set?.metadata.annotations?.[annotations.range]);
      if (written !== undefined) world.hands.bringBack(side, written);
    }
    const turn = /statefulset-cutover\/turn=(\d+)/.exec(message);
    if (turn !== null) world.hands.annotateTurn(side, Number(turn[1]));
    const pods = /without force: kubectl -n \S+ delete pod ([^.\n]+)/.exec(message);
    for (const pod of pods?.[1]?.split(" ") ?? []) world.hands.deletePod(side, ordinalIn(pod, name) ?? -1);
    if (message.includes("remove peerContext until both are there again")) world.looksAtPeer = false;
    world.rest();
  }
}
