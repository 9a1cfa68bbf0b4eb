import { parsedJson } from "../core/json";
import type { Connection } from "../live/client/cluster";
import type { ConfigReader } from "./configReader";

/** A pod's uid, or, where nobody saw it, its name and the half's turn, as a message prints it: `web-5@4`. */
const vouchedPod = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(@\d+)?$/;

/** How the peer's cluster is reached. Undefined: the live peer is not looked at. */
export function readPeerConnection(reader: ConfigReader, own: Connection): Connection | undefined {
  const legal = "the name of a kubeconfig context that leads to the peer's cluster";
  const context = reader.text("peerContext", legal, "<context>", (value) => value.trim() !== "");
  if (context === undefined) return undefined;
  if (context === own.context) {
    const what = "is this half's own context, and would look at its own cluster";
    reader.problem("peerContext", { what, received: context, legal, todo: reader.change("peerContext", "<context>") });
    return undefined;
  }
  return { context, ...(own.kubeconfig !== undefined && { kubeconfig: own.kubeconfig }) };
}

/** Whether there is to be a range lock. Left out: where the cluster can. */
export function readRangeLock(reader: ConfigReader): { readonly rangeLock?: boolean } {
  const given = reader.choice("rangeLock", ["true", "false"]);
  return given === undefined ? {} : { rangeLock: given === "true" };
}

/** Pods that a person vouches for as stopped. */
export function readFenced(reader: ConfigReader): readonly string[] {
  const value = reader.value("fenced");
  if (value === undefined) return [];
  const legal = "a list of pod uids, as the message that asks for them prints them";
  const pods = parsedJson(value);
  if (!Array.isArray(pods)) {
    const todo = reader.change("fenced", "<uid>", "[0]");
    reader.problem("fenced", { what: "is not a list", received: pods === undefined ? value : pods, legal, todo });
    return [];
  }
  return pods.filter((pod, index): pod is string => {
    const isOne = typeof pod === "string" && vouchedPod.test(pod);
    const problem = { what: "is not the uid of a pod", received: pod as unknown, legal, todo: reader.edit("fenced") };
    if (!isOne) reader.problem(`fenced[${index}]`, problem);
    return isOne;
  });
}
