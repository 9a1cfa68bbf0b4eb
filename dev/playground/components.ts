/**
 * The five processes of a control plane: their files, ports and command lines. Pure: nothing is started here.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { LOOPBACK } from "./processes/ports";

/** The processes of one control plane, in the order in which they start. */
export const COMPONENTS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;

/** Name of one process, which is also the name of its binary. */
export type ComponentName = (typeof COMPONENTS)[number];

/** The ports of one control plane, all on loopback. */
export interface Ports {
  /** The API server (https). */
  readonly api: number;
  /** etcd, for the API server. */
  readonly etcd: number;
  /** etcd, for other members, of which there are none; it insists. */
  readonly etcdPeer: number;
  /** Health and metrics of the controller manager (https). */
  readonly controllerManager: number;
  /** Health and metrics of the scheduler (https). */
  readonly scheduler: number;
  /** Health and metrics of KWOK (http). */
  readonly kwok: number;
}

/** How many ports a control plane needs. */
export const PORT_COUNT = 6;

/** Gives each of `PORT_COUNT` port numbers its use. */
export function assignPorts(free: readonly number[]): Ports {
  const [api, etcd, etcdPeer, controllerManager, scheduler, kwok] = free;
  if (
    api === undefined ||
    etcd === undefined ||
    etcdPeer === undefined ||
    controllerManager === undefined ||
    scheduler === undefined ||
    kwok === undefined
  ) {
    throw new Error(`${PORT_COUNT} ports are needed, got ${free.length}`);
  }
  return { api, etcd, etcdPeer, controllerManager, scheduler, kwok };
}

/** Where the files of one control plane are. */
export interface Layout {
  /** The folder that holds everything below. */
  readonly folder: string;
  /** Kubeconfig with this cluster's context only; the components use it too. */
  readonly kubeconfig: string;
  /** Ports and so on, so that another process can take over. */
  readonly record: string;
  /** The administrator's token, in the API server's own format. */
  readonly tokens: string;
  /** Certificate of the API server, followed by the authority that signed it. Made by the API server. */
  readonly certificate: string;
  /** Key of that certificate. */
  readonly certificateKey: string;
  /** Key that signs service account tokens. */
  readonly serviceAccountKey: string;
  /** Its public half. */
  readonly serviceAccountPublicKey: string;
  /** The log of a component. */
  log(component: ComponentName): string;
  /** The pid file of a component. */
  pid(component: ComponentName): string;
}

/** The layout of the control plane that lives in `folder`. */
export function layoutOf(folder: string): Layout {
  return {
    folder,
    kubeconfig: join(folder, "kubeconfig"),
    record: join(folder, "cluster.json"),
    tokens: join(folder, "tokens.csv"),
    certificate: join(folder, "certs", "apiserver.crt"),
    certificateKey: join(folder, "certs", "apiserver.key"),
    serviceAccountKey: join(folder, "service-account.key"),
    serviceAccountPublicKey: join(folder, "service-account.pub"),
    log: (component) => join(folder, "logs", `${component}.log`),
    pid: (component) => join(folder, `${component}.pid`),
  };
}

/** What the command lines of one control plane depend on. */
export interface CommandLineInput {
  /** Its files. */
  readonly layout: Layout;
  /** Its ports. */
  readonly ports: Ports;
  /** 1 or 2: keeps the address ranges of the two clusters apart. */
  readonly number: number;
  /** Folder with KWOK's stages. */
  readonly stages: string;
  /** Feature gates of the API server and the controller manager. */
  readonly featureGates?: string;
}

/** The pod addresses of one cluster, as two numbers that a third and fourth follow. */
export function podNetwork(number: number): string {
  return `10.24${3 + number}`;
}

/** The name of a control plane's etcd, which no other's has. */
export function etcdName(layout: Layout): string {
  return `playground-${createHash("sha256").update(layout.folder).digest("hex").slice(0, 12)}`;
}

