import { claim, file, podTemplate, problemsIn, service, set, workloadIn } from "../manifest";
import type { Draft } from "../manifest";

const theSet = "web.yaml, document 1 (StatefulSet web)";
const inDestination = (spec: Draft, ...others: readonly Draft[]): readonly string[] =>
  workloadIn(file(set(spec), service(), ...others), { side: "destination" }).warnings;
const pods = (spec: Draft): Draft => ({ template: podTemplate(spec) });
const hostname = "kubernetes.io/hostname";
const required = (...terms: readonly Draft[]): Draft =>
  pods({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
  });
const isIn = (key: string, ...values: readonly string[]): Draft => ({ key, operator: "In", values });

const cases: readonly (readonly [title: string, spec: Draft, warning: string])[] = [
  [
    "a node",
    pods({ nodeName: "rack-1" }),
    "spec.template.spec.nodeName is for nodes by their names (metadata.name rack-1): where the destination has none of that name, " +
      "the pods are bound to it without the scheduler, deleted as orphans and made again, and never start. Change it in the " +
      "destination by patches",
  ],
  [
    "a node's label",
    pods({ nodeSelector: { [hostname]: "rack-1", pool: "db" } }),
    `spec.template.spec.nodeSelector is for nodes by their names (${hostname} rack-1): where the destination has none of that ` +
      "name, the pods stay Pending. Change it in the destination by patches",
  ],
  [
    "nodes in an affinity",
    required({ matchExpressions: [isIn(hostname, "a", "b")] }, { matchFields: [isIn("metadata.name", "c")] }),
    "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution is for nodes by their names " +
      `(${hostname} a or b; metadata.name c): where the destination has none of that name, the pods stay Pending. Change it in ` +
      "the destination by patches",
  ],
  [
    "a scheduler",
    pods({ schedulerName: "stork" }),
    "spec.template.spec.schedulerName is stork: without a scheduler of that name in the destination the pods stay Pending. See " +
      "that it runs there, or change the name in the destination by patches",
  ],
  [
    "a gate",
    pods({ schedulingGates: [{ name: "example.org/quota" }] }),
    "spec.template.spec.schedulingGates keep each pod Pending until somebody removes them: see that what does so runs in the " +
      "destination too",
  ],
  [
    "volumes by their labels",
    { volumeClaimTemplates: [claim({ selector: { matchLabels: { tier: "db" } } })] },
    "spec.volumeClaimTemplates[0].spec.selector needs PersistentVolumes with such labels, since volumes that are provisioned have " +
      "none: without it in the destination, a claim that is made there (volumes: fresh, or a set that grows) stays Pending, and " +
      "its pod does not start. What is carried brings its own",
  ],
  [
    "the one volume of the one pod",
    { replicas: 1, volumeClaimTemplates: [claim({ volumeName: "disk" })] },
    "spec.volumeClaimTemplates[0].spec.volumeName needs a PersistentVolume of that name: without it in the destination, a claim " +
      "that is made there (volumes: fresh, or a set that grows) stays Pending, and its pod does not start. What is carried brings " +
      "its own",
  ],
];

test.each(cases)("%s is named, and may not be in the destination", (_, spec, warning) => {
  expect(inDestination(spec)).toStrictEqual([`${theSet}: ${warning}`]);
  expect(workloadIn(file(set(spec), service())).warnings).toStrictEqual([]);
});

test.each<[title: string, spec: Draft]>([
  ["a pool of nodes", pods({ nodeSelector: { pool: "db" } })],
  [
    "a choice that names no node",
    required({ matchExpressions: [isIn(hostname, "a")] }, { matchExpressions: [isIn("pool", "db")] }),
  ],
  ["all nodes but some", required({ matchExpressions: [{ ...isIn(hostname, "a"), operator: "NotIn" }] })],
  ["the scheduler of Kubernetes", pods({ schedulerName: "default-scheduler", nodeName: "" })],
  ["nothing of a claim", { volumeClaimTemplates: [claim({ selector: null, volumeName: "" })] }],
])("%s is nothing to warn about", (_, spec) => {
  expect(inDestination(spec)).toStrictEqual([]);
});

test("nothing is said of what the destination's patches change", () => {
  const patch = { spec: { template: { spec: { nodeSelector: { [hostname]: null } } } } };
  const spec = pods({ nodeSelector: { [hostname]: "rack-1" } });
  const { warnings } = workloadIn(file(set(spec), service()), {
    side: "destination",
    patches: [{ kind: "StatefulSet", name: "web", patch }],
  });
  expect(warnings).toStrictEqual([]);
});

describe("node ports", () => {
  const door = (spec: Draft): Draft => service({ clusterIP: undefined, ...spec }, { name: "door" });
  const theDoor = "web.yaml, document 3 (Service door)";
  const local = { type: "LoadBalancer", externalTrafficPolicy: "Local" };

  test("that are fixed may be taken in the destination", () => {
    const ports = [{ port: 80, nodePort: 31000 }, { port: 81 }];
    const fixed = (path: string, port: number): string =>
      `${theDoor}: ${path} is fixed at ${port}, which another Service of the destination may have: its API server would then ` +
      "refuse this one. See that it is free there (kubectl get services --all-namespaces), or change it in the destination by patches";
    expect(inDestination({}, door({ ...local, ports, healthCheckNodePort: 31500 }))).toStrictEqual([
      fixed("spec.ports[0].nodePort", 31000),
      fixed("spec.healthCheckNodePort", 31500),
    ]);
  });

  test("that are not are nothing to warn about", () => {
    expect(inDestination({}, door({ type: "NodePort", ports: [{ port: 80, nodePort: 0 }] }))).toStrictEqual([]);
  });

  test.each<[title: string, spec: Draft, message: string]>([
    [
      "of a Service that has none",
      { ports: [{ port: 80, nodePort: 31000 }] },
      "spec.ports[0].nodePort is not for a Service of type ClusterIP: the API server refuses it (received 31000); legal: type: " +
        "NodePort or LoadBalancer. Remove it, or give the Service that type",
    ],
    [
      "that is text",
      { type: "NodePort", ports: [{ port: 80, nodePort: "31000" }] },
      'spec.ports[0].nodePort is not valid (received "31000"); legal: a port number, by default from 30000 to 32767. Correct it',
    ],
    [
      "for a health check that nobody makes",
      { type: "LoadBalancer", healthCheckNodePort: 31500 },
      "spec.healthCheckNodePort is only for a Service of type LoadBalancer with externalTrafficPolicy: Local: the API server " +
        "refuses it (received 31500). Remove it",
    ],
    [
      "given twice",
      {
        type: "NodePort",
        ports: [
          { port: 80, nodePort: 31000 },
          { port: 81, protocol: "TCP", nodePort: 31000 },
        ],
      },
      "spec.ports[1].nodePort is given twice: 31000/TCP. Give each port one of its own",
    ],
  ])("%s are refused", (_, spec, message) => {
    expect(problemsIn(file(set(), service(), door(spec)))).toStrictEqual([`${theDoor}: ${message}`]);
  });

  test("of two protocols may be one", () => {
    const ports = [
      { port: 53, nodePort: 31053 },
      { port: 53, protocol: "UDP", nodePort: 31053 },
    ];
    expect(problemsIn(file(set(), service(), door({ type: "NodePort", ports })))).toStrictEqual([]);
  });
});
