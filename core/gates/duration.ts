/** What `parseDuration` reads, for messages. */
export const durationForm = "a length of time such as 500ms, 5s, 10m or 1m30s";

const form = /^(?=\d)(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?(?:(\d{1,9})ms)?$/;

/** A length of time as Kubernetes and Go write it, in milliseconds; 0 needs no unit. Undefined if it is none. */
export function parseDuration(value: unknown): number | undefined {
  if (value === 0 || value === "0") return 0;
  const match = typeof value === "string" ? form.exec(value) : null;
  if (match === null) return undefined;
  const [, hours = 0, minutes = 0, seconds = 0, ms = 0] = match.map((part: string | undefined) => Number(part ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms;
}

/** A length of time as people read it: `0.4 s`, `12 s`, `3 min`, `1 h 20 min`. */
export function durationText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1).replace(/\.0$/, "")} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
