import { withoutSecrets } from "../../../live/client/withoutSecrets";

test.each([
  ["Authorization: Bearer abcdefgh12345", /abcdefgh/],
  ['{"token":"hunter2","x":1}', /hunter2/],
  ["password=hunter2, next", /hunter2/],
  ["got eyJhbGciOi.eyJzdWIi.c2ln from the server", /eyJ/],
  ["cannot reach https://jo:hunter2@proxy:3128/", /hunter2/],
])("%s", (text, secret) => {
  expect(withoutSecrets(text)).not.toMatch(secret);
  expect(withoutSecrets(text)).toContain("[secret]");
});

test("ordinary messages stay as they are", () => {
  const text = 'pods is forbidden: User "system:serviceaccount:shop:web" cannot list resource "pods"';
  expect(withoutSecrets(text)).toBe(text);
});
