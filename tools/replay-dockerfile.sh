#!/usr/bin/env bash
# Replays the stages of the Dockerfile without a container engine: locked restore from the project files alone, ReadyToRun publish for both
# architectures, then the x64 result as an unprivileged user with an empty data folder, its health check and its stop. Needs root for the last part.
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
uid=1654
work=$(mktemp -d)
program=
trap '[ -z "$program" ] || kill -KILL "$program" 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"

echo '== build stage: restore'
mkdir "$work/src"
git archive HEAD global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt \
  Gost.{Api,Engine,Ssh,Streams,Persistence}/packages.lock.json Gost.Api/Gost.Api.csproj Gost.Engine/Gost.Engine.csproj Gost.Ssh/Gost.Ssh.csproj Gost.Streams/Gost.Streams.csproj Gost.Persistence/Gost.Persistence.csproj \
  | tar x -C "$work/src"
cd "$work/src"
dotnet restore Gost.Api --locked-mode -p:PublishReadyToRun=true

echo '== build stage: publish'
git -C "$repository" archive HEAD .editorconfig appsettings.json Gost.Engine Gost.Ssh Gost.Streams Gost.Persistence Gost.Api | tar x -C "$work/src"
for rid in linux-arm64 linux-x64; do
  dotnet publish Gost.Api -c Release -r "$rid" --no-restore --no-self-contained -p:PublishReadyToRun=true -p:DebugType=none \
    -p:PublishDocumentationFiles=false -o "$work/app-$rid" -v q
  du -sh "$work/app-$rid"
done

echo '== runtime stage, as an unprivileged user'
[ "$(id -u)" -eq 0 ] || { echo 'not root: the published program is not started'; exit 0; }
install -d -m 0755 "$work/root"
install -d -m 0700 -o $uid -g $uid "$work/root/data"
port=$(( 20000 + RANDOM % 10000 ))
cd "$work/root"
runtime=(setpriv --reuid $uid --regid $uid --clear-groups env -i PATH="$PATH" DOTNET_ROOT="$(dirname "$(readlink -f "$(command -v dotnet)")")"
  ASPNETCORE_HTTP_PORTS=8080 GOST_API=":$port" GOST_API_USER=admin GOST_API_PASSWORD=secret "$work/app-linux-x64/gost")
started=$(date +%s%N)
"${runtime[@]}" 2>"$work/log" &
program=$!
until "${runtime[@]}" healthcheck 2>/dev/null; do
  kill -0 "$program" 2>/dev/null || { cat "$work/log"; exit 1; }
done
echo "healthy after $(( ($(date +%s%N) - started) / 1000000 )) ms"
curl -fsS -o /dev/null -w 'without credentials: %{http_code}\n' "http://127.0.0.1:$port/config" || true
curl -fsS -o /dev/null -w 'with credentials: %{http_code}\n' -u admin:secret "http://127.0.0.1:$port/config"
stat -c '%a %U %n' data data/gost.db
kill -TERM "$program"
wait "$program"
program=
echo 'stopped with exit code 0'
