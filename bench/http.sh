#!/usr/bin/env bash
# Requests per second with authorisation and history on, as a table in Markdown on standard output.
#
#   cargo build --release && bench/http.sh [PEOPLE] [CASES] [FOLDER]
#
# Fills FOLDER once (at a million people and 300,000 cases, see README.md for how long), copies nothing, and keeps it:
# the next run starts from it. What a run writes stays in it; remove it for a fresh start. Needs wrk, curl and python3.
# SECONDS_EACH, CONNECTIONS and PORT can stand in the environment.
set -euo pipefail
cd "$(dirname "$0")/.."
people=${1:-320} cases=${2:-120} folder=${3:-/tmp/watari-bench-$people-$cases}
port=${PORT:-8097} connections=${CONNECTIONS:-64} each=${SECONDS_EACH:-8}
base=http://localhost:$port
watari=${WATARI:-target/release/watari}
scripts=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$scripts"' EXIT

milliseconds() { date +%s%3N; }
start() {
  local begun
  begun=$(milliseconds)
  "$watari" demo --data "$folder" --port "$port" --people "$people" --cases "$cases" \
    --requests-per-minute 4000000000 >"$scripts/server.log" 2>"$scripts/server.err" &
  server=$!
  until curl -sf "$base/healthz" >/dev/null; do
    kill -0 "$server" 2>/dev/null || { cat "$scripts/server.err" >&2; exit 1; }
    sleep 0.01
  done
  started=$(($(milliseconds) - begun)) begun_at=$begun
}
stop() {
  kill "$server"
  wait "$server" || true
  server=
}
resident() { awk -v key="$1:" '$1 == key { printf "%.0f MB", $2 / 1024 }' "/proc/$server/status"; }

if [ ! -e "$folder/key.toml" ]; then
  start
  echo "filled with $people people and $cases cases in $((started / 1000)) s" >&2
  stop
fi
# Cold: nothing of the data in the system's memory, where the system lets us.
sync
{ echo 3 >/proc/sys/vm/drop_caches; } 2>/dev/null || echo "not cold: the system's cache could not be emptied" >&2
start

login() {
  curl -si -X POST -d "username=$1&password=crossing-the-river" "$base/login" |
    sed -n 's/^set-cookie: \(watari=[^;]*\).*/\1/p'
}
officer=$(login daniela) worker=$(login amal)
# From here on the database lies in the system's memory, as on a server that has run for a while.
cat "$folder"/watari.db >/dev/null
# A search waits for the index of names; then memory has settled.
until curl -sf -H "cookie: $worker" -H "content-type: application/json" -d '{"q":"amina"}' \
  "$base/api/v1/people/search" >/dev/null; do sleep 0.1; done
searched=$(($(milliseconds) - begun_at))
sleep 3
at_start=$(resident VmRSS)
# Once a list has left, each person's page looks whether it may have named them.
curl -sf -H "cookie: $officer" "$base/people/export?format=csv&nationality=VN&sex=male" >/dev/null

cat >"$scripts/lines.lua" <<'L'
function lines_of(name)
  local found = {}
  for line in io.lines(os.getenv("SAMPLES") .. "/" .. name) do found[#found + 1] = line end
  return found
end
L
cat >"$scripts/person.lua" <<'L'
dofile(os.getenv("SAMPLES") .. "/lines.lua")
local people, path = lines_of("people.txt"), os.getenv("PREFIX")
request = function() return wrk.format(nil, path .. people[math.random(#people)]) end
L
cat >"$scripts/search.lua" <<'L'
dofile(os.getenv("SAMPLES") .. "/lines.lua")
local typed = lines_of("typed.txt")
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
request = function() return wrk.format(nil, nil, nil, typed[math.random(#typed)]) end
L
cat >"$scripts/register.lua" <<'L'
dofile(os.getenv("SAMPLES") .. "/lines.lua")
local names = lines_of("names.txt")
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
request = function()
  local given, family = names[math.random(#names)]:match("^(.*)\t"), names[math.random(#names)]:match("\t(.*)$")
  return wrk.format(nil, nil, nil, '{"names":[{"kind":"main","given":' .. given .. ',"family":' .. family ..
    '}],"sex":"female","birth":{"kind":"exact","from":"1994-05-06"},"nationalities":["SY"],"languages":["ar"]}')
end
L
cat >"$scripts/open.lua" <<'L'
dofile(os.getenv("SAMPLES") .. "/lines.lua")
local people, n = lines_of("caseless.txt"), 0
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, '{"person_id":"' .. (people[n] or people[#people]) .. '","risk":"medium"}')
end
L

export SAMPLES=$scripts PREFIX=
row() {
  local name=$1 path=$2 cookie=$3
  shift 3
  wrk -t1 -c"$connections" -d"${each}s" --latency -H "cookie: $cookie" "$@" "$base$path" >"$scripts/wrk.out"
  awk -v name="$name" '
    $1 == "50%" { p50 = $2 } $1 == "99%" { p99 = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = " (" $NF " refused)" }
    END { printf "| %s | %d | %s | %s |\n", name, rate, p50, p99 bad }' "$scripts/wrk.out"
}

python3 bench/sample.py "$base" "$worker" "$scripts"
echo "| $people people, $cases cases; $connections connections, $each s each | requests/s | p50 | p99 |"
echo "|---|---|---|---|"
row "people, page of 50, data officer (organisation)" /people "$officer"
row "people, page of 50, caseworker (team)" /people "$worker"
row "people, API list of 50, data officer (organisation)" /api/v1/people "$officer"
row "people, API list of 50, caseworker (team)" /api/v1/people "$worker"
row "cases, page of 50" /cases "$worker"
row "cases, API list of 50" /api/v1/cases "$worker"
PREFIX=/people/ row "person, page, at random" / "$worker" -s "$scripts/person.lua"
PREFIX=/api/v1/people/ row "person, API, at random" / "$worker" -s "$scripts/person.lua"
connections=8 row "search while typing, API, 8 connections" /api/v1/people/search "$worker" -s "$scripts/search.lua"
row "register a person, durable" /api/v1/people "$worker" -s "$scripts/register.lua"
python3 bench/sample.py "$base" "$worker" "$scripts" 120000
each=4 row "open a case, durable" /api/v1/cases "$worker" -s "$scripts/open.lua"
echo
echo "Start, cold: $started ms, to the first search $searched ms. Memory: $at_start after start, $(resident VmRSS) at the end, $(resident VmHWM) at most."
