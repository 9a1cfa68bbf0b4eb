import { difference, parseRequests, readsOf, requestsOfAStep, writesOf } from "../../../dev/bench/requests";

const metrics = [
  "# HELP apiserver_request_total [STABLE] Counter of apiserver requests.",
  "# TYPE apiserver_request_total counter",
  'apiserver_request_total{code="200",group="apps",resource="statefulsets",subresource="",verb="GET",version="v1"} 3',
  'apiserver_request_total{code="404",group="apps",resource="statefulsets",subresource="",verb="GET",version="v1"} 1',
  'apiserver_request_total{code="200",group="",resource="pods",subresource="",verb="LIST",version="v1"} 2',
  'apiserver_request_total{code="200",group="",resource="pods",subresource="",verb="WATCH",version="v1"} 9',
  'apiserver_request_total{code="200",group="coordination.k8s.io",resource="leases",subresource="",verb="PUT",version="v1"} 80',
  'apiserver_request_total{code="200",group="",resource="",subresource="/metrics",verb="GET",version=""} 5',
  'apiserver_request_total{code="201",group="",resource="pods",subresource="binding",verb="POST",version="v1"} 1e+03',
  'apiserver_request_duration_seconds_count{group="",resource="pods",verb="GET"} 70',
].join("\n");

test("counts by verb what the API server has answered, without streams, heartbeats and the benchmark's own", () => {
  expect(parseRequests(metrics)).toEqual({ GET: 4, LIST: 2, POST: 1000 });
});

test("a verb that was not there before counts from 0", () => {
  expect(difference({ GET: 7, APPLY: 2 }, { GET: 4 })).toEqual({ GET: 3, APPLY: 2 });
});

test("a step is the median, less what idle clusters ask for in the same time", () => {
  const idle = { ms: 10_000, requests: { GET: 20, PATCH: 10 } };
  const steps = [
    { ms: 5_000, requests: { GET: 40, PATCH: 5, POST: 3 } },
    { ms: 5_000, requests: { GET: 41, PATCH: 6, POST: 3 } },
    { ms: 10_000, requests: { GET: 99, PATCH: 10, POST: 3 } },
  ];
  expect(requestsOfAStep(steps, idle)).toEqual({ GET: 31, POST: 3 });
});

test("reads are GET and LIST, all else writes", () => {
  const requests = { GET: 10, LIST: 2, POST: 3, APPLY: 4, DELETE: 1 };
  expect([readsOf(requests), writesOf(requests)]).toEqual([12, 8]);
});