/** The arguments of one component. */
export function commandLine(component: ComponentName, input: CommandLineInput): string[] {
  const { layout, ports, number, stages, featureGates } = input;
  const gates = featureGates === undefined ? [] : [`--feature-gates=${featureGates}`];
  switch (component) {
    case "etcd": {
      const client = `http://${LOOPBACK}:${ports.etcd}`;
      const peer = `http://${LOOPBACK}:${ports.etcdPeer}`;
      return [
        `--name=${etcdName(layout)}`,
        `--data-dir=${join(layout.folder, "etcd")}`,
        `--listen-client-urls=${client}`,
        `--advertise-client-urls=${client}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=${etcdName(layout)}=${peer}`,
        // The data is thrown away on `down`: speed is worth more than surviving a power cut.
        "--unsafe-no-fsync",
        "--log-level=warn",
      ];
    }
    case "kube-apiserver":
      return [
        `--etcd-servers=http://${LOOPBACK}:${ports.etcd}`,
        `--secure-port=${ports.api}`,
        `--bind-address=${LOOPBACK}`,
        `--advertise-address=${LOOPBACK}`,
        // A loopback address is not a legal endpoint of the Service `kubernetes`, and nothing here asks for it.
        "--endpoint-reconciler-type=none",
        `--cert-dir=${join(layout.folder, "certs")}`,
        `--token-auth-file=${layout.tokens}`,
        "--authorization-mode=RBAC",
        `--service-account-key-file=${layout.serviceAccountPublicKey}`,
        `--service-account-signing-key-file=${layout.serviceAccountKey}`,
        "--service-account-issuer=https://kubernetes.default.svc",
        `--service-cluster-ip-range=10.9${5 + number}.0.0/16`,
        ...gates,
      ];
    case "kube-controller-manager":
      return [
        `--kubeconfig=${layout.kubeconfig}`,
        ...servingArguments(layout, ports.controllerManager),
        "--leader-elect=false",
        "--use-service-account-credentials=false",
        `--service-account-private-key-file=${layout.serviceAccountKey}`,
        `--root-ca-file=${layout.certificate}`,
        // The attach-detach controller would, when it starts, delete the VolumeAttachments that tests make in the place of a
        // CSI driver: it knows no pod on a node of its own that needs them.
        "--controllers=*,-persistentvolume-attach-detach-controller",
        // Otherwise it makes a folder under /usr/libexec.
        `--flex-volume-plugin-dir=${join(layout.folder, "flexvolume")}`,
        "--kube-api-qps=200",
        "--kube-api-burst=400",
        ...gates,
      ];
    case "kube-scheduler":
      return [
        `--kubeconfig=${layout.kubeconfig}`,
        ...servingArguments(layout, ports.scheduler),
        "--leader-elect=false",
      ];
    case "kwok":
      return [
        `--kubeconfig=${layout.kubeconfig}`,
        "--manage-all-nodes=true",
        `--config=${join(stages, "nodes.yaml")}`,
        `--config=${join(stages, "pods.yaml")}`,
        `--cidr=${podNetwork(number)}.0.1/16`,
        `--node-ip=${LOOPBACK}`,
        "--node-lease-duration-seconds=40",
        `--server-address=${LOOPBACK}:${ports.kwok}`,
      ];
    default:
      return component satisfies never;
  }
}

/**
 * The controller manager and the scheduler serve with the API server's certificate, so that one authority checks all three
 * and none has to make keys of its own; the kubeconfig lets the administrator's token read their /metrics too.
 */
function servingArguments(layout: Layout, port: number): string[] {
  return [
    `--bind-address=${LOOPBACK}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${layout.certificate}`,
    `--tls-private-key-file=${layout.certificateKey}`,
    `--authentication-kubeconfig=${layout.kubeconfig}`,
    `--authorization-kubeconfig=${layout.kubeconfig}`,
    // There is no authenticating proxy here whose settings they could look up.
    "--authentication-skip-lookup=true",
  ];
}
