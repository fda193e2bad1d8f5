#!/usr/bin/env bash
# bench-lossy.sh [options of lossy-path.py]: TCP and KCP over the same lossy path, with the Release build of this program. Root, Linux.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$root/Gost.Api/bin/Release/net10.0/gost
[ -x "$program" ] || dotnet build "$root/Gost.Api" -c Release
export ConnectionStrings__Gost= Logging__LogLevel__Default=Warning
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
if [ $# -eq 0 ]; then
    set -- --transport tcp=2 --transport 'kcp=16?kcp.mode=fast2&kcp.sndwnd=1024&kcp.rcvwnd=1024' --transport kcp=4
fi
"$root/tools/lossy-path.py" "$@" "$program"
