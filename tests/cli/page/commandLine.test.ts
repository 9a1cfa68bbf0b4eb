import { commandLine, portablePath, portableText } from "../../../cli/page/commandLine";

test("the command line again, without what only says where the answer goes", () => {
  expect(commandLine({})).toBe("cutover rehearse");
  const flags = { manifests: ["a.yaml", "b c.yaml"], namespace: "it's", from: "3", to: "1", oneWay: true, batch: "2" };
  expect(commandLine({ ...flags, configDir: "examples/web", json: true, html: "x.html" })).toBe(
    "cutover rehearse --config-dir examples/web --manifests a.yaml 'b c.yaml' --namespace 'it'\\''s' --from 3 --to 1 --one-way --batch 2",
  );
});

test.each([
  ["web.yaml", "web.yaml"],
  ["./k8s/web.yaml", "./k8s/web.yaml"],
  ["/srv/app/k8s/web.yaml", "k8s/web.yaml"],
  ["/srv/app", "."],
  ["/home/ada/web.yaml", "web.yaml"],
  ["../ada/web.yaml", "web.yaml"],
])("the path %s is %s for others to read", (path, portable) => {
  expect(portablePath(path, "/srv/app")).toBe(portable);
});

test("folders of this machine are taken out of messages", () => {
  const text = portableText(["/home/ada/web.yaml", "a.yaml"], "/srv/app");
  expect(text("/home/ada/web.yaml and /srv/app/a.yaml, not /srv/application")).toBe(
    "web.yaml and a.yaml, not /srv/application",
  );
  expect(portableText([], "/")("/etc/x")).toBe("/etc/x");
});
