import { beforeWrite, prove } from "../../../live/guard";

/** The guard of the program, in a form of which a test can take a part away. */
export interface Guard {
  readonly beforeWrite: typeof beforeWrite;
  readonly prove: typeof prove;
}

/** All of it. */
export const wholeGuard: Guard = { beforeWrite, prove };
