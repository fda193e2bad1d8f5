#!/usr/bin/env bash
# kill-rounds.sh [ROUNDS] [PROGRAM]: writes definitions over REST as fast as they are acknowledged, kills the program with SIGKILL at a random moment, and
# checks the store after every round: integrity, no half object, and every acknowledged change there (or the one after it, which was under way).
# The test suite holds a shorter run of the same idea. Needs curl and sqlite3.
set -euo pipefail
rounds=${1:-1000}
program=${2:-$(cd "$(dirname "$0")/.." && pwd)/Gost.Api/bin/Release/net10.0/gost}
names=20
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
port=$(( 20000 + RANDOM % 10000 ))
api=http://127.0.0.1:$port
cd "$work"
declare -A acked sent
number=0 changes=0

for (( round = 1; round <= rounds; round++ )); do
  "$program" -api "127.0.0.1:$port" 2>"$work/log" &
  pid=$!
  until curl -fs -o /dev/null "$api/healthz/ready"; do
    kill -0 "$pid" 2>/dev/null || { cat "$work/log"; echo "round $round: the program did not start again"; exit 1; }
    sleep 0.02
  done

  # The definitions as the restarted program sees them.
  for name in "${!acked[@]}"; do
    value=$(curl -fs "$api/config/hosts/$name" | sed -n 's/.*"hostname":"v\([0-9]*\)".*/\1/p')
    if [ "$value" != "${acked[$name]}" ] && [ "$value" != "${sent[$name]}" ]; then
      echo "round $round: $name is '$value'; acknowledged was ${acked[$name]}, under way ${sent[$name]}"
      exit 1
    fi
    acked[$name]=$value
  done

  ( sleep "0.$(( RANDOM % 900 + 100 ))"; kill -KILL "$pid" ) &
  killer=$!
  while :; do
    number=$(( number + 1 ))
    name=h$(( number % names ))
    sent[$name]=$number
    body="{\"name\":\"$name\",\"mappings\":[{\"ip\":\"192.0.2.1\",\"hostname\":\"v$number\"}]}"
    if [ -n "${acked[$name]:-}" ]; then
      code=$(curl -s -o /dev/null -w '%{http_code}' -X PUT "$api/config/hosts/$name" -d "$body" || true)
    else
      code=$(curl -s -o /dev/null -w '%{http_code}' "$api/config/hosts" -d "$body" || true)
      # A create that was stored but not acknowledged before an earlier kill.
      [ "$code" != 409 ] || { acked[$name]=$number; code=$(curl -s -o /dev/null -w '%{http_code}' -X PUT "$api/config/hosts/$name" -d "$body" || true); }
    fi
    [ "$code" = 200 ] || break
    acked[$name]=$number
    changes=$(( changes + 1 ))
  done
  case $code in 000) ;; *) echo "round $round: the API answered $code"; exit 1 ;; esac
  wait "$killer" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  pid=

  check=$(sqlite3 data/gost.db 'PRAGMA integrity_check')
  [ "$check" = ok ] || { echo "round $round: integrity_check: $check"; exit 1; }
  (( round % 50 )) || echo "$round rounds, $changes acknowledged changes, 0 lost, integrity ok"
done
echo "done: $rounds rounds, $changes acknowledged changes, 0 lost"
