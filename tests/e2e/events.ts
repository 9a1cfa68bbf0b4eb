/**
 * What `pulumi` says it does, from its event log: the same for a preview and for an `up`.
 */
import { existsSync, readFileSync } from "node:fs";

/** One resource that a preview or an `up` does something with. */
export interface Operation {
  /** The engine's word, such as `create` or `update`, never `same` or `refresh`; `retain` for a delete of the state only. */
  readonly op: string;
  readonly type: string;
  readonly name: string;
  /** Paths of the changed fields, sorted. */
  readonly fields: readonly string[];
}

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old?: { readonly retainOnDelete?: boolean } | null;
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
  readonly diffs?: readonly string[] | null;
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly diagnosticEvent?: { readonly severity: string; readonly message: string; readonly ephemeral?: boolean };
}

const unchanged = new Set(["same", "refresh"]);
/** The engine's own: made in the state before the program has declared anything. */
export const engineOwn: ReadonlySet<string> = new Set(["pulumi:pulumi:Stack", "pulumi:providers:pulumi"]);

/** What a run did or would do: its operations on what the program declares, and what it said. */
export interface Told {
  readonly operations: readonly Operation[];
  /** Warnings and errors. */
  readonly diagnostics: readonly string[];
}

/** Reads an event log. A run that was killed may have left half a line. */
export function readEvents(file: string): Told {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const events = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as EngineEvent];
    } catch {
      return [];
    }
  });
  const operations = events.flatMap(({ resourcePreEvent }) =>
    resourcePreEvent === undefined ||
    unchanged.has(resourcePreEvent.metadata.op) ||
    engineOwn.has(resourcePreEvent.metadata.type)
      ? []
      : [operationOf(resourcePreEvent.metadata)],
  );
  return {
    operations: sorted(operations),
    diagnostics: events.flatMap(({ diagnosticEvent: said }) =>
      said !== undefined && said.ephemeral !== true && ["warning", "error"].includes(said.severity)
        ? [said.message.trim()].filter((message) => !/^using \S+ from \$PATH/.test(message))
        : [],
    ),
  };
}

/** Operations in an order that does not depend on the engine's. */
export function sorted(operations: readonly Operation[]): Operation[] {
  const key = ({ type, name, op }: Operation): string => `${type} ${name} ${op}`;
  return [...operations].sort((a, b) => key(a).localeCompare(key(b)));
}

function operationOf({ op, urn, type, old, detailedDiff, diffs }: StepMetadata): Operation {
  const fields = Object.keys(detailedDiff ?? {});
  return {
    op: op === "delete" && old?.retainOnDelete === true ? "retain" : op,
    type,
    name: urn.split("::").pop() ?? urn,
    fields: (fields.length > 0 ? fields : [...(diffs ?? [])]).sort(),
  };
}
