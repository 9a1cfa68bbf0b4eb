import { checkKeys, noChecks } from "../../core/gates/checks";
import type { CheckKey, Checks } from "../../core/gates/checks";
import { parsedJson, sameJson } from "../../core/json";
import { sides } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import type { Problem } from "../../core/userError";
import type { Reading } from "../../core/verdict";
import type { Settings } from "../../settings";
import type { AskedHalf } from "./world";

/** Config of a stack, as Pulumi tells it without decrypting anything. */
export interface ToldConfig {
  /** As `ConfigSource.values`. */
  readonly values: Readonly<Record<string, string>>;
  /** Names of the keys that are encrypted, with their namespaces. */
  readonly encrypted: readonly string[];
}

interface Half {
  readonly settings: Settings;
  readonly told: ToldConfig;
}

/**
 * Why a walk cannot read its gates: `pulumi config set --secret --path` encrypts the whole key. Where only the program can read
 * them, a walk would go on as if there were none.
 */
export function secretChecks(project: string, stack: string, { encrypted }: ToldConfig): Problem[] {
  return checkKeys
    .filter((key) => encrypted.includes(`${project}:${key}`))
    .map((key) => ({
      where: `stack ${stack}: ${key}`,
      what: "is encrypted as a whole, and the walk decrypts nothing but what a gate names",
      legal: "plain text; a secret is named by { secret, key } or { config }",
      todo: `Run: pulumi config rm ${key} -s ${stack}, and write it into Pulumi.yaml`,
    }));
}

/** The gates and actions of a walk: those of the stack that has them, and where both do they must say the same. */
export function checksOf(
  project: string,
  stacks: Readonly<Record<Side, string>>,
  halves: Readonly<Record<Side, Half>>,
): Reading<Checks> {
  const problems: Problem[] = [];
  const having = (key: CheckKey): Checks => {
    const texts = sides.map((side) => halves[side].told.values[`${project}:${key}`]);
    const [source, destination] = texts.map((text) => (text === undefined ? undefined : parsedJson(text)));
    if (source !== undefined && destination !== undefined && !sameJson(source, destination)) {
      problems.push({
        where: key,
        what: `is one thing in stack ${stacks.source} and another in stack ${stacks.destination}`,
        todo: `Keep it in Pulumi.yaml alone: ${sides.map((side) => `pulumi config rm ${key} -s ${stacks[side]}`).join("; ")}`,
      });
      return noChecks;
    }
    return halves[source === undefined ? "destination" : "source"].settings.checks;
  };
  const value = { gates: having("gates").gates, before: having("before").before, after: having("after").after };
  return { value, problems };
}

/** A half, as what is asked there needs it. */
export function askedHalf(stack: string, { settings, told }: Half, cluster: string | undefined): AskedHalf {
  const keys = ["kubernetes:context", "kubernetes:kubeconfig"] as const;
  return {
    ...{ stack, connection: settings.connection, cluster },
    encrypted: keys.filter((key) => told.encrypted.includes(key)),
  };
}
