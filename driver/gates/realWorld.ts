import { setTimeout as sleep } from "node:timers/promises";
import { usualTimeLimitMs } from "../../core/gates/ask";
import type { Answer, Ask, HttpAsk, SecretPlace } from "../../core/gates/ask";
import { rangeOfSet } from "../../core/kubernetes";
import type { OrdinalRange, Side } from "../../core/ordinals";
import { Unreachable } from "../../live/client/cluster";
import { AskedCluster, notAnswered } from "../../live/gates/clusterAsk";
import { getDirectly } from "../../live/gates/httpGet";
import { tcpConnect } from "../../live/gates/tcpConnect";
import type { Pulumi } from "../pulumi";
import { NoSecret, openConnection, secretConfig } from "../secretConfig";
import { runLocally } from "./localCommand";
import type { Asked, World } from "./world";

/** The real outside of a walk. It connects to nothing before the first question. */
export function realWorld(about: Asked, pulumi: Pulumi, env: NodeJS.ProcessEnv): World {
  return new RealWorld(about, pulumi, env);
}

class RealWorld implements World {
  private readonly clusters = new Map<Side, Promise<AskedCluster>>();
  private readonly secrets = new Map<string, Promise<string>>();
  private readonly values = new Set<string>();

  public constructor(
    private readonly about: Asked,
    private readonly pulumi: Pulumi,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  public readonly pods: World["pods"] = async () => {
    const pods = async (side: Side) => (await this.cluster(side)).pods();
    const [source, destination] = await Promise.all([pods("source"), pods("destination")]);
    return { source, destination };
  };

  public readonly ranges: World["ranges"] = async () => {
    const range = async (side: Side): Promise<OrdinalRange | undefined> => {
      const set = await (await this.cluster(side)).set(this.about.set.name);
      return set && rangeOfSet(set);
    };
    const [source, destination] = await Promise.all([range("source"), range("destination")]);
    return { source, destination };
  };

  public readonly ask: World["ask"] = async (ask) => {
    try {
      return await this.answer(ask);
    } catch (error) {
      if (error instanceof NoSecret) return { trouble: error.message, lasting: true };
      if (error instanceof Unreachable) return notAnswered(error);
      throw error;
    }
  };

  public readonly withoutSecrets: World["withoutSecrets"] = (text) =>
    [...this.values].reduce((shown, value) => shown.replaceAll(value, "[secret]"), text);

  public readonly nowMs: World["nowMs"] = () => performance.now();

  public readonly pause: World["pause"] = (ms) => sleep(ms);

  private async answer(ask: Ask): Promise<Answer> {
    switch (ask.type) {
      case "exec": {
        const secret = ask.secret && (await this.secret(ask.side, ask.secret.place));
        return (await this.cluster(ask.side)).exec(ask, secret);
      }
      case "http":
        return this.get(ask);
      case "tcp":
        return tcpConnect(ask.host, ask.port, ask.timeLimitMs ?? usualTimeLimitMs);
      case "command":
        return runLocally(ask, this.about.folder, this.env);
    }
  }

  private async get(ask: HttpAsk): Promise<Answer> {
    const { to, timeLimitMs = usualTimeLimitMs } = ask;
    if (!("url" in to)) return (await this.cluster(to.side)).get(to, ask);
    const { url, authorization } = to;
    const header = authorization && (await this.secret(authorization.side, authorization.place));
    return getDirectly(new URL(url), header, timeLimitMs);
  }

  /** Opened once, and only if it is the cluster that the last `up` of this half was in. */
  private cluster(side: Side): Promise<AskedCluster> {
    const known = this.clusters.get(side);
    if (known !== undefined) return known;
    const opened = this.open(side);
    this.clusters.set(side, opened);
    // One that did not answer is opened again by the next question.
    opened.catch(() => this.clusters.delete(side));
    return opened;
  }

  private async open(side: Side): Promise<AskedCluster> {
    const half = this.about.halves[side];
    const cluster = new AskedCluster(await openConnection(half, this.pulumi), this.about.set.namespace);
    const uid = await cluster.uid();
    if (half.cluster !== undefined && uid !== half.cluster) {
      const what = `is another cluster than that of the last up of stack ${half.stack}: nothing is asked there`;
      throw new Unreachable(`${cluster.describe()} ${what}. Correct kubernetes:context.`);
    }
    return cluster;
  }

  private secret(side: Side, place: SecretPlace): Promise<string> {
    const name = JSON.stringify([side, place]);
    const known = this.secrets.get(name);
    if (known !== undefined) return known;
    const read = this.readSecret(side, place);
    this.secrets.set(name, read);
    read.catch(() => this.secrets.delete(name));
    return read;
  }

  private async readSecret(side: Side, place: SecretPlace): Promise<string> {
    const given = "config" in place ? await this.config(side, place.config) : await this.secretOf(side, place);
    const value = given.replace(/\r?\n$/, "");
    const where = "config" in place ? `config ${place.config}` : `key ${place.key} of Secret ${place.secret}`;
    if (value === "") throw new NoSecret(`${where} in the ${side} is empty`);
    // It is sent as one line.
    if (/[\r\n\0]/.test(value)) throw new NoSecret(`${where} in the ${side} has more than one line`);
    this.values.add(value);
    return value;
  }

  private async secretOf(side: Side, { secret, key }: { secret: string; key: string }): Promise<string> {
    const value = await (await this.cluster(side)).secretValue(secret, key);
    if (value !== undefined) return value;
    throw new NoSecret(
      `there is no Secret ${secret} with the key ${key} in namespace ${this.about.set.namespace} of the ${side}`,
    );
  }

  private config(side: Side, key: string): Promise<string> {
    return secretConfig(this.pulumi, this.about.halves[side].stack, key);
  }
}
