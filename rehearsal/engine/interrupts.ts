import type { WriteProbe } from "./kubernetesProvider";
import { EngineStopped } from "./monitor";
import type { Interrupt, ResourceState } from "./state";

/** The schedule killed the engine: nothing after this is done or recorded. */
export class Killed extends EngineStopped {
  public constructor(when: string) {
    super(`killed by the schedule ${when}`);
  }
}

/** Breaks one run where a schedule says so. */
export class Breaker {
  private writes = 0;

  /** @param interrupt where to break; undefined: nowhere. */
  public constructor(private readonly interrupt: Interrupt | undefined) {}

  /** What happens around the next write, which is of this resource. */
  public next(resource: ResourceState): WriteProbe {
    this.writes += 1;
    const hits = (kind: Interrupt["kind"]): boolean => this.matches(kind, resource);
    return {
      before: () => {
        if (hits("killBeforeWrite")) throw new Killed(`before it wrote ${resource.name}`);
        if (hits("failBeforeWrite")) throw new Error(`the schedule fails the write of ${resource.name}`);
      },
      after: () => {
        if (hits("killAfterWrite")) throw new Killed(`after it wrote ${resource.name}`);
        return hits("failAfterWrite") ? [`the schedule gives up waiting for ${resource.name}`] : undefined;
      },
    };
  }

  /** The step of a resource is done and recorded. */
  public stepDone(resource: ResourceState): void {
    if (this.matches("killAfterStep", resource)) throw new Killed(`after the step of ${resource.name}`);
  }

  /** Everything is done but the outputs. */
  public beforeOutputs(): void {
    if (this.interrupt?.kind === "killBeforeOutputs") throw new Killed("before it recorded the outputs");
  }

  private matches(kind: Interrupt["kind"], { name, urn }: ResourceState): boolean {
    const interrupt = this.interrupt;
    if (interrupt?.kind !== kind || !("resource" in interrupt)) return false;
    return [this.writes, name, urn].includes(interrupt.resource);
  }
}
