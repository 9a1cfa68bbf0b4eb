import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { readAccess, renderKubeconfig } from "../../../dev/playground/kubeconfig";

const SOURCE = {
  context: "source",
  server: "https://127.0.0.1:21000",
  certificateAuthority: "PEM S",
  token: "secret-s",
};
const DESTINATION = {
  context: "destination",
  server: "https://127.0.0.1:22000",
  certificateAuthority: "PEM D",
  token: "secret-d",
};

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "playground-test-"));
  file = join(folder, "kubeconfig");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("a kubeconfig has both contexts, checks the server's certificate, and starts at the first", () => {
  expect(parse(renderKubeconfig([SOURCE, DESTINATION]))).toEqual({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "source",
    clusters: [
      { name: "source", cluster: { server: "https://127.0.0.1:21000", "certificate-authority-data": "UEVNIFM=" } },
      { name: "destination", cluster: { server: "https://127.0.0.1:22000", "certificate-authority-data": "UEVNIEQ=" } },
    ],
    users: [
      { name: "source-admin", user: { token: "secret-s" } },
      { name: "destination-admin", user: { token: "secret-d" } },
    ],
    contexts: [
      { name: "source", context: { cluster: "source", user: "source-admin" } },
      { name: "destination", context: { cluster: "destination", user: "destination-admin" } },
    ],
  });
});

test("what was written is read again", () => {
  writeFileSync(file, renderKubeconfig([SOURCE, DESTINATION]));
  expect(readAccess(file, "destination")).toEqual({
    server: "https://127.0.0.1:22000",
    ca: "PEM D",
    token: "secret-d",
  });
});

test("client certificates are read too, inline or from files beside the kubeconfig", () => {
  writeFileSync(join(folder, "client.key"), "PEM KEY");
  writeFileSync(
    file,
    `
clusters: [{ name: kind, cluster: { server: "https://127.0.0.1:6443" } }]
users: [{ name: admin, user: { client-certificate-data: UEVNIEM=, client-key: client.key } }]
contexts: [{ name: kind-source, context: { cluster: kind, user: admin } }]
`,
  );
  expect(readAccess(file, "kind-source")).toEqual({ server: "https://127.0.0.1:6443", cert: "PEM C", key: "PEM KEY" });
});

test("an unknown context is refused with the known ones", () => {
  writeFileSync(file, renderKubeconfig([SOURCE, DESTINATION]));
  expect(() => readAccess(file, "soruce")).toThrow(`no context "soruce" in ${file} (it has: source, destination)`);
  writeFileSync(file, renderKubeconfig([]));
  expect(() => readAccess(file, "source")).toThrow(`no context "source" in ${file} (it has: none)`);
});
