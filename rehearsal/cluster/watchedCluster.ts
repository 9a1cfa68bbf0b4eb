import type { SimulatedClusterOptions } from "./clusterOptions";
import { SimulatedCluster } from "./simulatedCluster";

/** A cluster that is looked at after everything that happens in it: what was written between two ticks counts too. */
export class WatchedCluster extends SimulatedCluster {
  private seen = 0;

  /**
   * @param look is called when something has happened. What is no event is nothing that an invariant looks at.
   * @param like what it starts as.
   */
  public constructor(
    options: SimulatedClusterOptions,
    private readonly look: () => void,
    like?: SimulatedCluster,
  ) {
    super(options, like);
  }

  public override tick(): boolean {
    this.lookIfNew();
    const changed = super.tick();
    this.lookIfNew();
    return changed;
  }

  private lookIfNew(): void {
    if (this.events.length === this.seen) return;
    this.seen = this.events.length;
    this.look();
  }
}
