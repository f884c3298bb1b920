"""Links a list by SQL in DuckDB and compares every pair and weight with the engine's.

    python scale.py FOLDER [MEMORY]      e.g. 4GB

FOLDER holds what the example `database` wrote. Prints seconds by step, the peak of DuckDB's memory, and how the pairs
differ. The weights must agree within 0.01 bits; a pair within that of the threshold may be on either side.
"""

import os, resource, subprocess, sys, time
import duckdb

folder, memory = sys.argv[1], (sys.argv[2:] + ["4GB"])[0]
database = os.environ.get("DATABASE", "target/release/examples/database")
base = f"{folder}/work.duckdb"
for old in (base, base + ".wal"):
    if os.path.exists(old):
        os.remove(old)
con = duckdb.connect(base, config={"memory_limit": memory, "temp_directory": f"{folder}/spill", "preserve_insertion_order": "false"})
total = 0.0


def step(name, run):
    global total
    started = time.time()
    run()
    total += time.time() - started
    print(f"{name},{time.time() - started:.2f},", flush=True)


def script(name):
    # One statement at a time tells where the time goes.
    for statement in open(f"{folder}/{name}.sql").read().split(";\n"):
        lines = [line for line in statement.strip().split("\n") if not line.startswith("--")]
        if statement.strip():
            started = time.time()
            con.execute(statement)
            if os.environ.get("VERBOSE"):
                print(f"  {time.time() - started:6.2f}  {lines[0] if lines else ''}", flush=True)


step("table", lambda: script("table"))
step("load", lambda: con.execute(f"insert into people select * from '{folder}/prepared.parquet'"))
step("pairs", lambda: script("pairs"))
step("ask", lambda: con.execute(f"copy people_met to '{folder}/met.parquet'"))
step("levels", lambda: subprocess.run([database, "levels", folder, f"{folder}/met.parquet", f"{folder}/levels.parquet"], check=True))
step("take", lambda: con.execute(f"insert into people_level select * from '{folder}/levels.parquet'"))
step("weights", lambda: script("weights"))
step("people", lambda: script("people"))
one = lambda sql: con.execute(sql).fetchone()
print("records,pairs looked into,values met,links,people")
print(*one("""select (select count(*) from people), (select count(*) from people_pair), (select count(*) from people_met),
  (select count(*) from people_weight), (select count(distinct person) from people_person)"""), sep=",")
print("pairs of all rules for each record,largest key:", *one("""select round(sum(pairs) / (select count(*) from people), 1), max(largest)
  from people_rule"""))
con.execute(f"create temp table engine as select * from read_csv('{folder}/pairs.csv', types={{'one': 'varchar', 'other': 'varchar'}})")
both = one("""
  select count(*), count(*) filter (where e.one is null), count(*) filter (where s.one is null),
    max(abs(e.weight - s.weight)), max(abs(coalesce(e.weight, s.weight) - 2)) filter (where e.one is null or s.one is null)
  from engine e full join (select one_id as one, other_id as other, weight from people_weight) s using (one, other)""")
print("pairs of either,only of SQL,only of the engine,largest difference in bits,farthest from the threshold of those")
print(*both, sep=",")
print(f"total,{total:.1f}")
print(f"peak MiB (both in one process),{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")
print(f"database on disk MiB,{os.path.getsize(base) >> 20}")
sys.exit(0 if both[1] + both[2] == 0 and (both[3] or 0) < 0.01 else 1)
