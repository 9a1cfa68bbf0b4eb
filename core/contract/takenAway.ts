import { carryKeys } from "../set/carried";
import type { CarriedName } from "../set/carried";
import { typeOf } from "../kinds";
import type { KubernetesObject } from "../kubernetes";
import type { LeftObject } from "../manifests/leaveOut";
import type { Side } from "../ordinals";
import type { HalfOutputs } from "./record";
import type { Problem } from "../userError";

function titleIn(object: { readonly apiVersion: string; readonly kind: string }, name: string): string {
  return `${typeOf(object)} ${name}`;
}

/** What a half declares beside its set, as its output `declared`: one text, since it is a line after every `up` then. */
export function declaredText(belongings: readonly KubernetesObject[]): string {
  const titles = belongings.map((object) => titleIn(object, object.metadata.name));
  return titles.sort().join(", ");
}

/** What config takes away from a half that its last `up` declared. */
interface Taken {
  readonly side: Side;
  readonly leftOut: readonly LeftObject[];
  readonly carried: readonly CarriedName[];
  /** Whether the half is to hold ordinals, or does. */
  readonly holds: boolean;
}

/**
 * Objects that the last `up` declared, and that are left out now, though nobody removed them from the manifests: Pulumi
 * would delete them. That is refused where pods run, and told where none do. What is removed from the manifests is
 * deleted, as Pulumi does.
 */
export function takenAway(
  own: Pick<HalfOutputs, "declared"> | undefined,
  { side, leftOut, carried, holds }: Taken,
): { readonly problems: readonly Problem[]; readonly warnings: readonly string[] } {
  const declared = new Set((own?.declared ?? "").split(", "));
  const left = leftOut.filter((one) => one.reason !== "carried" && declared.has(titleIn(one, one.name)));
  // The destination declares what is carried: there it is another write of the same object, and asked for elsewhere.
  const moved = carried.filter(({ kind, name }) => side === "source" && declared.has(`${kind} ${name}`));
  const deletes = "which the last up of this half declared: Pulumi would delete it from the cluster";
  const problems = [
    ...left.map(({ kind, name, reason }): Problem => {
      const title = `${kind} ${name}`;
      const deleted = "To have it deleted, remove it from the manifests";
      return reason === "leaveOut"
        ? { where: "leaveOut", what: `names ${title}, ${deletes}`, todo: `Take it out of leaveOut. ${deleted}` }
        : {
            where: title,
            what: `is a hook of Helm (helm.sh/hook) now, and left out, ${deletes}`,
            todo: `Remove the annotation. ${deleted}`,
          };
    }),
    ...moved.map(({ kind, name }) => ({
      where: carryKeys[kind],
      what: `names ${kind} ${name}, ${deletes}`,
      todo: `Take it out of ${carryKeys[kind]}, and leave it in the manifests with the values that run`,
    })),
  ];
  if (holds) return { problems, warnings: [] };
  return {
    problems: [],
    warnings: [...left, ...moved].map(
      ({ kind, name }) =>
        `${kind} ${name} was declared by the last up of this half, and is not any more: this up deletes it`,
    ),
  };
}
