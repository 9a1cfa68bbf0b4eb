import { field, parsedJson } from "../core/json";
import type { Connection } from "../live/client/cluster";
import type { Pulumi } from "./pulumi";

/** Why a secret cannot be had: waiting does not help. */
export class NoSecret extends Error {}

/** How a half's cluster is reached, as far as Pulumi tells without decrypting. */
interface ToldConnection {
  /** Its stack, as `pulumi -s` takes it. */
  readonly stack: string;
  readonly connection: Connection;
  /** Config keys of the connection whose values Pulumi holds encrypted. */
  readonly encrypted: readonly ("kubernetes:context" | "kubernetes:kubeconfig")[];
}

/**
 * A secret value of a stack's config. It stays between the two processes.
 *
 * @throws NoSecret if there is none of that key, or it is not encrypted.
 */
export async function secretConfig(pulumi: Pulumi, stack: string, key: string): Promise<string> {
  const { code, stdout } = await pulumi.run(["config", "get", key, "--json", "-s", stack]);
  const answer = code === 0 ? parsedJson(stdout) : undefined;
  const value = field(answer, "value");
  if (typeof value !== "string")
    throw new NoSecret(
      `stack ${stack} has no config ${key} that can be read: pulumi config set --secret ${key} -s ${stack}`,
    );
  if (field(answer, "secret") !== true) {
    throw new NoSecret(
      `config ${key} of stack ${stack} is not encrypted: pulumi config set --secret ${key} -s ${stack}`,
    );
  }
  return value;
}

/** How a half's cluster is reached, with what Pulumi holds encrypted of it. Throws as `secretConfig`. */
export async function openConnection(half: ToldConnection, pulumi: Pulumi): Promise<Connection> {
  const { stack, connection, encrypted } = half;
  const secret = (key: "kubernetes:context" | "kubernetes:kubeconfig"): Promise<string | undefined> =>
    encrypted.includes(key) ? secretConfig(pulumi, stack, key) : Promise.resolve(undefined);
  const [context, kubeconfig] = [await secret("kubernetes:context"), await secret("kubernetes:kubeconfig")];
  return {
    ...connection,
    ...(context === undefined ? {} : { context, isDefault: false }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  };
}
