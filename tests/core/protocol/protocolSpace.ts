import { sides } from "../../../core/ordinals";
import type { OrdinalRange, Side } from "../../../core/ordinals";
import { decide, rules } from "../../../core/protocol/protocol";
import type { Half, Mark, Readable, Run, State, Which, World } from "./protocolModel";
import { bits, idle, indexesOf, living, readable, situation, sourceAtFirst } from "./protocolModel";

/*
 * Every interleaving of `pulumi up` on both halves, at every cutover index, failing or killed at every point, over the
 * real functions of core/protocol/protocol.ts. An `up` decides from what it reads when it starts, waits until its live look (if
 * it has one) has no objection, writes range and turn at once, and exports when its pods are what it asked for. Pods
 * come and go whenever the StatefulSet controller gets to it.
 */

/** A state is the numbers of its two halves in one number. */
const halvesLimit = 2 ** 15;
const wrote: Run = { phase: "wrote", index: 0, turn: 0, claims: 0 };

const markCode = (mark: Mark | undefined, { start }: OrdinalRange): number =>
  mark === undefined ? 0 : 1 + (mark.index - start) * 16 + mark.turn;

/** One number for all of a half but its `up`. */
const restCode = (half: Half, set: OrdinalRange): number =>
  (markCode(half.exported, set) * 128 + markCode(half.live, set)) * 8 + half.pods;

function runCode(run: Run | undefined, set: OrdinalRange): number {
  if (run === undefined) return 0;
  return run.phase === "wrote" ? 1 : 2 + (markCode(run, set) * 8 + run.claims) * 2 + (run.phase === "check" ? 1 : 0);
}

function turnsOf({ exported, live, run }: Half): number[] {
  return [exported, live, run].flatMap((mark) => (mark === undefined || mark.turn === 0 ? [] : [mark.turn]));
}

/** Remembers the answers of a function by a key. */
function memo<T>(): (key: number, make: () => T) => T {
  const known = new Map<number, T>();
  return (key, make) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = make()));
    return value;
  };
}

interface NumberedHalf {
  readonly half: Half;
  readonly number: number;
  /** Its outputs and its live set in one number, and the number of all that a peer with a live look sees. */
  readonly known: number;
  readonly seen: number;
  readonly readable: Readable;
  /** The ordinals that live in its cluster, as bits. */
  readonly living: number;
  readonly lowest: number;
  readonly highest: number;
  /** Whether no `up` runs and none has failed. */
  readonly completed: boolean;
  /** What can happen to it whatever its peer does. */
  moves?: readonly Move[];
  /** Where its ups lead, by the ups that may start. */
  readonly started: Map<readonly Run[], readonly Move[]>;
}

type Move = readonly [label: string, to: NumberedHalf];

/** The states reachable in a world, under the rules as they are when this is made. */
export class Space {
  private readonly halves: [NumberedHalf[], NumberedHalf[]] = [[], []];
  private readonly byCode = [memo<NumberedHalf>(), memo<NumberedHalf>()] as const;
  private readonly shifted = [memo<NumberedHalf>(), memo<NumberedHalf>()] as const;
  private readonly seen = memo<number>();
  private readonly starts = memo<readonly Run[]>();
  private readonly objections = memo<boolean>();
  private readonly indexes = new Map<number, number>();
  private readonly maxTurn: number;
  private views = 0;
  private readonly keys: number[] = [];
  private readonly parents: number[] = [];
  private readonly labels: string[] = [];
  /** Pairs: from, to. */
  private readonly edges: number[] = [];
  private before: ((index: number) => Int32Array) | undefined;
  /** How many states have turns that are too far apart to be followed. */
  cut = 0;
  /** How the first state that is not allowed is reached; undefined if there is none. */
  violation: string | undefined;

  /**
   * @param allowed what must hold in every state; the search stops at the first state where it does not. Left out: no
   * ordinal lives twice.
   */
  constructor(
    readonly world: World,
    allowed?: (state: State) => boolean,
  ) {
    this.maxTurn = world.maxTurn ?? 9;
    this.reach(-1, "", this.numbered(0, sourceAtFirst(world)), this.numbered(1, idle));
    for (let index = 0; index < this.keys.length; index++) {
      const [a, b] = this.pair(index);
      if (allowed === undefined ? (a.living & b.living) !== 0 : !allowed([a.half, b.half])) {
        this.violation = this.trace(index);
        return;
      }
      if (Math.max(a.highest, b.highest) > this.maxTurn) this.cut++;
      else this.expand(index, a, b);
    }
  }

  get size(): number {
    return this.keys.length;
  }

  state(index: number): State {
    const [a, b] = this.pair(index);
    return [a.half, b.half];
  }

