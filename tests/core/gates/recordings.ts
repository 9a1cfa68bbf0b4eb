import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer } from "../../../core/gates/ask";

/** Answers of one situation of a system, by what was asked, such as `etcd-0 endpoint-status`. */
export type Recording = (question: string) => Answer;

/**
 * Answers that were recorded from a real server: see `recordings/README.md`. Fails where the recording does not have what it is
 * asked for.
 */
export function recorded(system: string, situation: string): Recording {
  const text = readFileSync(join(__dirname, "recordings", system, `${situation}.txt`), "utf8");
  const answers = new Map<string, { code: number; output: string; errors: string }>();
  for (const part of text.split(/^## /m).slice(1)) {
    const [head = "", ...lines] = part.split("\n");
    const body = lines.join("\n");
    const [, question = "", code] = /^(.*?) (?:exit (\d+)|stderr)$/.exec(head) ?? [];
    if (code !== undefined) answers.set(question, { code: Number(code), output: body, errors: "" });
    else answers.set(question, { code: 1, output: "", ...answers.get(question), errors: body });
  }
  return (question) => {
    const answer = answers.get(question);
    if (answer === undefined) throw new Error(`${system}/${situation} has no answer to ${question}`);
    return answer;
  };
}

/** A pod that is not there, or does not let anyone in. */
export const unreachable: Answer = { trouble: "the connection was refused" };
