#!/usr/bin/env bash
# bench-peers.sh BENCH_FOLDER [compare.py options]: one hop of SSH forwarding, Shadowsocks and KCP between two processes of the Release build of this program,
# beside the same hop of the program that the protocol comes from: OpenSSH, shadowsocks-libev, kcptun. On loopback, in a network namespace with cubic (root).
# BENCH_FOLDER holds the load tool (fwdbench.c, compare.py, netns.sh). Each pair is a run of its own, so that the two take turns.
set -euo pipefail
bench=$(cd "${1:?folder of fwdbench}" && pwd)
shift
root=$(cd "$(dirname "$0")/.." && pwd)
program=$root/Gost.Api/bin/Release/net10.0/gost
[ -x "$program" ] || dotnet build "$root/Gost.Api" -c Release
for name in ssh ssh-keygen ss-server ss-tunnel kcptun-server kcptun-client; do
  command -v "$name" > /dev/null || { echo "$name is missing: openssh-client, openssh-server, shadowsocks-libev, kcptun" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$bench"/{fwdbench.c,Makefile,compare.py,netns.sh} "$work"
make -s -C "$work"
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/user"
cp "$work/user.pub" "$work/authorized_keys"
mkdir -p /run/sshd
cat > "$work/sshd_config" <<CONFIG
HostKey $work/host
AuthorizedKeysFile $work/authorized_keys
StrictModes no
UsePAM no
PermitRootLogin yes
PidFile none
MaxStartups 1000
CONFIG

# The far end listens 1000 ports above the client's service and is its child, so that processor time and memory of both are counted.
cat > "$work/hop.sh" <<'HOP'
work=$1 program=$2 kind=$3 listen=$4 target=$5
far=$((${listen##*:} + 1000))
kcp='kcp.key=k1&kcp.crypt=aes&kcp.mode=fast&kcp.mtu=1350&kcp.sndwnd=1024&kcp.rcvwnd=1024'
await() { until (exec 3<>"/dev/tcp/127.0.0.1/$far") 2>/dev/null; do sleep 0.1; done; }
case $kind in
  gost-sshd)
    "$program" -L "sshd://u:p@127.0.0.1:$far" & await
    exec "$program" -L "tcp://$listen/$target" -F "sshd://u:p@127.0.0.1:$far" ;;
  openssh*)
    cipher=()
    [ "$kind" = openssh-gcm ] && cipher=(-c aes256-gcm@openssh.com)
    /usr/sbin/sshd -D -f "$work/sshd_config" -p "$far" -o ListenAddress=127.0.0.1 & await
    exec ssh -N -F none -L "$listen:$target" -p "$far" -i "$work/user" "${cipher[@]}" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
      -o LogLevel=ERROR root@127.0.0.1 ;;
  gost-ss-*)
    method=${kind#gost-ss-}
    "$program" -L "ss://$method:secret@127.0.0.1:$far" & await
    exec "$program" -L "tcp://$listen/$target" -F "ss://$method:secret@127.0.0.1:$far" ;;
  libev-*)
    method=${kind#libev-}
    ss-server -s 127.0.0.1 -p "$far" -k secret -m "$method" --no-delay & await
    exec ss-tunnel -s 127.0.0.1 -p "$far" -b "${listen%:*}" -l "${listen##*:}" -L "$target" -k secret -m "$method" --no-delay ;;
  gost-kcp)
    "$program" -L "relay+kcp://127.0.0.1:$far?$kcp" & sleep 1
    exec "$program" -L "tcp://$listen/$target" -F "relay+kcp://127.0.0.1:$far?$kcp" ;;
  kcptun)
    options=(--key k1 --crypt aes --mode fast --mtu 1350 --sndwnd 1024 --rcvwnd 1024 --quiet)
    kcptun-server -l "127.0.0.1:$far" -t "$target" "${options[@]}" & sleep 1
    exec kcptun-client -l "$listen" -r "127.0.0.1:$far" "${options[@]}" ;;
esac
HOP

pairs=(openssh:gost-sshd openssh-gcm:gost-sshd libev-aes-256-gcm:gost-ss-aes-256-gcm libev-chacha20-ietf-poly1305:gost-ss-chacha20-ietf-poly1305 kcptun:gost-kcp)
[ $# -gt 0 ] || set -- --scenarios tput8,rr64,crr32 --rounds 3 --secs 2
ulimit -n 65536 2>/dev/null || true
cd "$work"
for pair in "${pairs[@]}"; do
  peer=${pair%%:*} own=${pair#*:}
  [[ "${PAIRS:-$pair}" == *"$pair"* ]] || continue
  printf '{"%s": {"cmd": "bash %s/hop.sh %s %s %s {listen} {target}"}, "%s": {"cmd": "bash %s/hop.sh %s %s %s {listen} {target}"}}\n' \
    "$peer" "$work" "$work" "$program" "$peer" "$own" "$work" "$work" "$program" "$own" > hops.json
  "$work/netns.sh" "$work/compare.py" --config hops.json --ref "$peer" --only "$peer,$own" "$@"
done
