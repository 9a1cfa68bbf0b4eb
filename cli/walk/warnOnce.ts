/** What Pulumi prints of an `up`, on its way to a person. */
export interface WarnOnce {
  /** Takes what was printed, cut anywhere. */
  readonly write: (text: string) => void;
  /** Writes what is left of a line: the `up` has ended. */
  readonly end: () => void;
}

/** A row of the table of resources that shows a warning's first line. */
const row = /^ .*\S +warning: (.*)$/;
/** A message of the diagnostics that is a warning. */
const message = /^ {4}warning: (.*)$/;
/** A line that goes on with the message above it. */
const goesOn = /^ {5,}\S/;

/**
 * Shows each warning once, however many ups give it: Pulumi prints it twice in each, in a row as soon as it comes and
 * among the diagnostics at the end. One of several lines stands in a row by its first line, and in full below.
 */
export function warnOnce(write: (text: string) => void): WarnOnce {
  const rows = new Set<string>();
  const messages = new Set<string>();
  /** Headings of the diagnostics below which nothing has been written yet. */
  let headings: string[] | undefined;
  let written = false;
  let warning: string[] = [];
  let rest = "";

  const show = (lines: readonly string[]): void => {
    const above = headings ?? [];
    if (headings !== undefined) headings = [];
    written = true;
    write([...above, ...lines].map((line) => `${line}\n`).join(""));
  };
  const endWarning = (): void => {
    const [first = "", ...others] = warning;
    warning = [];
    if (first === "") return;
    const text = [first, ...others].join("\n");
    const known = messages.has(text) || (others.length === 0 && rows.has(message.exec(first)?.[1] ?? ""));
    messages.add(text);
    if (!known) show([first, ...others]);
  };
  const diagnostic = (line: string): void => {
    if (warning.length > 0 && goesOn.test(line)) {
      warning.push(line);
      return;
    }
    endWarning();
    if (message.test(line)) warning.push(line);
    else if (/^ {2}\S.*:$/.test(line)) headings = [...(headings ?? []).filter((above) => !above.startsWith(" ")), line];
    // The blank line below a resource of which nothing was shown goes with it.
    else if (line !== "" || written) show([line]);
    if (line === "") written = false;
  };
  const take = (line: string): void => {
    if (line === "Diagnostics:") {
      headings = [line];
      written = false;
    } else if (headings !== undefined && (line === "" || line.startsWith(" "))) diagnostic(line);
    else {
      endWarning();
      headings = undefined;
      const first = row.exec(line)?.[1];
      if (first === undefined || !rows.has(first)) show([line]);
      if (first !== undefined) rows.add(first);
    }
  };
  return {
    write: (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(take);
    },
    end: () => {
      endWarning();
      headings = undefined;
      write(rest);
      rest = "";
    },
  };
}
