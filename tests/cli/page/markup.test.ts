import { markup } from "../../../cli/page/markup";

test("text is escaped, in elements and in attributes", () => {
  expect(markup`<b title="${`"'`}">${"<script>&amp;"}</b>`.toString()).toBe(
    '<b title="&quot;&#39;">&lt;script&gt;&amp;amp;</b>',
  );
});

test("markup is put in as it is, also in lists", () => {
  const items = ["<a>", "b"].map((text) => markup`<li>${text}</li>`);
  expect(markup`<ul>${items}</ul>${1}${["<", [markup`<br>`]]}`.toString()).toBe(
    "<ul><li>&lt;a&gt;</li><li>b</li></ul>1&lt;<br>",
  );
});

test("what only looks like markup is text", () => {
  const lookalike = { toString: () => "<script>" };
  // @ts-expect-error only `markup` makes markup
  expect(() => markup`${lookalike}`.toString()).toThrow();
});
