import type { ApiAnswer } from "./apiClient";

/**
 * How to ask for what `kubectl get` prints, without the objects: the API server makes the rows, and leaves everything else
 * where it is (https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables). Metadata alone would
 * not do for Secrets: kubectl notes what it applied in an annotation, values included.
 */
export const asTable = {
  query: { includeObject: "None" },
  accept: "application/json;as=Table;g=meta.k8s.io;v=v1",
} as const;

interface Table {
  readonly kind: string;
  readonly metadata: { readonly continue?: string };
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** One cell of each row, undefined where there is no such column; undefined if the answer is no whole table. */
export function columnOf({ status, body }: ApiAnswer, column: string): unknown[] | undefined {
  const { kind, metadata, columnDefinitions = [], rows = [] } = (body ?? {}) as Partial<Table>;
  if (status !== 200 || kind !== "Table" || metadata?.continue) return undefined;
  const at = columnDefinitions.findIndex(({ name }) => name === column);
  return rows.map(({ cells }) => cells[at]);
}
