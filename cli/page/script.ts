import { markup } from "./markup";

/**
 * All that the page does by script, and it is whole without: a button that opens and closes every step, and steps opened
 * for printing in browsers whose style sheets cannot do that.
 */
export const script = markup`
const steps = [...document.querySelectorAll("details")];
const toggle = document.getElementById("toggle");
const say = () => { toggle.textContent = steps.every((step) => step.open) ? "Close all" : "Open all"; };
toggle.hidden = steps.length === 0;
toggle.addEventListener("click", () => {
  const open = !steps.every((step) => step.open);
  for (const step of steps) step.open = open;
  say();
});
for (const step of steps) step.addEventListener("toggle", say);
let closed = [];
addEventListener("beforeprint", () => {
  closed = steps.filter((step) => !step.open);
  for (const step of closed) step.open = true;
});
addEventListener("afterprint", () => {
  for (const step of closed) step.open = false;
});
say();
`;
