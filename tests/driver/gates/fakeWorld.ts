import type { Answer, Ask } from "../../../core/gates/ask";
import type { Pod } from "../../../core/kubernetes";
import { ordinalsOf, rangeOf, sides } from "../../../core/ordinals";
import type { OrdinalRange, Side } from "../../../core/ordinals";
import type { World } from "../../../driver/gates/world";
import type { FakePulumi } from "../fakePulumi";

/** An outside in which the pods are where the halves of the fake Pulumi have them, and time passes only while someone rests. */
export class FakeWorld implements World {
  /** Every question, as text. */
  public readonly asked: string[] = [];
  /** Names of pods that are not Ready. */
  public readonly unready = new Set<string>();
  /** What a question is answered; undefined: it ended well. */
  public answers: (ask: Ask) => Answer | undefined = () => undefined;
  /** Called whenever someone rests. */
  public resting: () => void = () => undefined;
  /** What each half's live set has, where it is not what its last `up` has made. */
  public live: Partial<Record<Side, OrdinalRange>> = {};
  public timeMs = 0;

  public constructor(private readonly pulumi: FakePulumi) {}

  public readonly nowMs = (): number => this.timeMs;

  public readonly pause = (ms: number): Promise<void> => {
    this.timeMs += ms;
    this.resting();
    return Promise.resolve();
  };

  public readonly withoutSecrets = (text: string): string => text.replaceAll("hunter2", "[secret]");

  public readonly ranges: World["ranges"] = () => {
    const { state, world } = this.pulumi;
    const [source, destination] = sides.map((side, at) => {
      const index = state[at]?.live?.index;
      return index === undefined ? undefined : rangeOf(side, world.set, index);
    });
    return Promise.resolve({ source, destination, ...this.live });
  };

  public readonly pods: World["pods"] = async () => {
    const ranges = await this.ranges();
    const pods = (range: OrdinalRange | undefined): Pod[] => (range ? ordinalsOf(range) : []).map((o) => this.pod(o));
    return { source: pods(ranges.source), destination: pods(ranges.destination) };
  };

  public readonly ask: World["ask"] = (ask) => {
    this.asked.push("command" in ask ? ask.command.join(" ") : ask.type);
    return Promise.resolve(this.answers(ask) ?? { code: 0, output: "", errors: "" });
  };

  private pod(ordinal: number): Pod {
    const name = `web-${ordinal}`;
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default" },
      status: { phase: "Running", conditions: [{ type: "Ready", status: this.unready.has(name) ? "False" : "True" }] },
    };
  }
}
