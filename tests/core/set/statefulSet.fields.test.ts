import { file, podTemplate, problemsIn, set } from "../manifest";
import type { Draft } from "../manifest";

const theSet = "web.yaml, document 1 (StatefulSet web)";

const fields: readonly (readonly [title: string, spec: Draft, message: string])[] = [
  [
    "a mistyped field, read as if it were not there",
    { replcias: 6 },
    "replcias is no field of a StatefulSet. Did you mean replicas?",
  ],
  ["a mistyped start", { ordinals: { strat: 1 } }, "ordinals.strat is no field of a StatefulSet. Did you mean start?"],
  [
    "a mistyped policy",
    { persistentVolumeClaimRetentionPolicy: { whenscaled: "Delete" } },
    "persistentVolumeClaimRetentionPolicy.whenscaled is no field of a StatefulSet. Did you mean whenScaled?",
  ],
  ["ordinals without start", { ordinals: 3 }, "ordinals is no map, but a number; legal: a map with start. Correct it"],
  [
    "a list as update strategy",
    { updateStrategy: [{ type: "OnDelete" }] },
    "updateStrategy is no map, but a list; legal: a map with type, rollingUpdate. Correct it",
  ],
  [
    "a history limit as text",
    { revisionHistoryLimit: "5" },
    'revisionHistoryLimit is not valid (received "5"); legal: an integer from 0. Correct it',
  ],
  [
    "an environment that is no list",
    { template: podTemplate({ containers: [{ name: "a", image: "a", env: { PASSWORD: "hunter2" } }] }) },
    "template.spec.containers[0].env is no list; legal: a list. Correct it",
  ],
  [
    "an environment variable that YAML takes for a boolean",
    { template: podTemplate({ containers: [{ name: "a", image: "a", env: [{ name: false, value: "a" }] }] }) },
    "template.spec.containers[0].env[0].name is not text, but a boolean. Put it in quotes",
  ],
];

test.each(fields)("%s", (_, spec, message) => {
  expect(problemsIn(file(set(spec)))).toStrictEqual([`${theSet}: spec.${message}`]);
});

test.each([
  ["a field of a newer Kubernetes", { recreateEvery: "1h" }],
  ["fields that kubectl prints empty", { minReadySeconds: null, updateStrategy: null }],
])("%s: nothing wrong", (_, spec) => {
  expect(problemsIn(file(set(spec)))).toStrictEqual([]);
});
