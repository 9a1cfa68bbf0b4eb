/** A piece of markup. Only `markup` makes one, so that text can never become markup by accident. */
class Fragment {
  readonly #text: string;

  public constructor(text: string) {
    this.#text = text;
  }

  public toString(): string {
    return this.#text;
  }
}

/** Markup that is safe to put into a page. */
export type Markup = Fragment;

/** What may stand in markup: text, which is escaped, and other markup, which is not. */
export type Content = Markup | string | number | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Tag of a template of HTML: whatever is put into it is escaped, unless it is markup itself. Attributes must be quoted.
 * (Not called `html`, so that Prettier leaves the white space alone.)
 */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Fragment(parts.map((part, at) => part + textOf(contents[at] ?? "")).join(""));
}

function textOf(content: Content): string {
  if (content instanceof Fragment) return content.toString();
  if (typeof content === "object") return content.map(textOf).join("");
  return String(content).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
