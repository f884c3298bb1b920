#!/bin/sh
# Links generated registries by SQL and by the engine and holds the two against each other.
#
#   PYTHON=/path/to/python bench/linkage/scale.sh duckdb 1000000 [MEMORY]
#   bench/linkage/scale.sh postgres 100000
#
# The Python needs duckdb (1.3 or later). PostgreSQL's programs are taken from POSTGRES_BIN; a throw-away cluster is
# made. Work files go to WORK (a temporary folder). What is printed: step, seconds, and what was counted.
set -eu
cd "$(dirname "$0")/../.."
dialect=$1 records=$2 memory=${3:-4GB}
work=${WORK:-$(mktemp -d)}
cargo build --release --quiet -p linkage --example database --example registry
target=${CARGO_TARGET_DIR:-target}/release/examples
mkdir -p "$work"
"$target/registry" "$records" >"$work/list.csv"
"$target/database" person "$work/list.csv" "$work" "$dialect"
if [ "$dialect" = duckdb ]; then
    DATABASE="$target/database" exec "${PYTHON:-python3}" bench/linkage/scale.py "$work" "$memory"
fi

bin=${POSTGRES_BIN:-$(ls -d /usr/lib/postgresql/*/bin | tail -1)}
as() { if [ "$(id -u)" = 0 ]; then chown -R postgres "$work" && su postgres -s /bin/sh -c "$*"; else sh -c "$*"; fi; }
port=${PORT:-$((20000 + $$ % 20000))}
as "'$bin/initdb' -D '$work/data' -U postgres -A trust -E UTF8 --no-sync >/dev/null"
as "'$bin/pg_ctl' -D '$work/data' -l '$work/log' -w start >/dev/null -o '-h 127.0.0.1 -p $port -k $work -F -c shared_buffers=1GB -c work_mem=256MB -c max_wal_size=8GB -c max_parallel_workers_per_gather=2 -c jit=off'"
trap "as \"'$bin/pg_ctl' -D '$work/data' -m immediate stop >/dev/null\"" EXIT
psql() { "$bin/psql" -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres "$@"; }
step() {
    name=$1 started=$(date +%s.%N)
    shift
    "$@" >/dev/null 2>"$work/psql.log" || { cat "$work/psql.log" >&2; exit 1; }
    echo "$name,$(echo "$(date +%s.%N) - $started" | bc),"
}
step table psql -f "$work/table.sql"
step load psql -c "\\copy people from '$work/prepared.csv' (format csv, header)"
step pairs psql -f "$work/pairs.sql"
step ask psql -c "\\copy people_met to '$work/met.csv' (format csv, header)"
step levels "$target/database" levels "$work" "$work/met.csv" "$work/levels.csv"
step take psql -c "\\copy people_level from '$work/levels.csv' (format csv, header)"
step weights psql -f "$work/weights.sql"
step people psql -f "$work/people.sql"
psql -c "create table engine (one text, other text, probability float8, weight float8)" \
    -c "\\copy engine from '$work/pairs.csv' (format csv, header)"
psql -x -c "
    select (select count(*) from people_pair) as pairs_looked_into, (select count(*) from people_met) as values_met,
      count(*) as pairs_of_either, count(*) filter (where e.one is null) as only_of_sql,
      count(*) filter (where s.one is null) as only_of_engine, max(abs(e.weight - s.weight)) as largest_difference_in_bits,
      (select count(distinct person) from people_person) as people
    from engine e full join (select one_id as one, other_id as other, weight from people_weight) s using (one, other)"
