import type { KubernetesObject } from "../../core/kubernetes";
import type { Problem } from "../../core/userError";
import { UserError } from "../../core/userError";
import { mostSingleReads, NotAllowed, Unreachable, UnknownContext } from "../client/cluster";
import type { ClusterReader } from "./clusterReader";

/** Looks at one cluster, and what became of them: what the account may not see is told together. */
export class PermittedLooks {
  /** What could not be looked at and can be done without. */
  public readonly warnings: string[] = [];
  private readonly lacking: Problem[] = [];

  /**
   * @param where how the cluster is called in a message.
   * @param purpose what a needed right is needed for.
   */
  public constructor(
    public readonly where: string,
    private readonly purpose: string,
  ) {}

  /** A look that must be allowed: what is not is told by `throwIfLacking`. */
  public async need<T>(look: Promise<T>): Promise<T | undefined> {
    try {
      return await look;
    } catch (error) {
      if (!(error instanceof NotAllowed)) throw this.asUserError(error);
      const what = `cannot be looked at well enough for ${this.purpose}: ${error.message}`;
      this.lacking.push({ where: this.where, what });
      return undefined;
    }
  }

  /** @throws UserError with every needed look that was not allowed. */
  public throwIfLacking(): void {
    if (this.lacking.length > 0) throw new UserError(this.lacking);
  }

  /**
   * A look that may be forbidden: then this is said, and the rehearsal goes on without.
   *
   * @param consequence what follows, a clause.
   */
  public async may<T>(look: Promise<T>, otherwise: T, consequence: string): Promise<T> {
    try {
      return await look;
    } catch (error) {
      if (!(error instanceof NotAllowed)) throw this.asUserError(error);
      if (consequence !== "") this.warnings.push(`${this.where} ${consequence}: ${error.message}`);
      return otherwise;
    }
  }

  /** Objects of the cluster by name, one by one or, if they are many, as a list. Those that do not exist are left out. */
  public async named(
    reader: ClusterReader,
    [apiVersion, kind]: readonly [apiVersion: string, kind: string],
    given: readonly (string | undefined)[],
  ): Promise<KubernetesObject[]> {
    const names = [...new Set(given)].filter((name) => name !== undefined && name !== "");
    if (names.length > mostSingleReads) {
      const all = await reader.list(apiVersion, kind);
      return all.filter(({ metadata }) => names.includes(metadata.name));
    }
    const found = await Promise.all(names.map((name) => reader.read({ apiVersion, kind, name: name ?? "" })));
    return found.filter((object) => object !== undefined);
  }

  /**
   * Every storage class or driver; where they may not be listed, the named ones, which is what an `up` asks for.
   *
   * @param consequence what follows if neither is allowed, a clause: undefined is returned then.
   */
  public async listOrNamed(
    reader: ClusterReader,
    kind: "StorageClass" | "CSIDriver",
    names: readonly (string | undefined)[],
    consequence: string,
  ): Promise<KubernetesObject[] | undefined> {
    const type = ["storage.k8s.io/v1", kind] as const;
    const some = async (): Promise<KubernetesObject[]> => {
      try {
        return await reader.list(...type);
      } catch (error) {
        if (!(error instanceof NotAllowed)) throw error;
        return this.named(reader, type, names);
      }
    };
    return this.may<KubernetesObject[] | undefined>(
      some(),
      undefined,
      `no ${kind} can be looked at, and ${consequence}`,
    );
  }

  private asUserError(error: unknown): unknown {
    if (error instanceof UnknownContext) {
      const option = this.where.split(" ")[0] ?? "";
      return new UserError([{ where: `${option}:`, what: error.what, todo: "Correct the option, or set KUBECONFIG" }]);
    }
    return error instanceof Unreachable ? new UserError([{ where: this.where, what: error.message }]) : error;
  }
}
