/**
 * What the API servers count themselves: requests by verb, from their /metrics.
 */
import type { PlaygroundApi } from "../playground/api";
import { median } from "./statistics";

/** Number of requests by verb. */
export type Requests = Readonly<Record<string, number>>;

/** A window of time and the requests that fell into it. */
export interface Counted {
  readonly ms: number;
  readonly requests: Requests;
}

/** Streams and other long answers count when they end, not when they are asked for. */
const notCounted = new Set(["WATCH", "WATCHLIST", "CONNECT"]);
/** Requests that are never a step's: heartbeats, and those of the benchmark itself. */
const notOfAStep = [/\bresource="leases"/, /\bsubresource="\/(?:metrics|readyz|livez|healthz)/];
const reading = new Set(["GET", "LIST"]);

/** Requests so far by verb, as `apiserver_request_total` tells them. */
export function parseRequests(metrics: string): Requests {
  const requests: Record<string, number> = {};
  for (const line of metrics.split("\n")) {
    const [, labels = "", count] = /^apiserver_request_total\{(.*)\} (\S+)$/.exec(line) ?? [];
    const verb = /\bverb="([A-Z]+)"/.exec(labels)?.[1];
    if (verb === undefined || notCounted.has(verb) || notOfAStep.some((pattern) => pattern.test(labels))) continue;
    requests[verb] = (requests[verb] ?? 0) + Number(count);
  }
  return requests;
}

/** Requests to all these clusters together so far. */
export async function requestsSoFar(clients: readonly PlaygroundApi[]): Promise<Requests> {
  const texts = await Promise.all(clients.map((client) => client.text("GET", "/metrics")));
  return combined(texts.map(parseRequests), (counts) => counts.reduce((sum, count) => sum + count, 0));
}

/** What was added between two counts. */
export function difference(after: Requests, before: Requests): Requests {
  return combined([after, before], ([a = 0, b = 0]) => a - b);
}

/**
 * Requests of one step: the median over several, less what the clusters ask for in the same time when nothing happens.
 */
export function requestsOfAStep(steps: readonly Counted[], idle: Counted): Requests {
  const own = steps.map(({ ms, requests }) =>
    combined([requests, idle.requests], ([all = 0, other = 0]) => all - (other * ms) / idle.ms),
  );
  const rounded = Object.entries(combined(own, median)).map(([verb, count]) => [verb, Math.round(count)] as const);
  return Object.fromEntries(rounded.filter(([, count]) => count > 0));
}

/** How many of these requests read. */
export function readsOf(requests: Requests): number {
  return sum(requests, (verb) => reading.has(verb));
}

/** How many of these requests write. */
export function writesOf(requests: Requests): number {
  return sum(requests, (verb) => !reading.has(verb));
}

function sum(requests: Requests, counts: (verb: string) => boolean): number {
  return Object.entries(requests).reduce((total, [verb, count]) => (counts(verb) ? total + count : total), 0);
}

function combined(all: readonly Requests[], combine: (counts: readonly number[]) => number): Requests {
  const verbs = [...new Set(all.flatMap((requests) => Object.keys(requests)))].sort();
  return Object.fromEntries(verbs.map((verb) => [verb, combine(all.map((requests) => requests[verb] ?? 0))]));
}
