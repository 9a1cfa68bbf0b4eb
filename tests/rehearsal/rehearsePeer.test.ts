import { program } from "../../program";
import { rehearse } from "../../rehearsal/rehearse";
import type { Program } from "../../rehearsal/rehearse";
import { inFolder, manifests } from "./rehearseFixture";

jest.setTimeout(60_000);

const project = "name: shop\ndescription: moved\nruntime: nodejs\nconfig:\n  manifests:\n    default: [set.yaml]\n";

/** Rehearses a set of two with this config of each stack. Also says through which contexts a cluster was opened. */
async function rehearsed(source: string, destination: string) {
  const opened: string[] = [];
  const watched: Program = (ports) =>
    program({
      ...ports,
      connect: (connection) => {
        opened.push(connection.context);
        return ports.connect(connection);
      },
    });
  const files = {
    "Pulumi.yaml": project,
    "set.yaml": manifests({ replicas: 2 }),
    "Pulumi.source.yaml": `config:\n  ${source}\n`,
    "Pulumi.destination.yaml": `config:\n  ${destination}\n`,
  };
  const report = await inFolder(files, (cwd) => rehearse({ cwd, oneWay: false, problems: [] }, {}, watched));
  return { report, opened };
}

test("a move whose halves look at each other is the same move", async () => {
  const blind = await rehearsed("kubernetes:context: source", "kubernetes:context: destination");
  expect(blind.opened.filter((context) => context.startsWith("peer"))).toEqual([]);
  const { report, opened } = await rehearsed("peerContext: peer-destination", "peerContext: peer-source");
  expect(report.violations).toEqual([]);
  expect(report).toEqual(blind.report);
  // Only who claims looks: the source's first up, then the destination twice, then the source twice.
  expect(opened.filter((context) => context.startsWith("peer"))).toEqual([
    ...["peer-destination", "peer-source", "peer-source", "peer-destination", "peer-destination"],
  ]);
});

test("a release notes the pods that leave, and a claim takes the note back", async () => {
  const { report } = await rehearsed("kubernetes:context: source", "kubernetes:context: destination");
  const notes = report.steps.map(({ source }) =>
    source.operations
      .filter(({ type }) => type.endsWith(":StatefulSet"))
      .flatMap(({ changes }) => changes.filter(({ path }) => path.includes("/leaving")))
      .map(({ from, to }) => [from, to].map((note) => String(note).replace(/\/[-0-9a-f]{36}\//, "/uid/"))),
  );
  expect(notes).toEqual([
    [],
    [["undefined", "1/uid/source-node-2"]],
    [["1/uid/source-node-2", "0/uid/source-node-1"]],
    [["0/uid/source-node-1", "undefined"]],
    [],
  ]);
});
