import type { Problem } from "../userError";

/** What is wrong, or what is only as it may be for a while. */
export type Finding = { readonly problem: Problem } | { readonly warning: Problem };

/** What contradicts something. */
export function problem(found: Problem): Finding {
  return { problem: found };
}

/** What may be so for a while. */
export function warning(found: Problem): Finding {
  return { warning: found };
}
