import { exitCodesHelp } from "./exitCodes";

/** What `cutover rehearse` does, above its options in `--help`. */
export const rehearseDescription =
  "Rehearses the whole move on this machine: runs the real Pulumi program against two simulated clusters, from " +
  "cutover index s+N (nothing moved) to s (all moved) and back, and checks after everything that happens that no " +
  "ordinal runs twice and that no volume is lost, empty or shared. Needs no cluster, no account and no Pulumi CLI, " +
  "and touches nothing real.\n\n" +
  "For every step it prints what each `pulumi up` would do, as a preview does (+ create, ~ update, +- replace, " +
  "- delete), in the order in which you will run them, then where every ordinal lives. The wrong order is tried once " +
  "each way, and must be refused.";

/** How it is used, below them. */
export const rehearseHelp = `
The cutover index k is the first ordinal that lives in the destination: with N
replicas from ordinal s on, k = s+N means that nothing has moved, and k = s that
all has. Encrypted config is replaced by placeholders. The steps and the verdict
go to stdout, everything else to stderr. Colour only on a terminal; NO_COLOR and
FORCE_COLOR decide otherwise.

The page of --html is for whoever has to approve the move: where every ordinal
lives at every step, and every change. It loads nothing from anywhere, prints
well, and is written also when the rehearsal fails. A page that is there already
is replaced; any other file is not.

With --from-cluster the simulated source has the set as it really runs, with its
pods, claims, volumes and nodes, and the simulated destination what the cluster
of --destination-context has: what a real up would refuse is refused here, in
the same words. Real clusters are only read (get and list), and never for values
of Secrets. A right that is missing is an error (exit code 2) if the rehearsal
needs it, else a warning. --init writes a project with manifests of what runs
and config that takes it over, this package, a lock file, workflows and a
README, also where its first up would be refused, and says how to go on. Where
no lock file can be made, that is said, and the exit code stays.

Examples:
  cutover rehearse                            the project in this folder
  cutover rehearse --config-dir examples/web  a project in another folder
  cutover rehearse --manifests a.yaml b.yaml  no project: all config is default
  cutover rehearse --manifests chart.yaml --leave-out Deployment/proxy 'Job/*'
                                              without what is not moved
  cutover rehearse --from 4 --to 3            one step: ordinal 3 moves
  cutover rehearse --from 3 --to 4            the same step rolled back
  cutover rehearse --one-way --batch 2        forward only, two ordinals a step
  cutover rehearse --json | jq '.steps[1]'    for a program
  cutover rehearse --html move.html           a page for the change request
  cutover rehearse --from-cluster old --set shop/web --destination-context new
                                              a set that really runs
  cutover rehearse --from-cluster old --set shop/web --init web-move
                                              and write its project
${exitCodesHelp}
`;
