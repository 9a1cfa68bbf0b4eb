import { shellWord } from "../../core/shell";

test.each([
  ["examples/web_1.2,a=b:c@d%e+f-g", "examples/web_1.2,a=b:c@d%e+f-g"],
  ["", "''"],
  ["two words", "'two words'"],
  ["$HOME", "'$HOME'"],
  ["it's what's there", "'it'\\''s what'\\''s there'"],
])("%j is %s", (text, word) => {
  expect(shellWord(text)).toBe(word);
});
