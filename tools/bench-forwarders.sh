#!/usr/bin/env bash
# bench-forwarders.sh BENCH_FOLDER [--verify] [compare.py options]: builds the load tool in BENCH_FOLDER (fwdbench.c, compare.py, netns.sh, peers.json) and runs
# the Release build of this program in both lanes in turn with no forwarder, haproxy (with and without splicing), nginx, rinetd and gost, as far as they are
# installed (a gost binary may be named by GOST_REFERENCE), on loopback, in a network namespace with cubic (root). Ratios are to haproxy with splicing, for UDP
# to nginx. With --verify every byte is compared, in short runs of their own, and the script fails unless each of this program's runs has 0 corrupt ones.
set -euo pipefail
bench=$(cd "${1:?folder of fwdbench}" && pwd)
shift
root=$(cd "$(dirname "$0")/.." && pwd)
program=$root/Gost.Api/bin/Release/net10.0/gost
[ -x "$program" ] || dotnet build "$root/Gost.Api" -c Release

scenarios=tput1,tput8,tput64-both,rr64,rr1,crr32,idle,udprr64,udprr1,flood-300k
verify=0 options=()
while [ $# -gt 0 ]; do
  case $1 in
    --scenarios) scenarios=$2; shift ;;
    --verify) verify=1 ;;
    *) options+=("$1") ;;
  esac
  shift
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$bench"/{fwdbench.c,Makefile,compare.py,netns.sh,peers.json} "$work"
make -s -C "$work"
if [ -n "${GOST_REFERENCE:-}" ]; then
  mkdir "$work/bin"
  ln -s "$GOST_REFERENCE" "$work/bin/gost"
  export PATH="$work/bin:$PATH"
fi
cat > "$work/own.json" <<JSON
{
  "gost-cs": {"cmd": "$program -L tcp://{listen}/{target}"},
  "gost-cs-portable": {"cmd": "$program -lane portable -L tcp://{listen}/{target}"},
  "gost-cs-udp": {"proto": ["udp"], "cmd": "$program -L udp://{listen}/{target}?keepalive=true"},
  "gost-cs-udp-portable": {"proto": ["udp"], "cmd": "$program -lane portable -L udp://{listen}/{target}?keepalive=true"}
}
JSON

ulimit -n 65536 2>/dev/null || true
cd "$work"
run() { # REFERENCE SCENARIOS ,MORE-CANDIDATES
  [ -n "$2" ] || return 0
  local defaults=(--rounds 5 --secs 2)
  [ "$verify" = 0 ] || defaults=(--rounds 1 --secs 1 --warm 0.2 --verify --out "$work/runs")
  "$work/netns.sh" "$work/compare.py" --config "$work/peers.json" --config "$work/own.json" \
    --only "direct,haproxy,haproxy-splice,nginx,nginx-udp,gost,gost-udp,gost-cs,gost-cs-portable,gost-cs-udp,gost-cs-udp-portable$3" \
    --ref "$1" "${defaults[@]}" --scenarios "$2" "${options[@]}"
}
tcp='' idle='' udp=''
IFS=, read -ra names <<< "$scenarios"
for name in "${names[@]}"; do
  case $name in
    udp* | flood*) udp+=${udp:+,}$name ;;
    *idle*) idle+=${idle:+,}$name ;;
    *) tcp+=${tcp:+,}$name ;;
  esac
done
run haproxy-splice "$tcp" ,rinetd
run haproxy-splice "$idle" '' # rinetd takes no more than 1,024 descriptors
run nginx-udp "$udp" ''

[ "$verify" = 1 ] || exit 0
python3 - "$work/runs" "${#names[@]}" <<'PYTHON'
import collections, json, sys
runs = [json.loads(line) for line in open(sys.argv[1])]
corrupt, seen = collections.Counter(), collections.defaultdict(set)
for run in runs:
    corrupt[run["label"]] += run["corrupt"]
    seen[run["label"].replace("-udp", "")].add(run["scenario"])
print("\ncorrupt bytes: " + ", ".join(f"{name} {count}" for name, count in sorted(corrupt.items())))
own = [name for name in seen if name.startswith("gost-cs")]
whole = own and all(len(seen[name]) == int(sys.argv[2]) for name in own)
if not whole:
    print("a run of this program is missing")
sys.exit(0 if whole and not any(corrupt[name] for name in corrupt if name.startswith("gost-cs")) else 1)
PYTHON
