#!/usr/bin/env bash
# Builds everything and runs every test; the last line is "N passed, N failed".
# usage: ./test.sh [arguments for dotnet test, for example --filter Oracle]
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if ! command -v dotnet >/dev/null; then
  echo "test.sh: 'dotnet' is not on PATH; install the .NET 10 SDK (https://dot.net)." >&2
  exit 2
fi
if ! command -v npm >/dev/null; then
  echo "test.sh: 'npm' is not on PATH; the tokenizer tests take nine real tokenizers from the npm registry." >&2
  exit 2
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Orleans is not to be had from every registry; all but the cluster does without it.
solution=SglOrleans.sln
if ! { dotnet restore Sgl.Silo -v quiet && dotnet restore Sgl.Client -v quiet &&
    dotnet restore tests/Sgl.Grains.Tests -v quiet; } >"$log" 2>&1; then
  solution=SingleNode.slnf
  left_out=$(dotnet sln SglOrleans.sln list | grep -E '\.csproj$' | while read -r project; do
    grep -q "\"${project//\\//}\"" SingleNode.slnf || printf '%s ' "$(basename "$project" .csproj)"; done)
  echo "test.sh: LEFT OUT: ${left_out}- the Orleans packages do not restore here: $(grep -m1 -oE 'error .*' "$log")" >&2
elif ! command -v initdb >/dev/null && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
  # The tests on a cluster of processes start a PostgreSQL of their own.
  root=; [[ $EUID -eq 0 ]] || root="sudo -n"
  { $root apt-get update && $root apt-get install -y --no-install-recommends postgresql; } >"$log" 2>&1 ||
    echo "test.sh: LEFT OUT: the tests on a cluster of processes - PostgreSQL is not there, and apt-get cannot install it:" \
      "$(tail -n 1 "$log")" >&2
fi
dotnet build $solution -c Release -v quiet || { echo "0 passed, 1 failed"; exit 1; }
dotnet test $solution -c Release --no-build "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

# One line a test project: "Passed!  - Failed:     0, Passed:    12, Skipped: ..."
read -r passed failed < <(awk '/ - Failed: +[0-9]+, Passed: +[0-9]+/ {
    match($0, /Failed: +[0-9]+/); split(substr($0, RSTART, RLENGTH), f, /: +/); failed += f[2]
    match($0, /Passed: +[0-9]+/); split(substr($0, RSTART, RLENGTH), p, /: +/); passed += p[2]
  } END { print passed + 0, failed + 0 }' "$log")
# A test host that died reports no failed test: count it as one.
if [[ $status -ne 0 && $failed -eq 0 ]]; then failed=1; fi
echo "$passed passed, $failed failed"
[[ $status -eq 0 && $passed -gt 0 ]]
