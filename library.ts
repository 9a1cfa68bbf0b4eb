/** What other Pulumi programs use. */
export { SplitStatefulSet } from "./components/splitStatefulSet";
export type { SplitStatefulSetArgs } from "./components/splitStatefulSet";
export { decide } from "./core/protocol/protocol";
export type { Decision, HalfRecord, LiveHalf, Refusal, Situation } from "./core/protocol/protocol";
export type { OrdinalRange, Side } from "./core/ordinals";
export { UserError } from "./core/userError";
export type { Problem } from "./core/userError";
export { readWorkload } from "./core/manifests/workload";
export type { ManifestFile, Patch, Workload, WorkloadOptions } from "./core/manifests/workload";
export { cutover } from "./cutover";
export type { CutoverArgs, CutoverOutputs } from "./cutover";
export type { Cluster, Connection } from "./live/client/cluster";
export { connectCluster } from "./live/client/kubernetesCluster";
