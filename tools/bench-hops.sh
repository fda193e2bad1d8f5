#!/usr/bin/env bash
# bench-hops.sh BENCH_FOLDER [compare.py options]: builds the load tool in BENCH_FOLDER (fwdbench.c, compare.py, netns.sh) and runs two processes of the Release
# build of this program one behind the other, for each kind of hop between them, on loopback, in a network namespace with cubic (root). A gost binary on PATH or
# named by GOST_REFERENCE is measured in the same way beside it.
set -euo pipefail
bench=$(cd "${1:?folder of fwdbench}" && pwd)
shift
root=$(cd "$(dirname "$0")/.." && pwd)
program=$root/Gost.Api/bin/Release/net10.0/gost
[ -x "$program" ] || dotnet build "$root/Gost.Api" -c Release
reference=${GOST_REFERENCE:-$(command -v gost || true)}

kinds=(socks5 relay relay+tls relay+mtls relay+ws)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$bench"/{fwdbench.c,Makefile,compare.py,netns.sh} "$work"
make -s -C "$work"

# The far end listens 1000 ports above the client's service and is its child, so that processor time and memory of both are counted.
cat > "$work/hop.sh" <<'HOP'
program=$1 kind=$2 listen=$3 target=$4
far=127.0.0.1:$((${listen##*:} + 1000))
query=
[ "$kind" = socks5 ] && query='?notls=true'
"$program" -L "$kind://$far$query" &
until (exec 3<>"/dev/tcp/${far/:/\/}") 2>/dev/null; do sleep 0.1; done
exec "$program" -L "tcp://$listen/$target" -F "$kind://$far$query"
HOP

candidates() { # PREFIX PROGRAM
  for kind in "${kinds[@]}"; do
    printf ',\n  "%s-%s": {"cmd": "bash %s/hop.sh %s %s {listen} {target}"}' "$1" "$kind" "$work" "$2" "$kind"
  done
}

{
  printf '{\n  "direct": {"proto": ["tcp"]},\n  "gost-cs": {"cmd": "%s -L tcp://{listen}/{target}"}' "$program"
  candidates gost-cs "$program"
  [ -z "$reference" ] || candidates gost "$reference"
  printf '\n}\n'
} > "$work/hops.json"

[ $# -gt 0 ] || set -- --scenarios tput8,rr64,crr32 --rounds 3 --secs 2
ulimit -n 65536 2>/dev/null || true
cd "$work"
"$work/netns.sh" "$work/compare.py" --config "$work/hops.json" --ref gost-cs --only "direct,gost-cs$(printf ',gost-cs-%s' "${kinds[@]}")" "$@"
[ -n "$reference" ] || { echo "no gost binary on PATH or in GOST_REFERENCE: nothing to compare with" >&2; exit 0; }
for kind in "${kinds[@]}"; do
  "$work/netns.sh" "$work/compare.py" --config "$work/hops.json" --ref "gost-$kind" --only "gost-$kind,gost-cs-$kind" "$@"
done
