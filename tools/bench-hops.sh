#!/usr/bin/env bash
# bench-hops.sh BENCH_FOLDER [compare.py options]: builds the load tool in BENCH_FOLDER (fwdbench.c, compare.py, netns.sh) and runs two processes of the Release
# build of this program one behind the other, for each kind of hop between them, on loopback, in a network namespace with cubic (root). A gost binary on PATH or
# named by GOST_REFERENCE is measured in the same way beside it, and shadowsocks-libev (ss-tunnel to ss-server) where it is installed. Hops for UDP (ssu) take
# part in scenarios for UDP only. HOPS names the kinds of hop, all unless set.
set -euo pipefail
bench=$(cd "${1:?folder of fwdbench}" && pwd)
shift
root=$(cd "$(dirname "$0")/.." && pwd)
program=$root/Gost.Api/bin/Release/net10.0/gost
[ -x "$program" ] || dotnet build "$root/Gost.Api" -c Release
reference=${GOST_REFERENCE:-$(command -v gost || true)}
libev=$(command -v ss-tunnel || true)

read -ra kinds <<< "${HOPS:-socks5 relay relay+tls relay+mtls relay+ws ss ssu}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$bench"/{fwdbench.c,Makefile,compare.py,netns.sh} "$work"
make -s -C "$work"

# The far end listens 1000 ports above the client's service and is its child, so that processor time and memory of both are counted.
cat > "$work/hop.sh" <<'HOP'
program=$1 kind=$2 listen=$3 target=$4
far=127.0.0.1:$((${listen##*:} + 1000))
user= query= near=tcp://$listen/$target
case $kind in
  socks5) query='?notls=true' ;;
  ss) user=aes-256-gcm:secret@ ;;
  ssu) user=aes-256-gcm:secret@ near="udp://$listen/$target?keepalive=true" ;;
esac
if [ "${program##*/}" = ss-tunnel ]; then
  ss-server -s 127.0.0.1 -p "${far##*:}" -k secret -m aes-256-gcm -u --no-delay &
else
  "$program" -L "$kind://$user$far$query" &
fi
if [ "$kind" = ssu ]; then sleep 2; else until (exec 3<>"/dev/tcp/${far/:/\/}") 2>/dev/null; do sleep 0.1; done; fi
if [ "${program##*/}" = ss-tunnel ]; then
  [ "$kind" = ssu ] && mode=-U || mode=--no-delay
  exec ss-tunnel -s 127.0.0.1 -p "${far##*:}" -b 127.0.0.1 -l "${listen##*:}" -L "$target" -k secret -m aes-256-gcm $mode
fi
exec "$program" -L "$near" -F "$kind://$user$far$query"
HOP

candidates() { # PREFIX PROGRAM KINDS...
  for kind in "${@:3}"; do
    printf ',\n  "%s-%s": {"cmd": "bash %s/hop.sh %s %s {listen} {target}", "proto": ["%s"]}' \
      "$1" "$kind" "$work" "$2" "$kind" "$([ "$kind" = ssu ] && echo udp || echo tcp)"
  done
}

{
  printf '{\n  "direct": {"proto": ["tcp"]},\n  "gost-cs": {"cmd": "%s -L tcp://{listen}/{target}"}' "$program"
  candidates gost-cs "$program" "${kinds[@]}"
  [ -z "$reference" ] || candidates gost "$reference" "${kinds[@]}"
  [ -z "$libev" ] || candidates libev "$libev" ss ssu
  printf '\n}\n'
} > "$work/hops.json"

[ $# -gt 0 ] || set -- --scenarios tput8,rr64,crr32 --rounds 3 --secs 2
ulimit -n 65536 2>/dev/null || true
cd "$work"
"$work/netns.sh" "$work/compare.py" --config "$work/hops.json" --ref gost-cs --only "direct,gost-cs$(printf ',gost-cs-%s' "${kinds[@]}")" "$@"
for kind in "${kinds[@]}"; do
  [[ $libev && ($kind = ss && $* != *udp* || $kind = ssu && $* = *udp*) ]] || continue
  "$work/netns.sh" "$work/compare.py" --config "$work/hops.json" --ref "libev-$kind" --only "libev-$kind,gost-cs-$kind" "$@"
done
[ -n "$reference" ] || { echo "no gost binary on PATH or in GOST_REFERENCE: nothing to compare with" >&2; exit 0; }
for kind in "${kinds[@]}"; do
  "$work/netns.sh" "$work/compare.py" --config "$work/hops.json" --ref "gost-$kind" --only "gost-$kind,gost-cs-$kind" "$@"
done
