"""Makes two organisations' lists of a registry: whoever is registered again stands once in each, of all others every
second in either.

    split.py REGISTRY.csv A.csv B.csv
"""

import csv
import sys

source, first, second = sys.argv[1:]
rows = list(csv.reader(open(source, encoding="utf-8", newline="")))
header, rows = rows[0], rows[1:]
person = header.index("person")
registered = {}
for row in rows:
    registered.setdefault(row[person], []).append(row)
lists = ([header], [header])
alone = 0
for records in registered.values():
    if len(records) > 1:
        lists[0].append(records[0])
        lists[1].append(records[1])
    else:
        lists[alone % 2].append(records[0])
        alone += 1
for path, rows in zip((first, second), lists):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