  /** The states in which no `up` runs and every pod is where its set wants it. */
  quiet(): State[] {
    const settled = (side: Side, { run, live, pods }: Half): boolean =>
      run === undefined && pods === (live === undefined ? 0 : bits(side, this.world.set, live));
    return this.keys
      .map((_, index) => this.state(index))
      .filter(([source, destination]) => settled("source", source) && settled("destination", destination));
  }

  /** States from which no sequence of ups ends with both halves at an index and nothing else left to do. */
  stuck(goal: number): string[] {
    const arrived = (side: Side, { exported, pods, run }: Half): boolean =>
      exported?.index === goal && run === undefined && pods === bits(side, this.world.set, exported);
    const before = (this.before ??= this.predecessors());
    const there = sides.map((side, x) => this.halves[x as Which].map(({ half }) => arrived(side, half)));
    const reaches = this.keys.map((key) => there[0]?.[Math.floor(key / halvesLimit)] && there[1]?.[key % halvesLimit]);
    const todo = [...reaches.keys()].filter((index) => reaches[index]);
    for (let index = todo.pop(); index !== undefined; index = todo.pop()) {
      for (const from of before(index)) {
        if (!reaches[from]) todo.push(from);
        reaches[from] = true;
      }
    }
    // Near the limit of turns the way out may not have been followed.
    const near = (index: number): boolean => this.pair(index).some((half) => half.highest > this.maxTurn - 3);
    return [...reaches.keys()].filter((index) => !reaches[index] && !near(index)).map((index) => this.trace(index));
  }

  /** For each state, the states that lead to it: an array of arrays, packed, because there are many. */
  private predecessors(): (index: number) => Int32Array {
    const starts = new Int32Array(this.size + 1);
    const froms = new Int32Array(this.edges.length / 2);
    for (let i = 1; i < this.edges.length; i += 2) starts[this.edges[i] ?? 0] = (starts[this.edges[i] ?? 0] ?? 0) + 1;
    for (let index = 1; index <= this.size; index++) starts[index] = (starts[index] ?? 0) + (starts[index - 1] ?? 0);
    for (let i = 0; i < this.edges.length; i += 2) {
      const to = this.edges[i + 1] ?? 0;
      starts[to] = (starts[to] ?? 0) - 1;
      froms[starts[to] ?? 0] = this.edges[i] ?? 0;
    }
    return (index) => froms.subarray(starts[index], starts[index + 1]);
  }

  private pair(index: number): [NumberedHalf, NumberedHalf] {
    const key = this.keys[index] ?? 0;
    return [this.halves[0][Math.floor(key / halvesLimit)], this.halves[1][key % halvesLimit]] as [
      NumberedHalf,
      NumberedHalf,
    ];
  }

  private trace(index: number): string {
    const labels: string[] = [];
    for (let at = index; at > 0; at = this.parents[at] ?? 0) labels.push(this.labels[at] ?? "");
    return labels.reverse().join(", ");
  }

  private numbered(x: Which, half: Half): NumberedHalf {
    const { set } = this.world;
    const rest = restCode(half, set);
    return this.byCode[x](rest * 4096 + runCode(half.run, set), () => {
      const turns = turnsOf(half);
      const number = this.halves[x].length;
      const { live, run } = half;
      const completed =
        run === undefined && (live === undefined || restCode({ ...half, exported: live }, set) === rest);
      const made = {
        ...{ half, number, completed, known: Math.floor(rest / 8), seen: this.seen(rest, () => ++this.views) },
        ...{ lowest: Math.min(...turns), highest: Math.max(0, ...turns), started: new Map<never, never>() },
        ...{ readable: readable(sides[x], set, half), living: living(sides[x], set, half) },
      };
      this.halves[x].push(made);
      return made;
    });
  }

  /** Only the order of turns matters, and which follow each other: the lowest becomes 1. 0 is "none yet" and stays. */
  private lowered(x: Which, from: NumberedHalf, by: number): NumberedHalf {
    const lower = <T extends Mark>(mark: T | undefined): T | undefined =>
      mark && { ...mark, turn: Math.max(0, mark.turn - by) };
    return this.shifted[x](from.number * 16 + by, () => {
      const { exported, live, run, pods } = from.half;
      return this.numbered(x, { exported: lower(exported), live: lower(live), run: lower(run), pods });
    });
  }

  private reach(from: number, label: string, a: NumberedHalf, b: NumberedHalf): void {
    // As long as a half has turn 0 that could still become 1, nothing can be lowered.
    const both = a.half.exported?.turn && b.half.exported?.turn;
    const by = both ? Math.min(a.lowest, b.lowest) - 1 : 0;
    const key =
      by > 0
        ? this.lowered(0, a, by).number * halvesLimit + this.lowered(1, b, by).number
        : a.number * halvesLimit + b.number;
    let index = this.indexes.get(key);
    if (index === undefined) {
      index = this.keys.push(key) - 1;
      this.indexes.set(key, index);
      this.parents.push(from);
      this.labels.push(label);
    }
    if (from >= 0) this.edges.push(from, index);
  }

