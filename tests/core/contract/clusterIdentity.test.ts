import { clusterProblems, hasRangeLock, versionProblem } from "../../../core/contract/clusterIdentity";
import { renderProblem } from "../../../core/userError";
import { outputs } from "../builders";

test.each(["v1.28.0", "v1.36.2", "1.29", "v1.30.4-gke.1", "v2.0.0", "unknown"])(
  "%s is new enough, or cannot be told",
  (v) => {
    expect(versionProblem(v, "source")).toBeUndefined();
  },
);

test.each(["v1.27.9", "1.9", "v1.26.15+k3s1"])("%s is too old", (version) => {
  const problem = versionProblem(version, "new");
  expect(problem && renderProblem(problem)).toBe(
    `kubernetes:context new: the cluster is too old for start ordinals (spec.ordinals, KEP-3335) (received "${version}"); ` +
      "legal: v1.28 or later. Upgrade that cluster first. Only a source whose set starts at ordinal 0 may be older",
  );
});

test.each([
  ["v1.30.0", true],
  ["v1.29.9", false],
  ["v1.36.2", true],
  ["unknown", true],
])("%s has admission policies: %s", (version, expected) => {
  expect(hasRangeLock(version)).toBe(expected);
});

const own = outputs("source", 6, 0);
const peer = outputs("destination", 6, 1);
const lines = (...args: Parameters<typeof clusterProblems>) => clusterProblems(...args).map(renderProblem);

test("the own cluster is fine, with and without what is known of it", () => {
  expect(lines("uid-of-source", "old", own, peer, "uid-of-source")).toEqual([]);
  expect(lines("uid-of-source", "old", undefined, undefined, undefined)).toEqual([]);
});

test("another cluster than last time, the peer's, and a set of another one are told together", () => {
  const todo = "Point kubernetes:context (or kubernetes:kubeconfig) of this stack at the right cluster";
  expect(lines("uid-of-destination", "old", own, peer, "uid-of-source")).toEqual([
    "kubernetes:context old: leads to another cluster than this half's last up (uid of kube-system) " +
      `(received "uid-of-destination"); legal: uid-of-source. ${todo}`,
    `kubernetes:context old: leads to the cluster of the destination: both halves would be one (received "uid-of-destination"). ${todo}`,
    "kubernetes:context old: holds a set that was made in another cluster, so this cluster is a copy or was restored from one " +
      '(received "uid-of-source"); legal: uid-of-destination. Make sure that the ordinals of the set run in one cluster only, ' +
      "then correct the annotation statefulset-cutover/cluster",
  ]);
});
