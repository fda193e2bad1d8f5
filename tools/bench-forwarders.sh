#!/usr/bin/env bash
# bench-forwarders.sh BENCH_FOLDER [compare.py options]: builds the load tool in BENCH_FOLDER (fwdbench.c, compare.py, netns.sh, peers.json) and runs the
# Release build of this program in turn with haproxy, nginx, and gost if installed, on loopback, in a network namespace with cubic (root).
set -euo pipefail
bench=$(cd "${1:?folder of fwdbench}" && pwd)
shift
root=$(cd "$(dirname "$0")/.." && pwd)
program=$root/Gost.Api/bin/Release/net10.0/gost
[ -x "$program" ] || dotnet build "$root/Gost.Api" -c Release

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$bench"/{fwdbench.c,Makefile,compare.py,netns.sh,peers.json} "$work"
make -s -C "$work"
cat > "$work/own.json" <<JSON
{
  "gost-cs": {"cmd": "$program -L tcp://{listen}/{target}"},
  "gost-cs-udp": {"proto": ["udp"], "cmd": "$program -L udp://{listen}/{target}?keepalive=true"}
}
JSON
[ $# -gt 0 ] || set -- --scenarios tput1,tput8,rr64,crr32,idle,udprr64,flood-100k --rounds 3 --secs 2
ulimit -n 65536 2>/dev/null || true
cd "$work"
"$work/netns.sh" "$work/compare.py" --config "$work/peers.json" --config "$work/own.json" --ref haproxy "$@"
