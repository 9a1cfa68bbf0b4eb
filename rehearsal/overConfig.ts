import { parsedJson } from "../core/json";
import { asOptions } from "../core/manifests/leaveOut";
import { shellWord } from "../core/shell";
import type { Problem } from "../core/userError";
import type { RehearsalOptions } from "./options";

/** The config's list with more in it, as JSON. What is no list stays, and is refused. */
export function together(text: string | undefined, more: readonly string[]): string {
  const given = text === undefined ? [] : parsedJson(text);
  return Array.isArray(given) ? JSON.stringify([...new Set([...(given as unknown[]), ...more])]) : (text ?? "");
}

/** Problems of keys that came from the command line are said of the option, and so is what to do without a config. */
export function forOptions(problems: readonly Problem[], options: RehearsalOptions): Problem[] {
  const noConfig = options.manifests !== undefined && options.configDir === undefined;
  return problems.map((given) => {
    const problem = noConfig && given.todo !== undefined ? { ...given, todo: asOptions(given.todo, shellWord) } : given;
    const { where, what, legal, todo } = problem;
    const [, entry = ""] = /^leaveOut: (.*)$/.exec(where) ?? [];
    if (options.leaveOut?.includes(entry) === true) return { ...problem, where: `--leave-out ${entry}` };
    const option = (["manifests", "namespace", "batch"] as const).find(
      (name) =>
        options[name] !== undefined && (where === name || where.startsWith(`${name}:`) || where.startsWith(`${name}[`)),
    );
    if (option === undefined) return problem;
    const received = "received" in problem ? { received: problem.received } : {};
    // Advice about config is of no use here.
    const instead = todo === undefined || /pulumi/i.test(todo) ? "Correct the option" : todo;
    return { where: `--${where}`, what, ...received, ...(legal === undefined ? {} : { legal }), todo: instead };
  });
}
