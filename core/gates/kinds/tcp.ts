import type { Kind } from "../kind";

/** `tcp`: something listens at a host and port, seen from this machine. */
export const tcp: Kind = (options) => {
  const host = options.needed("host", "a host name or address");
  const port = options.port("port") ?? 0;
  if (!options.has("port")) options.report("port", "is missing", "a number from 1 to 65535");
  const timeLimitMs = options.duration("timeLimit");
  return {
    gate: {
      asks: () => [{ type: "tcp", host, port, ...(timeLimitMs === undefined ? {} : { timeLimitMs }) }],
      why: (answers) =>
        answers.flatMap((answer) =>
          "trouble" in answer ? [`${host}:${port} does not listen: ${answer.trouble}`] : [],
        ),
    },
  };
};
