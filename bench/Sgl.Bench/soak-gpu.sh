#!/usr/bin/env bash
# A soak of the server on a GPU: mixed lengths, a third of the requests cancelled, a KV pool so small that running
# requests are retracted. At the end the pool must add up and the device's memory must be what it was.
#   usage: soak-gpu.sh RUN MODEL_FLAGS SECONDS [PORT]
# RUN starts a program by its name (`dotnet`'s wrapper that the packing script makes: bash DIR/go); MODEL_FLAGS are the
# server's, for example "--load-format dummy --model-path DIR --tokenizer-path DIR".
set -euo pipefail
run=$1 model=$2 seconds=$3 port=${4:-30000}
log=${SOAK_LOG:-/tmp/soak-server.log}
used() { nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits | head -1; }
bench() { $run Sgl.Bench "$@" --port "$port"; }

# 8,192 slots and prompts of up to 1,024 tokens: about a fifth of what 64 streams ask for.
$run Sgl.Gateway --device cuda --port "$port" --max-total-tokens 8192 $model 2>"$log" &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true' EXIT
lengths=(--streams 64 --max-prompt-len 1024 --max-output-len 512)
# What is compiled, measured and recorded when it is first needed is no leak.
bench soak --seconds 20 "${lengths[@]}" --seed 1000 --ready-check-timeout-sec 240
before=$(used)
status=0
bench soak --seconds "$seconds" "${lengths[@]}" --min-retractions 1 --pid "$server" || status=$?
after=$(used)
echo "device memory: $before MiB before, $after MiB after; retractions in the log: $(grep -c 'Retract requests' "$log")"
grep -E 'ERROR|KV pool leak' "$log" && status=1
if ((after > before + 16)); then
  echo "FAULT: device memory grew by $((after - before)) MiB"
  status=1
fi
exit $status
