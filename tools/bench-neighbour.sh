#!/usr/bin/env bash
# bench-neighbour.sh BENCH_FOLDER [OPTIONS]: ping-pong through one service alone, while bulk data goes past the program, and while it goes through another
# service of the same process: what a busy neighbour costs the slowest answers. Builds the load tool in BENCH_FOLDER (fwdbench.c, compare.py, netns.sh) and
# runs it twice at once, for no forwarder, this program in both lanes, haproxy with splicing, nginx and gost as far as they are installed (a gost binary may be
# named by GOST_REFERENCE), on loopback, in a network namespace with cubic (root). Options: --conns 64,1 --rounds 5 --secs 2 --only NAMES --verify and others
# that --help lists.
set -euo pipefail
bench=$(cd "${1:?folder of fwdbench}" && pwd)
shift
root=$(cd "$(dirname "$0")/.." && pwd)
program=$root/Gost.Api/bin/Release/net10.0/gost
[ -x "$program" ] || dotnet build "$root/Gost.Api" -c Release

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$bench"/{fwdbench.c,Makefile,compare.py,netns.sh} "$root/tools/bench-neighbour.py" "$work"
make -s -C "$work"
ulimit -n 65536 2>/dev/null || true
"$work/netns.sh" python3 "$work/bench-neighbour.py" --program "$program" --reference "${GOST_REFERENCE:-$(command -v gost || true)}" "$@"
