import { at } from "../json";
import { titleOf } from "../kubernetes";
import { asLabels, selects } from "../set/selectors";
import { finder } from "./finding";
import type { Finding } from "./finding";
import type { Examined, SeenHalf } from "./seen";

/**
 * Budgets for disruptions of the set's pods. A step asks none of them (the StatefulSet controller deletes, it does not evict), but
 * each cluster counts its own half only.
 */
export function checkBudgets({ side, seen, workload }: SeenHalf, { moving, set }: Examined): Finding[] {
  const find = finder("budgets", side);
  const labels = asLabels(workload.set.spec.template.metadata?.labels);
  return seen.budgets
    .filter((budget) => selects(at(budget, "spec", "selector"), labels) && at(budget, "spec", "selector") !== undefined)
    .flatMap((budget) => {
      const title = titleOf(budget);
      const [allowed, expected] = ["disruptionsAllowed", "expectedPods"].map((name) => at(budget, "status", name));
      const least = at(budget, "spec", "minAvailable");
      const isTight = allowed === 0 && typeof expected === "number" && expected > 0 && moving.to !== side;
      return [
        ...(isTight
          ? [
              find(
                "warning",
                title,
                "allows no disruption now: what it guards has no member to spare, and a step takes one away all the same (it asks no budget)",
                "Find out why: mend the pods first, or see that the application can do without one",
              ),
            ]
          : []),
        ...(typeof least === "number" && moving.ordinals.length > 0
          ? [
              find(
                "advice",
                title,
                `wants ${least} pods, and each cluster counts its own half only: while fewer than that are there, its nodes cannot be drained (the whole set has ${set.replicas})`,
                "Use maxUnavailable: 1, or take it away while the move lasts",
              ),
            ]
          : []),
      ];
    });
}
