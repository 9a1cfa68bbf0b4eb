import { badField } from "../finding";
import type { Finding } from "../finding";

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** The most characters of a DNS label, of a name or of a value of a label. */
const labelLength = 63;
/** A hash of a revision is a number of 32 bits in decimals, rewritten: most have ten digits, a quarter nine or fewer. */
const hashDigits = 10;
/** The longest name whose pods may carry any revision's name, `<name>-<hash>`, as the value of a label. */
const longestName = labelLength - 1 - hashDigits;

/** Whether a value is a DNS label (RFC 1123), as the names of namespaces, Services and claim templates are. */
export function isDnsLabel(value: unknown): value is string {
  return typeof value === "string" && label.test(value) && value.length <= labelLength;
}

/**
 * A set of another name may be created, and never has a pod: its name is the start of the pods' host names, and of the
 * label `controller-revision-hash`. With one character too many a quarter of all revisions fit, and that is a warning.
 */
export function* checkName(name: unknown): Iterable<Finding> {
  if (typeof name !== "string" || !label.test(name)) {
    yield badField("metadata.name", name, "lower case letters, digits and -, since pods are named by it");
  } else if (name.length > longestName + 1) {
    yield {
      path: "metadata.name",
      what:
        `has ${name.length} characters: with it the label controller-revision-hash of the pods, which is the name, a hyphen and ` +
        `${hashDigits} digits or fewer, is longer than the ${labelLength} that a label may be. Kubernetes would create the set ` +
        "and never a pod",
      legal: `at most ${longestName} characters`,
      todo: "Give the set a shorter name",
    };
  }
}

/** The warning for a name that is a little too long; undefined if it is not. */
export function nameWarning(name: string): string | undefined {
  if (name.length !== longestName + 1) return undefined;
  return (
    `metadata.name has ${name.length} characters: the label controller-revision-hash of the pods, the name, a hyphen and a hash ` +
    `of the pod template, may be ${labelLength} long, and three of four hashes have ${hashDigits} digits. A change of the pod ` +
    "template, by patches too, is likely to leave the set without new pods"
  );
}
