import { rangeOfSet } from "../kubernetes";
import { endOf, ordinalsText } from "../ordinals";
import type { StartingPoint } from "./startingPoint";
import type { SetSurvey } from "./survey";

/** What a new project keeps out of its repository. */
export const ignored = `node_modules/
# Credentials.
*kubeconfig*
.env*
# A backend that is a folder here: state does not belong beside the config.
.pulumi/
# Pulumi.source.yaml and Pulumi.destination.yaml are committed: they hold the encrypted key, or the salt, of their stack.
`;

/** The README of a new project: what is in it, and the commands with the names of this set. */
export function readmeOf({ set }: SetSurvey, { source, destination, batch = 1 }: StartingPoint): string {
  const { name, namespace = "default" } = set.metadata;
  const range = rangeOfSet(set);
  const [end, first] = [endOf(range), endOf(range) - Math.min(batch, range.replicas)];
  const to = destination === undefined ? "**not known yet: write it into the file**" : code(destination);
  const step =
    range.replicas === 0
      ? []
      : [
          `A change by one (\`batch\`: ${batch}) is one step; a walk runs every \`up\` of it in the right order, and several steps one`,
          "after the other:",
          "",
          "```sh",
          `# in Pulumi.yaml: cutoverIndex: ${end} => ${first}`,
          "npx cutover walk --dry-run   # which ups that takes",
          "npx cutover walk",
          "```",
          "",
        ];
  return [
    `# Move of StatefulSet ${namespace}/${name}`,
    "",
    `Moves the set, ${ordinalsText(range)}, from one Kubernetes cluster to another with [statefulset-cutover][], one step at a`,
    "time, forward and back. What moves it is one number, `cutoverIndex` in `Pulumi.yaml`: the first ordinal that lives in the",
    `destination. At ${end} nothing has moved yet, at ${range.start} everything has.`,
    "",
    "| stack | cluster | kubeconfig context | file |",
    "|---|---|---|---|",
    `| \`source\` | that the set leaves | ${code(source)} | \`Pulumi.source.yaml\` |`,
    `| \`destination\` | that it moves to | ${to} | \`Pulumi.destination.yaml\` |`,
    "",
    "`manifests/` holds what ran when this was written. Read it before you go on: a value of an environment variable stands there as",
    "it runs.",
    "",
    "## Once",
    "",
    "You need Node.js 20.19 or later, the Pulumi CLI 3.200 or later, a backend (`pulumi login`), and a kubeconfig with both contexts.",
    "",
    "```sh",
    "npm ci                        # or: pulumi install",
    "npx cutover rehearse          # the whole move on two simulated clusters; touches nothing real",
    "pulumi stack init source      # with --secrets-provider, or the same passphrase for both",
    "pulumi stack init destination",
    "pulumi preview -s source      # compares all of it with what runs",
    "pulumi up -s source           # takes the set over in place; no pod restarts",
    "pulumi up -s destination      # the set with 0 replicas",
    "```",
    "",
    "Commit everything, also what `pulumi stack init` wrote into the two stack files.",
    "",
    "## A step",
    "",
    ...step,
    "Back is the same with the number changed the other way. Whatever is run too early, twice or in the wrong order is refused before",
    "it changes anything, and the message says what to run instead.",
    "",
    "## In pull requests",
    "",
    "`.github/workflows/preview.yml` shows both previews in the pull request that changes the number, and `walk.yml` walks when it is",
    "merged. They run if this folder is the root of the repository (else move them there, and set `working-directory`), and once it has:",
    "",
    "| where | name | value |",
    "|---|---|---|",
    "| variable | `CUTOVER` | anything: turns both workflows on |",
    "| variable | `PULUMI_BACKEND_URL` | such as `s3://bucket?region=eu-west-1`; left out: Pulumi Cloud |",
    "| secret | `PULUMI_ACCESS_TOKEN` | for Pulumi Cloud |",
    "| secret | `PULUMI_CONFIG_PASSPHRASE` | where the secrets provider is a passphrase |",
    "| secret | `CUTOVER_KUBECONFIG` | a kubeconfig with the contexts of both stacks, as text |",
    "",
    "## The end",
    "",
    `When \`cutoverIndex\` is ${range.start} and all is well:`,
    "",
    "```sh",
    "pulumi config set peerStack none -s destination",
    "pulumi up -s destination      # from now on it is a StatefulSet of its own",
    "pulumi destroy -s source      # the empty half",
    "pulumi stack rm source",
    "```",
    "",
    "The documentation is that of the package: `node_modules/statefulset-cutover/README.md`.",
    "",
    "[statefulset-cutover]: node_modules/statefulset-cutover/README.md",
    "",
  ].join("\n");
}

/** As code in a table of Markdown, where a `|` would end the cell. */
function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}
