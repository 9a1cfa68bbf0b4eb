import { sides } from "../ordinals";
import { checkLeftovers, checkNames } from "./already";
import { checkBudgets } from "./budgets";
import { checkBothClusters, checkClock, checkCluster, checkLooks } from "./cluster";
import { checkConfig } from "./config";
import { checkEndings } from "./endings";
import { inOrder } from "./finding";
import type { Finding } from "./finding";
import { checkHealth } from "./health";
import { checkMounts } from "./mounts";
import { checkNodes } from "./nodes";
import { checkPods } from "./pods";
import { checkRights } from "./rights";
import { isSeen } from "./seen";
import type { Examined } from "./seen";
import { checkStorage, checkVolumes } from "./volumes";
import { checkWriters } from "./writers";

/** What only a step would meet: where none is asked for, it stops nobody. */
const ofSteps: ReadonlySet<string> = new Set(["health", "volumes", "storage", "nodes", "pods", "mounts"]);

/** Everything that would make a step fail or unsafe, of what was seen; the worst first. */
export function diagnose(examined: Examined): Finding[] {
  const found = sides.flatMap((side) => {
    const half = examined.halves[side];
    if (!isSeen(half)) return checkLooks(half);
    return [
      ...checkLooks(half),
      ...checkCluster(half, examined),
      ...checkClock(half),
      ...checkRights(half),
      ...checkHealth(half, examined),
      ...checkVolumes(half, examined),
      ...checkStorage(half, examined),
      ...checkNodes(half, examined),
      ...checkPods(half, examined),
      ...checkNames(half),
      ...checkWriters(half),
      ...checkBudgets(half, examined),
      ...checkEndings(half, examined),
      ...checkMounts(half, examined),
      ...checkLeftovers(half),
    ];
  });
  const all = [...found, ...checkBothClusters(examined), ...checkConfig(examined)];
  return inOrder(
    all.map((finding) =>
      finding.severity === "critical" && ofSteps.has(finding.check) && !examined.moving.asked
        ? { ...finding, severity: "error" }
        : finding,
    ),
  );
}
