import { podsAgain } from "../../live/pods";
import { pod } from "../core/builders";
import { FakeCluster } from "./fakeCluster";

const again = (cluster: FakeCluster, leaving: readonly number[], seen = [0, 1, 2].map((n) => pod(`web-${n}`))) =>
  podsAgain(cluster, "shop", { name: "web", seen, leaving });
const other = (name: string) => ({ ...pod("web-0"), metadata: { ...pod("web-0").metadata, name } });

test("of the pods that stay only the names are asked for; those that leave are read again", async () => {
  const made = { ...pod("web-2"), metadata: { ...pod("web-2").metadata, uid: "another" } };
  const cluster = new FakeCluster("uid", pod("web-0"), pod("web-1"), made);
  expect(await again(cluster, [2])).toEqual([made]);
  expect(cluster.requests).toEqual(["pod names", "pod web-2"]);
});

test("pods of others are read again, seen or not, and pods of the set that were not seen", async () => {
  const cluster = new FakeCluster("uid", pod("web-0"), pod("web-3"), other("backup"), other("web"));
  expect(await again(cluster, [], [pod("web-0"), pod("web-1"), other("backup")])).toEqual([
    pod("web-3"),
    other("backup"),
    other("web"),
  ]);
  expect(cluster.requests).toEqual(["pod names", "pod web-3", "pod backup", "pod web"]);
});

test("many others come in one list", async () => {
  const others = Array.from({ length: 13 }, (_, n) => other(`backup-${n}`));
  const cluster = new FakeCluster("uid", pod("web-0"), ...others);
  expect(await again(cluster, [])).toEqual([pod("web-0"), ...others]);
  expect(cluster.requests).toEqual(["pod names", "pods"]);
});
