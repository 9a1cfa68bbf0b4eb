import { parsedJson } from "../core/json";
import type { Connection } from "../live/client/cluster";
import { ConfigReader } from "./configReader";

/** A pod's uid, or, where nobody saw it, its name and the half's turn, as a message prints it: `web-5@4`. */
const vouchedPod = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(@\d+)?$/;

/** Reads the keys that guard against other hands. */
export class ProtectionsReader extends ConfigReader {
  /** Undefined: the live peer is not looked at. */
  public peerConnection(own: Connection): Connection | undefined {
    const legal = "the name of a kubeconfig context that leads to the peer's cluster";
    const context = this.text("peerContext", legal, "<context>", (value) => value.trim() !== "");
    if (context === undefined) return undefined;
    if (context === own.context) {
      const what = "is this half's own context, and would look at its own cluster";
      this.problem("peerContext", { what, received: context, legal, todo: this.change("peerContext", "<context>") });
      return undefined;
    }
    return { context, ...(own.kubeconfig !== undefined && { kubeconfig: own.kubeconfig }) };
  }

  /** Pods that a person vouches for as stopped. */
  public fenced(): readonly string[] {
    const value = this.value("fenced");
    if (value === undefined) return [];
    const legal = "a list of pod uids, as the message that asks for them prints them";
    const pods = parsedJson(value);
    if (!Array.isArray(pods)) {
      const todo = this.change("fenced", "<uid>", "[0]");
      this.problem("fenced", { what: "is not a list", received: pods === undefined ? value : pods, legal, todo });
      return [];
    }
    return pods.filter((pod, index): pod is string => {
      const isOne = typeof pod === "string" && vouchedPod.test(pod);
      const problem = { what: "is not the uid of a pod", received: pod as unknown, legal, todo: this.edit("fenced") };
      if (!isOne) this.problem(`fenced[${index}]`, problem);
      return isOne;
    });
  }
}
