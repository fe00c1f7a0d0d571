#!/usr/bin/env bash
# One load test in the cluster that kubectl points at. Exit code 0: the run was complete and its thresholds passed.
# `kubectl wait` waits for one condition and does not see the other, so both are waited for; the first one counts.
set -euo pipefail
cd "$(dirname "$0")"
timeout=${TIMEOUT:-60m}

kubectl delete job fleetlab-collector fleetlab-load --ignore-not-found
kubectl create secret generic fleetlab-secrets --dry-run=client -o yaml \
  --from-literal=FLEETLAB_TOKEN="$(openssl rand -hex 16)" \
  --from-literal=FLEETLAB_PASSWORD="${FLEETLAB_PASSWORD:-}" | kubectl apply -f -
kubectl apply -f results.yaml -f config.yaml -f collector.yaml -f job.yaml

kubectl wait --for=condition=complete job/fleetlab-collector --timeout="$timeout" &
complete=$!
kubectl wait --for=condition=failed job/fleetlab-collector --timeout="$timeout" &
failed=$!
wait -n "$complete" "$failed" || true
kubectl logs job/fleetlab-collector || true
succeeded=$(kubectl get job fleetlab-collector -o jsonpath='{.status.succeeded}')
kill "$complete" "$failed" 2>/dev/null || true
[ "$succeeded" = 1 ]
