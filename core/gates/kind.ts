import type { Answer, Ask } from "./ask";
import type { Options } from "./options";
import type { ActionScene, Scene } from "./scene";

/**
 * A kind of gates and actions: reads the options of one entry of the config, and says what they are good for. Adding one
 * is a file with such a function, an entry in `table.ts`, and a test with recorded answers.
 *
 * What is wrong with the options it reports through `options`, and goes on with whatever default is at hand: then nothing of
 * what it returns is used.
 */
export type Kind = (options: Options) => Uses;

/** What one entry of the config can be used for: what is left out, the kind cannot. */
export interface Uses {
  readonly gate?: Gate;
  readonly before?: Action;
  readonly after?: Action;
}

/** Pure: what to ask, and what the answers mean. Asked again and again, until it holds long enough or its time is over. */
export interface Gate {
  /** What to ask in one round; all of it is asked at once. None: the scene alone tells. */
  readonly asks: (scene: Scene) => readonly Ask[];
  /**
   * Why the gate does not hold, clauses such as `web-2 is not Ready`; none: it holds. They name pod and value, and never a
   * secret.
   *
   * @param answers of the asks, in their order.
   */
  readonly why: (answers: readonly Answer[], scene: Scene) => readonly string[];
}

/**
 * What is done for an ordinal that moves. Like a gate it is asked in rounds, and decides anew in each from what it sees: so
 * it goes on where it was interrupted, and does nothing where nothing is to be done.
 */
export interface Action {
  /** What to look at in one round. */
  readonly asks: (scene: ActionScene) => readonly Ask[];
  /**
   * What comes next.
   *
   * @param answers of the asks, in their order.
   * @param deeds what this action has done for this ordinal in this run, the latest last.
   */
  readonly next: (answers: readonly Answer[], scene: ActionScene, deeds: readonly Deed[]) => Next;
}

/** What an action has done. */
export interface Deed {
  readonly says: string;
  readonly answers: readonly Answer[];
  /** How long ago it was done, in milliseconds. */
  readonly agoMs: number;
}

/** What an action does next. */
export type Next =
  /** It is finished: what there was to do is done, a clause such as `web-2 is no leader`. */
  | { readonly done: string }
  /** It looks again until its time is over: what it waits for, a clause such as `web-5 does not know the leader yet`. */
  | { readonly waits: string }
  /** It does something, and looks again: what, a clause such as `web-2 hands over to web-5`. */
  | { readonly does: string; readonly asks: readonly Ask[] }
  /** It cannot go on, and waiting does not help. The walk pauses. `todo`: a sentence without its full stop. */
  | { readonly refuses: string; readonly todo: string };