  private expand(index: number, a: NumberedHalf, b: NumberedHalf): void {
    this.expandHalf(index, 0, a, b);
    this.expandHalf(index, 1, b, a);
  }

  private expandHalf(index: number, x: Which, own: NumberedHalf, peer: NumberedHalf): void {
    const go = (label: string, to: NumberedHalf): void => {
      if (x === 0) this.reach(index, label, to, peer);
      else this.reach(index, label, peer, to);
    };
    own.moves ??= this.movesOf(x, own.half);
    for (const [label, to] of own.moves) go(label, to);
    const { half } = own;
    if (half.run === undefined) {
      for (const [label, to] of this.started(x, own, peer)) go(label, to);
      const quiet = this.world.deletions === "noneRuns" ? peer.half.run === undefined : own.completed && peer.completed;
      if (this.world.deletions !== undefined && half.live !== undefined && quiet) {
        go(`${sides[x]} deleted`, this.numbered(x, { ...half, live: undefined }));
      }
    } else if (half.run.phase === "check" && !this.objects(x, own, peer, half.run)) {
      go(`${sides[x]} looked`, this.numbered(x, { ...half, run: { ...half.run, phase: "write", claims: 0 } }));
    }
  }

  /** The ups that may start, and where they lead. */
  private started(x: Which, own: NumberedHalf, peer: NumberedHalf): readonly Move[] {
    const runs = this.startsOf(x, own, peer);
    const known = own.started.get(runs);
    if (known !== undefined) return known;
    const moves = runs.map((run): Move => {
      const label = `${sides[x]} up@${run.index}${run.phase === "check" ? ", looking" : ""}`;
      return [label, this.numbered(x, { ...own.half, run })];
    });
    own.started.set(runs, moves);
    return moves;
  }

  /** Writes, exports, fails, and what the StatefulSet controller does with the pods. */
  private movesOf(x: Which, half: Half): readonly Move[] {
    const { run, live, pods } = half;
    const side = sides[x];
    const { set } = this.world;
    const moves: Move[] = [];
    const add = (what: string, change: Partial<Half>): unknown =>
      moves.push([`${side} ${what}`, this.numbered(x, { ...half, ...change })]);
    const wantedPods = live === undefined ? 0 : bits(side, set, live);
    if (pods !== wantedPods) add("pods settle", { pods: wantedPods });
    if (run === undefined) return moves;
    add("fails", { run: undefined });
    if (run.phase === "write") {
      add("writes", { live: { index: run.index, turn: run.turn }, run: wrote });
    }
    if (run.phase === "wrote" && pods === wantedPods) add("exports", { exported: live, run: undefined });
    return moves;
  }

  /** The ups that `decide` lets start. One whose live look objects may start too: it waits until that has changed. */
  private startsOf(x: Which, own: NumberedHalf, peer: NumberedHalf): readonly Run[] {
    const { mode, set } = this.world;
    const mayLook = mode === "both" || (mode === "dest" && x === 1);
    const peerSeen = mayLook ? peer.seen : Math.floor(peer.known / 128);
    return this.starts((own.known * 2 ** 14 + peerSeen) * 2 + x, () =>
      (mayLook ? [false, true] : [false]).flatMap((looks) =>
        indexesOf(set).flatMap((cutoverIndex): Run[] => {
          const advice = { side: sides[x], cutoverIndex };
          const up = decide(situation(this.world, own.readable, peer.readable, advice, looks));
          if (up.refusal !== undefined && up.refusal.rule !== "livePeer") return [];
          const claims = up.claims.reduce((all, ordinal) => all | (1 << (ordinal - set.start)), 0);
          const run = { index: cutoverIndex, turn: up.turn };
          return [looks && claims > 0 ? { ...run, phase: "check", claims } : { ...run, phase: "write", claims: 0 }];
        }),
      ),
    );
  }

  /** Whether the live look just before the write refuses. */
  private objects(x: Which, own: NumberedHalf, peer: NumberedHalf, { claims, index }: Run): boolean {
    return this.objections(((own.known * 2 ** 14 + peer.seen) * 8 + claims) * 2 + x, () => {
      const advice = { side: sides[x], cutoverIndex: index };
      const given = situation(this.world, own.readable, peer.readable, advice, true);
      const { start } = this.world.set;
      const claimed = [0, 1, 2].filter((bit) => (claims & (1 << bit)) !== 0).map((bit) => start + bit);
      return rules.livePeer(given, claimed, rules.ownTurn(given)) !== undefined;
    });
  }
}
