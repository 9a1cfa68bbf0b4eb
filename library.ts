/** What other Pulumi programs use. */
export { cutover } from "./cutover";
export type { CutoverArgs } from "./cutover";
export type { CutoverOutputs } from "./declareHalf";
