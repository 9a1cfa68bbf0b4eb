import { UserError } from "../core/userError";

/** What to throw for an error of running `pulumi`: in words if there is no such program, else the error itself. */
export function asMissingPulumi(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT" || path !== "pulumi") return error;
  const todo = "Install it: https://www.pulumi.com/docs/install/";
  return new UserError([{ where: "pulumi", what: "is not on PATH", todo }]);
}
