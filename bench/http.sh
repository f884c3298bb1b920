#!/usr/bin/env bash
# Requests per second of the running demo, with authorisation and history on: needs wrk, curl, python3.
# bench/http.sh PEOPLE CASES, after cargo build --release
set -euo pipefail
cd "$(dirname "$0")/.."
people=${1:-320} cases=${2:-120} port=8097 base=http://localhost:8097
scripts=$(mktemp -d)
target/release/watari demo --port $port --people "$people" --cases "$cases" --requests-per-minute 4000000000 >/dev/null 2>&1 &
server=$!
trap 'kill $server; rm -rf "$scripts"' EXIT
until curl -sf $base/login >/dev/null; do sleep 0.5; done
cookie=$(curl -si -X POST -d 'username=daniela&password=crossing-the-river' $base/login | sed -n 's/^set-cookie: \(watari=[^;]*\).*/\1/p')
person=$(curl -s -H "cookie: $cookie" "$base/api/v1/people?limit=1&sort=name" | python3 -c 'import json, sys; print(json.load(sys.stdin)["items"][0]["id"])')
cat >"$scripts/create.lua" <<'L'
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local n = 0
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, '{"names":[{"kind":"main","given":"Bench' .. n .. '","family":"Mark"}],"sex":"female"}')
end
L
cat >"$scripts/search.lua" <<'L'
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"q":"Yusuf"}'
L
measure() {
  local name=$1 path=$2
  shift 2
  printf '%-28s' "$name"
  wrk -t1 -c64 -d6s --latency -H "cookie: $cookie" "$@" $base"$path" |
    awk '/50%/{p50=$2} /99%/{p99=$2} /Requests\/sec/{rate=$2} /Non-2xx/{bad=$0} END{print rate "/s  p50 " p50 "  p99 " p99 "  " bad}'
}
grep VmRSS /proc/$server/status
measure "list page" /people
measure "list API" /api/v1/people
measure "person page" "/people/$person"
measure "person API" "/api/v1/people/$person"
measure "search API" /api/v1/people/search -s "$scripts/search.lua"
measure "register a person (durable)" /api/v1/people -s "$scripts/create.lua"
grep -E 'VmRSS|VmHWM' /proc/$server/status
