import { whyFailed } from "../ask";
import type { Ask } from "../ask";
import type { Deed, Next } from "../kind";
import type { ActionScene, SetPod } from "../scene";
import { askedPods } from "./members";

/** How long what was asked for is left alone before it is asked for again. */
export const patienceMs = 10_000;

/** What a hand-over is decided from. */
export interface HandOver {
  /** What is handed over, such as `leader`. */
  readonly role: string;
  /** Whether the one that leaves has it. */
  readonly has: boolean;
  /** Why not everybody knows yet who else has it, a clause; undefined: all do. Counts once the one that leaves has it no more. */
  readonly unsettled: string | undefined;
  /** Who can take it over at once. */
  readonly able: readonly SetPod[];
  /** Who could, and cannot now: why, a clause each. */
  readonly unable: readonly string[];
  readonly give: (heir: SetPod) => readonly Ask[];
}

/** The pod that leaves; undefined if it does not run (any more). */
export function leaverOf(scene: ActionScene): SetPod | undefined {
  return askedPods(scene).find(({ ordinal, side }) => ordinal === scene.ordinal && side === scene.step.leaves);
}

/** What comes next for the one that leaves: it hands its role over to one that stays, and all others know it. */
export function nextOfHandOver(scene: ActionScene, leaver: SetPod, deeds: readonly Deed[], about: HandOver): Next {
  const { role, has, unsettled, able, unable, give } = about;
  const { name } = leaver;
  if (!has) return unsettled === undefined ? { done: `${name} is no ${role}` } : { waits: unsettled };
  const lately = deeds.at(-1);
  if (lately !== undefined && lately.agoMs < patienceMs) return { waits: `${name} is still ${role}${saying(lately)}` };
  const staying = able.filter((pod) => !leavesToo(scene, pod));
  const [heir] = [...staying].sort((a, b) => preference(scene, b) - preference(scene, a));
  if (heir !== undefined) return { does: `${name} is ${role}: hands over to ${heir.name}`, asks: give(heir) };
  if (unable.length > 0)
    return { waits: `${name} is ${role}, and nobody that stays can take over: ${unable.join("; ")}` };
  const others = able.length === 0 ? "nobody could take over" : `whoever could take over leaves in the same step`;
  return {
    refuses: `${name} is ${role}, and ${others}${able.length === 0 ? "" : ` (${able.map((pod) => pod.name).join(", ")})`}`,
    todo:
      able.length === 0
        ? "Give it another member, and run the same again"
        : "Make batch smaller, and run the same again",
  };
}

/** Whether a pod leaves in this step, too. */
export function leavesToo({ step }: ActionScene, { side, ordinal }: SetPod): boolean {
  return side === step.leaves && step.ordinals.includes(ordinal);
}

/** How good a pod is to take over, the more the better: who has moved already stays best, then who does not leave next. */
export function preference({ step }: ActionScene, { side, ordinal }: SetPod): number {
  if (side !== step.leaves) return 2;
  return step.next.includes(ordinal) ? 0 : 1;
}

function saying({ answers: [answer] }: Deed): string {
  const failed = answer === undefined ? undefined : whyFailed(answer);
  return failed === undefined ? "" : `: ${failed}`;
}
