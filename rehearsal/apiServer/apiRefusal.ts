import { qualified } from "../../core/kinds";
import type { KubernetesObject } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";
import { resourceOf } from "./references";

/** Why the API server refused a request, as in its Status objects. */
export type RefusalReason = "AlreadyExists" | "Forbidden" | "NotFound" | "Invalid" | "Conflict" | "BadRequest";

/** The API server refused a request. */
export class ApiRefusal extends Error {
  public override readonly name = "ApiRefusal";

  public constructor(
    public readonly reason: RefusalReason,
    message: string,
  ) {
    super(message);
  }
}

/** What is wrong with an object. */
export function invalid(object: KubernetesObject, problem: string): ApiRefusal {
  const kind = qualified(object.apiVersion, object.kind);
  return new ApiRefusal("Invalid", `${kind} "${object.metadata.name}" is invalid: ${problem}`);
}

/** The answer to a request for an object that does not exist. */
export function notFound(reference: ObjectReference): ApiRefusal {
  return new ApiRefusal("NotFound", `${resourceOf(reference)} "${reference.name}" not found`);
}
