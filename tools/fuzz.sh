#!/usr/bin/env bash
# Feeds every codec with mutated inputs, a million each unless said otherwise. Usage: tools/fuzz.sh [inputs] [test class]
set -euo pipefail
cd "$(dirname "$0")/.."
export GOST_FUZZ_INPUTS="${1:-1000000}"
filter=(-namespace 'Gost.Tests.Fuzzing*')
[ $# -lt 2 ] || filter=(-class "$2")
dotnet build Gost.Tests -c Release -v q
exec ./Gost.Tests/bin/Release/net10.0/Gost.Tests "${filter[@]}"
