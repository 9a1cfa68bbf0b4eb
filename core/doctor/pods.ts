import { at, isObject } from "../json";
import { thousandthsOf } from "../quantity";
import { titleOf } from "../kubernetes";
import { requestsOf } from "./nodes";
import { finder } from "./finding";
import type { Finding } from "./finding";
import { setTitle } from "./seen";
import type { Examined, SeenHalf } from "./seen";

/** Whether the API server that ordinals go to would take their pods. */
export function checkPods(half: SeenHalf, examined: Examined): Finding[] {
  const { side, seen, config, workload } = half;
  const { moving } = examined;
  if (moving.to !== side || moving.ordinals.length === 0) return [];
  const find = finder("pods", side);
  const refused =
    seen.podRefused === undefined
      ? []
      : [
          find(
            "critical",
            `pods of ${setTitle(examined)}`,
            `would be refused there (tried, as a dry run): ${seen.podRefused}`,
            "Mend what it names: a policy, a quota, a webhook or something that the pods need",
          ),
        ];
  const count = moving.ordinals.length;
  const one = requestsOf(workload.set.spec.template.spec);
  const templates =
    config.volumes === "fresh" || side === "destination" ? (workload.set.spec.volumeClaimTemplates ?? []) : [];
  const storage = templates.reduce(
    (sum, { spec }) => sum + thousandthsOf(at(spec, "resources", "requests", "storage")),
    0,
  );
  const wanted: Readonly<Record<string, number>> = {
    pods: 1_000,
    "count/pods": 1_000,
    ...Object.fromEntries(
      Object.entries(one).flatMap(([name, amount]) => [
        [name, amount],
        [`requests.${name}`, amount],
      ]),
    ),
    persistentvolumeclaims: templates.length * 1_000,
    "count/persistentvolumeclaims": templates.length * 1_000,
    "requests.storage": storage,
  };
  return [
    ...refused,
    ...seen.quotas.flatMap((quota) => {
      const [hard, used] = ["hard", "used"].map((name) => at(quota, "status", name) ?? at(quota, "spec", name));
      return Object.entries(isObject(hard) ? hard : {}).flatMap(([name, limit]) => {
        const each = wanted[name] ?? 0;
        if (each === 0) return [];
        const free = thousandthsOf(limit) - thousandthsOf(at(used, name) ?? 0);
        const room = Math.max(0, Math.floor(free / each));
        if (room >= count) return [];
        return [
          find(
            room < examined.batch ? "error" : "warning",
            titleOf(quota),
            `leaves room for ${room} of the ${count} ordinals that are to come (${name}: hard ${JSON.stringify(limit)}, used ${JSON.stringify(at(used, name) ?? 0)})`,
            "Raise it before the move",
          ),
        ];
      });
    }),
  ];
}
