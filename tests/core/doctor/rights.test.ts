import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { peerRightsNeeded, rightsNeeded } from "../../../core/doctor/rights";
import type { Right, RightsQuestion } from "../../../core/doctor/rights";
import { groupOf } from "../../../core/kubernetes";
import { pluralOf } from "../../../core/kinds";
import type { Side } from "../../../core/ordinals";
import { healthy, object } from "./examined";

interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
}

/** Every verb and resource of a file of deploy/rbac, such as `get apps/statefulsets`; also what is commented out. */
function given(file: string): string[] {
  const text = readFileSync(`deploy/rbac/${file}.yaml`, "utf8").replace(
    /^( *)# (?=( *)(- apiGroups|resources:|resourceNames:|verbs:))/gm,
    "$1",
  );
  const rules = parseAllDocuments(text).flatMap((document) => (document.toJS() as { rules?: Rule[] }).rules ?? []);
  const all = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))),
  );
  // What gates of a walk may need depends on the gates.
  return [...new Set(all)].filter((each) => !/\/(exec|proxy)$/.test(each)).sort();
}

function asked(rights: readonly Right[]): string[] {
  return [...new Set(rights.map((right) => `${right.verb} ${groupOf(right)}/${pluralOf(right.kind)}`))].sort();
}

function question(side: Side): RightsQuestion {
  const carried = [
    { kind: "Secret", name: "carried" },
    { kind: "ConfigMap", name: "carried" },
  ] as const;
  const belongings = [object("v1", "Service", "web"), object("v1", "ConfigMap", "web")];
  return {
    ...{
      side,
      namespace: "web",
      name: "web",
      belongings,
      hasRun: false,
      hasClaims: true,
      gives: true,
      namespaceExists: true,
    },
    config: { ...healthy().halves[side].config, carried, adopt: side === "source" },
  };
}

test.each(["source", "destination"] as const)(
  "asks for what deploy/rbac gives the %s, and for nothing else",
  (side) => {
    expect(asked(rightsNeeded(question(side)))).toEqual(given(side));
  },
);

test("and so for the look at the peer", () => {
  expect(asked(peerRightsNeeded({ namespace: "web", name: "web" }))).toEqual(given("peer-reader"));
});

test("what is not wanted is not asked for", () => {
  const config = { ...question("destination").config, rangeLock: false, volumes: "fresh" as const, carried: [] };
  const rights = rightsNeeded({ ...question("destination"), config, belongings: [] });
  expect(asked(rights).filter((each) => /admission|persistentvolume|secrets|configmaps/.test(each))).toEqual([]);
});
