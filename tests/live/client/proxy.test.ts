import { proxyFor } from "../../../live/client/proxy";

const proxied = (server: string, environment: Record<string, string>) => proxyFor(new URL(server), environment);

test("by the scheme of the server", () => {
  const environment = { HTTPS_PROXY: "http://secure:1", http_proxy: "plain:2", NO_PROXY: "" };
  expect(proxied("https://api.test", environment)).toBe("http://secure:1");
  expect(proxied("http://api.test", environment)).toBe("http://plain:2");
  expect(proxied("https://api.test", { HTTPS_PROXY: "", https_proxy: "http://low:3" })).toBe("http://low:3");
  expect(proxied("https://api.test", {})).toBeUndefined();
});

test.each(["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])("never for %s", (host) => {
  expect(proxied(`https://${host}:6443`, { HTTPS_PROXY: "http://p:1" })).toBeUndefined();
});

test.each<[string, string, boolean]>([
  ["*", "https://api.test", true],
  ["test", "https://api.test", true],
  [".test", "https://api.test", true],
  ["*.test", "https://api.test", true],
  [".api.test", "https://api.test", false],
  ["api.test", "https://API.test", true],
  ["pi.test", "https://api.test", false],
  ["api.test:6443", "https://api.test:6443", true],
  ["api.test:6443", "https://api.test", false],
  ["api.test:443", "https://api.test", true],
  ["10.0.0.0/8", "https://10.1.2.3:6443", true],
  ["10.0.0.0/16", "https://10.1.2.3:6443", false],
  ["0.0.0.0/0", "https://10.1.2.3", true],
  ["10.0.0.0/8", "https://api.test", false],
  ["10.0.0.0/99", "https://10.1.2.3", false],
  ["10.1.2.3", "https://10.1.2.3:6443", true],
  ["fd00::1", "https://[fd00::1]:6443", true],
  ["other.test, api.test", "https://api.test", true],
])("NO_PROXY=%s and %s: excepted %s", (exceptions, server, excepted) => {
  const proxy = proxied(server, { HTTPS_PROXY: "http://p:1", NO_PROXY: exceptions });
  expect(proxy).toBe(excepted ? undefined : "http://p:1");
});
