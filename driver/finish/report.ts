import type { Side } from "../../core/ordinals";
import type { Finish, FinishStage } from "../../core/finish/finish";
import type { Problem } from "../../core/userError";
import type { Connection } from "../../live/client/cluster";
import type { TidiedCluster } from "../../live/finish/tidy";
import type { Pulumi } from "../pulumi";

/** One stage, and what it does, in words. */
export interface PlannedStage {
  readonly stage: FinishStage;
  readonly words: string;
}

/** What will be done at the end of a move. */
export interface FinishPlan {
  readonly set: Finish["set"];
  readonly stacks: Readonly<Record<Side, string>>;
  /** The half that holds all, and stays. */
  readonly holder: Side;
  readonly stages: readonly PlannedStage[];
  /** What will be left where the other half was, and what is to be kept here, a sentence each. */
  readonly stays: readonly string[];
}

/** What the end of a move works on. */
export interface FinishPorts {
  readonly pulumi: Pulumi;
  readonly open: (connection: Connection) => TidiedCluster;
  /** Asks whether these stages are wanted. */
  readonly confirm: (plan: FinishPlan) => Promise<boolean>;
}

/** How one stage went. */
export interface StageReport {
  readonly stage: FinishStage;
  readonly outcome: "done" | "failed";
  readonly ms: number;
}

/** How the end of a move went. */
export interface FinishReport extends Omit<FinishPlan, "stages"> {
  /** What was planned. */
  readonly planned: readonly PlannedStage[];
  /** What was done. */
  readonly stages: readonly StageReport[];
  /**
   * `finished`: all is done, or was already. `planned`: nothing was done, as asked. `declined`: nobody said yes. `stopped`: a stage
   * failed or someone asked to stop, and `problems` say what to do.
   */
  readonly outcome: "finished" | "planned" | "declined" | "stopped";
  readonly problems: readonly Problem[];
}

/** Told of it while it goes on. */
export interface FinishListener {
  /** All that could be proven is, and nothing has been done yet. */
  readonly planned?: (plan: FinishPlan, warnings: readonly string[]) => void;
  readonly started?: (stage: PlannedStage, number: number, of: number) => void;
  readonly ended?: (stage: StageReport) => void;
  /** One claim, volume or policy of a stage is done. */
  readonly progress?: (what: string) => void;
  /** What Pulumi prints. */
  readonly output?: (text: string) => void;
}
