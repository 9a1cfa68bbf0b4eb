#!/usr/bin/env bash
# One step of a move by hand, as the article "Kubernetes 1.27: StatefulSet Start Ordinal Simplifies Migration" has it
# (https://kubernetes.io/blog/2023/04/28/statefulset-start-ordinal/): scale the source down, copy claim, volume and
# Secret, scale the destination up from a start ordinal. Nothing is checked; a step that breaks is mended by a person.
#
#   by-hand.sh NAMESPACE SET ORDINAL N CLAIM SECRET      contexts `source` and `destination`, first ordinal 0
set -euo pipefail

namespace=$1 set=$2 ordinal=$3 n=$4 claim=$5 secret=$6

from() { kubectl --context source --namespace "$namespace" "$@"; }
to() { kubectl --context destination --namespace "$namespace" "$@"; }

# Reads an object and drops what belongs to the one cluster only.
portable() {
  if command -v jq >/dev/null; then
    jq 'del(.metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .metadata.annotations,
            .metadata.finalizers, .metadata.managedFields, .metadata.ownerReferences, .spec.claimRef, .status)'
  else
    node -e '
      const object = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
      const { name, namespace, labels } = object.metadata;
      object.metadata = { name, namespace, labels };
      delete object.spec?.claimRef;
      delete object.status;
      console.log(JSON.stringify(object));'
  fi
}

volume=$(from get persistentvolumeclaim "$claim" --output 'jsonpath={.spec.volumeName}')
from patch persistentvolume "$volume" --patch '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'

from patch statefulset "$set" --patch "{\"spec\":{\"replicas\":$ordinal}}"
from wait --for=delete "pod/$set-$ordinal" --timeout=120s

from get persistentvolume "$volume" --output json | portable | to apply --filename -
from get persistentvolumeclaim "$claim" --output json | portable | to apply --filename -
from get secret "$secret" --output json | portable | to apply --filename -

to patch statefulset "$set" --patch "{\"spec\":{\"ordinals\":{\"start\":$ordinal},\"replicas\":$((n - ordinal))}}"
to rollout status "statefulset/$set" --timeout=120s
