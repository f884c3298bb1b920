#!/usr/bin/env python3
"""Draws people, names and cases from a running server's whole registry, for bench/http.sh.

sample.py ADDRESS COOKIE FOLDER [WANTED]: writes people.txt (ids), names.txt (given and family names as JSON, one pair a
line, shuffled), typed.txt (their beginnings, as someone types them), and caseless.txt (people without a case) to FOLDER.
"""
import http.client
import json
import random
import sys
import urllib.parse

address, cookie, folder = sys.argv[1:4]
wanted = int(sys.argv[4]) if len(sys.argv) > 4 else 5000
dice = random.Random(1)
server = http.client.HTTPConnection(urllib.parse.urlparse(address).netloc)


def page(path):
    server.request("GET", "/api/v1" + path, headers={"cookie": cookie})
    answer = server.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status} {body[:200]}")
    return json.loads(body)


def write(name, lines):
    with open(f"{folder}/{name}", "w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in lines)


# People in the order of their names are in no order of their records. The list is entered at many
# places: a cursor is an id and a name.
people = {}
nobody = "00000000-0000-0000-0000-000000000000"
places = [a + b for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"]
dice.shuffle(places)
for place in [""] + places:
    after = urllib.parse.quote(f"{nobody}~{place}")
    for person in page(f"/people?sort=name&limit=200&after={after}")["items"]:
        people[person["id"]] = person["name"]
    if len(people) >= wanted:
        break
ids = list(people)
dice.shuffle(ids)
write("people.txt", ids)

given = [name.split()[0] for name in people.values()]
family = [name.split()[-1] for name in people.values()]
dice.shuffle(given)
dice.shuffle(family)
write("names.txt", (json.dumps(one) + "\t" + json.dumps(other) for one, other in zip(given, family)))
typed = [f"{one} {other[: dice.randint(0, 4)]}".strip() for one, other in zip(given, family)]
write("typed.txt", (json.dumps({"q": one}) for one in typed))

busy, after = set(), ""
while after is not None:
    cases = page("/cases?limit=200" + (f"&after={after}" if after else ""))
    busy.update(case["person_id"] for case in cases["items"])
    after = cases["next"]
write("caseless.txt", (one for one in ids if one not in busy))
print(f"{len(ids)} people, {len(busy)} of all with a case", file=sys.stderr)
