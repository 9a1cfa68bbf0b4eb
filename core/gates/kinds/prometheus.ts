import { lastLine } from "../ask";
import type { Answer, HttpAsk } from "../ask";
import { at, listAt, parsedJson } from "../../json";
import type { Kind } from "../kind";
import { asksOf, readTarget } from "./http";

/** The most series that are named in one sentence. */
const mostNamed = 3;

interface Bounds {
  readonly atMost: number | undefined;
  readonly atLeast: number | undefined;
}

/**
 * `prometheus`: every value of an instant query lies within bounds. Where the query finds nothing it does not hold: nobody knows
 * then. The API is https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries.
 */
export const prometheus: Kind = (options) => {
  const query = options.needed("query", "a PromQL query");
  const any = { whole: false };
  const bounds: Bounds = {
    atMost: options.number("atMost", -Infinity, Infinity, any),
    atLeast: options.number("atLeast", -Infinity, Infinity, any),
  };
  if (!options.has("atMost") && !options.has("atLeast")) {
    options.problem({ what: "has no bound", legal: "atMost, atLeast or both" });
  }
  const target = readTarget(options, "");
  return {
    gate: {
      asks: (scene) => asksOf(target, scene).map(({ ask }) => withQuery(ask, query)),
      why: (answers, scene) => {
        const targets = target(scene);
        if (typeof targets === "string") return [targets];
        return answers.flatMap((answer, index) => whyNot(answer, targets[index]?.name ?? "", bounds));
      },
    },
  };
};

function withQuery(ask: HttpAsk, query: string): HttpAsk {
  const path = `/api/v1/query?${new URLSearchParams({ query }).toString()}`;
  const { to } = ask;
  if ("url" in to) return { ...ask, to: { ...to, url: `${to.url.replace(/\/$/, "")}${path}` } };
  return { ...ask, to: { ...to, path: `${to.path.replace(/\/$/, "")}${path}` } };
}

function whyNot(answer: Answer, name: string, bounds: Bounds): string[] {
  if ("trouble" in answer) return [`${name} does not answer: ${answer.trouble}`];
  const body = parsedJson(answer.output);
  if (at(body, "status") !== "success") {
    const error = at(body, "error");
    const said = lastLine(typeof error === "string" ? error : answer.output);
    return [`${name} answers ${answer.code}${said === undefined ? "" : `: ${said}`}`];
  }
  const series = valuesOf(body);
  if (series.length === 0) return [`${name}: the query finds nothing`];
  const outside = series.flatMap(({ labels, value }) => {
    const why = whyOutside(value, bounds);
    return why === undefined ? [] : [`${labels === "" ? "the value" : labels} is ${why}`];
  });
  const more = outside.length > mostNamed ? [`${outside.length - mostNamed} more are outside`] : [];
  return [...outside.slice(0, mostNamed), ...more];
}

/** NaN lies within no bounds. */
function whyOutside(value: number, { atMost, atLeast }: Bounds): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (atMost !== undefined && value > atMost) return `${value}, above ${atMost}`;
  if (atLeast !== undefined && value < atLeast) return `${value}, below ${atLeast}`;
  return undefined;
}

interface Series {
  readonly labels: string;
  readonly value: number;
}

/** A vector has a value for each series, a scalar one; anything else has none. */
function valuesOf(body: unknown): Series[] {
  const type = at(body, "data", "resultType");
  if (type === "scalar") return [{ labels: "", value: numberOf(listAt(body, "data", "result")[1]) }];
  if (type !== "vector") return [];
  return listAt(body, "data", "result").map((each) => {
    const labels = Object.entries((at(each, "metric") ?? {}) as Record<string, unknown>);
    const text = labels.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(", ");
    return { labels: text === "" ? "" : `{${text}}`, value: numberOf(listAt(each, "value")[1]) };
  });
}

/** Prometheus writes numbers as text, infinite ones as `+Inf` and `-Inf`. */
function numberOf(value: unknown): number {
  return Number(String(value).replace("Inf", "Infinity"));
}
