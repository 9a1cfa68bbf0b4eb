import type { KubernetesObject, StatefulSet } from "../../core/kubernetes";
import { selects } from "../../core/set/selectors";
import { at, sha256Of } from "../../core/json";
import { referenceOf } from "../apiServer/references";
import type { ObjectStore } from "../apiServer/objectStore";
import { controllerOf, controllerReference, withOwners } from "../apiServer/owners";

type Template = StatefulSet["spec"]["template"];

/** A ControllerRevision: a template that a set has or had. */
interface Revision extends KubernetesObject {
  readonly revision: number;
}

/** What a set rolls from and to. */
export interface Revisions {
  /** Name of the revision that pods below the partition are made of. */
  readonly current: string;
  /** Name of the revision of the present template. */
  readonly update: string;
  /** The pod template of a revision. */
  template(name: string): Template;
}

/** Whether a set asks for the labels that an object has. */
export function isSelected(set: StatefulSet, object: KubernetesObject): boolean {
  return selects(set.spec.selector, object.metadata.labels ?? {});
}

/** What is stored is frozen, and shared by clusters that began alike. */
const digests = new WeakMap<Template, string>();

/** Name of the ControllerRevision that holds the set's present template. */
export function revisionNameOf({ metadata, spec }: StatefulSet): string {
  const digest = digests.get(spec.template) ?? sha256Of(spec.template).slice(0, 10);
  if (Object.isFrozen(spec.template)) digests.set(spec.template, digest);
  return `${metadata.name}-${digest}`;
}

/** The ControllerRevisions of sets: each template that a set had is kept, as far as `revisionHistoryLimit` allows. */
export class RevisionHistory {
  public constructor(
    private readonly store: ObjectStore,
    private readonly manager: string,
  ) {}

  /** The revisions of a set; the present template becomes the newest. */
  public of(set: StatefulSet): Revisions {
    const known = this.list(set);
    const update = this.newest(set, known);
    const templates = new Map(
      [...known, update].map((each) => [each.metadata.name, at(each, "data", "spec", "template")]),
    );
    const recorded = set.status?.currentRevision ?? "";
    return {
      current: known.some(({ metadata }) => metadata.name === recorded) ? recorded : update.metadata.name,
      update: update.metadata.name,
      template: (name) => (templates.get(name) ?? set.spec.template) as Template,
    };
  }

  /** Deletes the oldest revisions that nothing is made of, beyond the limit. */
  public truncate(set: StatefulSet, { current, update }: Revisions, inUse: (revision: string) => boolean): void {
    const limit = Number(set.spec.revisionHistoryLimit ?? 10);
    const all = this.list(set);
    if (all.length <= limit) return;
    const dead = all.filter(({ metadata: { name } }) => name !== current && name !== update && !inUse(name));
    for (const revision of dead.slice(0, Math.max(0, dead.length - limit))) this.store.remove(referenceOf(revision));
  }

  /** The set's own revisions and those that nobody owns, the oldest first. */
  private list(set: StatefulSet): Revision[] {
    const inNamespace = this.store.list("apps/v1", "ControllerRevision", set.metadata.namespace) as Revision[];
    return inNamespace
      .filter((each) => isSelected(set, each) && (controllerOf(each)?.uid ?? set.metadata.uid) === set.metadata.uid)
      .map((each) => (controllerOf(each) === undefined ? this.adopted(set, each) : each))
      .sort((a, b) => a.revision - b.revision);
  }

  private adopted(set: StatefulSet, revision: Revision): Revision {
    return this.store.put(withOwners(revision, [controllerReference(set)])) as Revision;
  }

  private newest(set: StatefulSet, known: readonly Revision[]): Revision {
    const name = revisionNameOf(set);
    const last = known.at(-1);
    const revision = (last?.revision ?? 0) + 1;
    const same = known.find(({ metadata }) => metadata.name === name);
    if (same !== undefined) return same === last ? same : (this.store.put({ ...same, revision }) as Revision);
    const { namespace = "" } = set.metadata;
    // One of an earlier set of that name, which the garbage collector has not got to yet, serves meanwhile.
    const existing = this.store.get({ apiVersion: "apps/v1", kind: "ControllerRevision", namespace, name });
    if (existing !== undefined) return existing as Revision;
    return this.store.put({
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: {
        name,
        namespace: set.metadata.namespace,
        uid: this.store.nextUid(),
        creationTimestamp: this.store.timestamp,
        labels: {
          ...set.spec.template.metadata?.labels,
          "controller.kubernetes.io/hash": name.slice(set.metadata.name.length + 1),
        },
        ownerReferences: [controllerReference(set)],
        managedFields: [{ manager: this.manager }],
      },
      data: { spec: { template: set.spec.template } },
      revision,
    }) as Revision;
  }
}
