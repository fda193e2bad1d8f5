#!/usr/bin/env bash
# soak.sh [MINUTES] [LANES]: mixed load (connects, ping-pong, bulk, half-closes, aborts, UDP sessions, changes over REST) over one process of the program for
# each lane, side by side (60 minutes, kernel,portable unless told). Samples of descriptors, threads and memory are shown as they are taken; fails when
# one is not flat (the rule: Gost.Tests/EndToEnd/Soak/Flatness.cs), a byte is wrong, an exchange fails, or descriptors stay behind at rest.
set -euo pipefail
minutes=${1:-60}
[ "$minutes" != 0 ] || { echo 'no minutes asked for'; exit 0; }
tests=$(cd "$(dirname "$0")/.." && pwd)/Gost.Tests
program=$tests/bin/Release/net10.0/Gost.Tests
[ -x "$program" ] || dotnet build "$tests" -c Release -v q

GOST_SOAK_LOG=$(mktemp)
export GOST_SOAK_LOG GOST_SOAK_SECONDS=$((minutes * 60)) GOST_SOAK_LANES=${2:-kernel,portable}
tail -f "$GOST_SOAK_LOG" &
shown=$!
trap 'sleep 0.2; kill "$shown"; rm -f "$GOST_SOAK_LOG"' EXIT
ulimit -n 65536 2>/dev/null || true
"$program" -class Gost.Tests.EndToEnd.Soak.SoakTests -explicit only -noColor | tee /dev/stderr | grep -q 'Total: 1, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0'
