import { renderProblem } from "../../core/userError";
import { readLeaveOut } from "../../settings/leaveOut";

const told = (text: string): string[] =>
  readLeaveOut(text, "Change leaveOut in Pulumi.yaml").problems.map(renderProblem);

test("entries, in the order of the config", () => {
  const entries = ["Deployment/proxy", "Job/*", "Role/system:reader", "Certificate.cert-manager.io/web"];
  expect(readLeaveOut(JSON.stringify(entries), "")).toEqual({ value: entries, problems: [] });
  expect(readLeaveOut(undefined, "")).toEqual({ value: [], problems: [] });
});

const form = "Kind/name, Kind/* for all of a kind, or Kind.group/name, such as Deployment/proxy";

test.each([
  "Deployment",
  "/proxy",
  "Deployment/",
  "*/proxy",
  "Deployment/web-*",
  "Deployment proxy",
  "a/b/c",
  "",
  5,
  null,
])("%j names no object", (entry) => {
  expect(told(JSON.stringify([entry]))).toEqual([
    `leaveOut[0] names no object (received ${JSON.stringify(entry)}); legal: ${form}. Change leaveOut in Pulumi.yaml`,
  ]);
});

test("no list, and one entry twice", () => {
  expect(told("Deployment/proxy")).toEqual([
    `leaveOut is a string; legal: a list of ${form}. Change leaveOut in Pulumi.yaml`,
  ]);
  expect(told('["Job/*","Job/a","Job/*"]')).toEqual([
    `leaveOut[2] is the same as leaveOut[0] (received "Job/*"); legal: ${form}. Change leaveOut in Pulumi.yaml`,
  ]);
});
