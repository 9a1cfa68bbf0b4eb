import { peerOf } from "../core/ordinals";
import type { Side } from "../core/ordinals";
import { capital } from "../core/suggestion";
import type { Connection } from "../live/client/cluster";
import { notInDestination } from "./adopt";
import type { ConfigReader } from "./configReader";
import { providerKeys } from "./keys";

/**
 * Says that a walk sets a stack's own `cutoverIndex`, in a copy of its file, and where it goes: that is no leftover to
 * warn about. The namespace is none that a program has.
 */
export const walkKey = "cutover-walk:to";

/** Which half this stack is; undefined: that cannot be told. */
export function readSide(reader: ConfigReader): Side | undefined {
  const named = asSide(reader.stack);
  const given = reader.choice("side", ["source", "destination"]);
  if (given === undefined && named === undefined && reader.value("side") === undefined) {
    const what = `is not set, and the stack is named neither source nor destination but ${JSON.stringify(reader.stack)}`;
    reader.problem("side", { what, legal: "source, destination", todo: reader.change("side", "source") });
  }
  return given ?? (reader.value("side") === undefined ? named : undefined);
}

/** The stack of the other half; undefined: that cannot be told. */
export function readPeerStack(reader: ConfigReader, side: Side | undefined): string | undefined {
  const { stack } = reader;
  const example = side === undefined ? "source" : peerOf(side);
  const legal = "the name of the other half's stack in this project, or none";
  if (reader.value("peerStack") === undefined) {
    if (side === undefined || stack === side) return side && peerOf(side);
    const what = `is not set, and cannot be told from the name of this stack, ${JSON.stringify(stack)}`;
    reader.problem("peerStack", { what, legal, todo: reader.change("peerStack", "<stack>") });
    return undefined;
  }
  const given = reader.text("peerStack", legal, example, isStackName);
  if (given !== stack) return given;
  reader.problem("peerStack", {
    what: "is this stack itself",
    received: given,
    legal,
    todo: reader.change("peerStack", example === stack ? "<stack>" : example),
  });
  return undefined;
}

/** Whether to take over what runs. In `Pulumi.yaml` it would be the destination's too, which has nothing to take over. */
export function readAdopt(reader: ConfigReader, side: Side | undefined): boolean {
  const adopt = reader.choice("adopt", ["true", "false"]) === "true";
  const refused = notInDestination(capital(reader.removal("adopt")), reader.value("peerStack"));
  if (adopt && side === "destination") reader.problem("adopt", refused);
  return adopt;
}

/** How the half's cluster is reached. */
export function readConnection(reader: ConfigReader, side: Side): Connection {
  const [context, kubeconfig] = providerKeys.map((key) => reader.raw(key));
  if (context?.trim() === "") {
    const todo = reader.change("kubernetes:context", side);
    reader.problem("kubernetes:context", { what: "is empty", legal: "the name of a kubeconfig context", todo });
  }
  if (kubeconfig?.trim() === "") {
    const todo = capital(reader.removal("kubernetes:kubeconfig"));
    reader.problem("kubernetes:kubeconfig", {
      what: "is empty",
      legal: "the path or the contents of a kubeconfig",
      todo,
    });
  }
  return {
    context: context ?? side,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context === undefined && { isDefault: true }),
  };
}

/** What a person should know about this config. */
export function halfWarnings(reader: ConfigReader, side: Side | undefined): readonly string[] {
  const { stack } = reader;
  const warnings: string[] = [];
  const own = reader.value("cutoverIndex");
  const shared = reader.shared.get("cutoverIndex");
  const walks = reader.raw(walkKey) !== undefined;
  if (own !== undefined && shared !== undefined && own !== shared && !walks) {
    warnings.push(
      `cutoverIndex is ${own} in stack ${stack} alone, and ${shared} in Pulumi.yaml: changing Pulumi.yaml does not move ` +
        `this half until the stack's own value is gone. To remove it: pulumi config rm cutoverIndex -s ${stack}`,
    );
  }
  const named = asSide(stack);
  if (side !== undefined && named !== undefined && side !== named) {
    warnings.push(
      `side is ${side} although the stack is named ${stack}. If that is a mistake` +
        (reader.byProgram ? `, ${reader.removal("side")}` : `: pulumi config rm side -s ${stack}`),
    );
  }
  return warnings;
}

/** Whether Pulumi takes this for the name of a stack. */
export function isStackName(text: string): boolean {
  return /^[A-Za-z0-9_.-]{1,100}$/.test(text);
}

function asSide(name: string): Side | undefined {
  return name === "source" || name === "destination" ? name : undefined;
}
