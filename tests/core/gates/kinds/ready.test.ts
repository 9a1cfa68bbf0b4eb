import { ready } from "../../../../core/gates/kinds/ready";
import type { GivenPod } from "../scene";
import { sceneOf, usesOf } from "../scene";

const { gate, before, after } = usesOf(ready);
const whole: readonly GivenPod[] = [
  { side: "source", ordinal: 0 },
  { side: "source", ordinal: 1 },
  { side: "destination", ordinal: 2 },
];
const why = (pods: readonly GivenPod[]): readonly string[] | undefined => gate?.why([], sceneOf(pods));

test("it is a gate alone, and the pods tell", () => {
  expect([before, after, gate?.asks(sceneOf(whole))]).toEqual([undefined, undefined, []]);
});

test("every ordinal Ready where it lives", () => {
  expect(why(whole)).toEqual([]);
});

test("one that is not Ready, one that is not there", () => {
  expect(
    why([
      { side: "source", ordinal: 0, ready: false },
      { side: "source", ordinal: 1 },
    ]),
  ).toEqual([
    "in the source Pod shop/web-0 is Running, and not Ready: nothing says why",
    "web-2 has no pod in the destination",
  ]);
});

test("an ordinal in both clusters, also while one of its pods is on its way out", () => {
  expect(why([...whole, { side: "source", ordinal: 2, terminating: true }])).toEqual(["web-2 is still in the source"]);
  expect(why([...whole, { side: "destination", ordinal: 0 }])).toEqual(["web-0 is still in the destination"]);
});

test("an ordinal in the wrong cluster, one that is being deleted, and one beyond the set", () => {
  const pods: readonly GivenPod[] = [
    { side: "source", ordinal: 0 },
    { side: "source", ordinal: 1, terminating: true },
    { side: "source", ordinal: 2 },
    { side: "source", ordinal: 3 },
  ];
  expect(why(pods)).toEqual([
    "in the source Pod shop/web-1 is being deleted since 2026-11-28T09:00:00Z",
    "web-2 has no pod in the destination",
    "web-2 is still in the source",
    "web-3 is in the source, and beyond the set",
  ]);
});
