"""Prepares a server for submissions and prints where they are sent to.

prepare.py form FILE                            writes the form of fifty questions
prepare.py watari ADDRESS FORM.md               publishes it at Watari's demo and makes a device
prepare.py central ADDRESS USER PASSWORD FORM   publishes it at an ODK Central backend and makes an app user
"""

import json
import sys
import urllib.request
from http.cookiejar import CookieJar

KINDS = ["text", "integer", "select_one answers", "date", "select_multiple needs"]
CONDITIONS = ["", ". >= 0 and . <= 120", "", ". <= '2030-01-01'", ""]


def form(file):
    rows = ["| survey |", "| | type | name | label | required | relevant | constraint | parameters |"]
    for number in range(1, 51):
        relevant = f"${{q{number - 5}}} != ''" if number % 5 == 0 and number > 5 else ""
        rows.append(f"| | {KINDS[(number - 1) % 5]} | q{number} | Question {number}? | yes | {relevant} | "
                    f"{CONDITIONS[(number - 1) % 5]} | |")
    rows.append("| | image | photo | A photo? | | | | max-pixels=1024 |")
    rows += ["| choices |", "| | list_name | name | label |", "| | answers | yes | Yes |", "| | answers | no | No |"]
    rows += [f"| | needs | {need} | {need} |" for need in ("food", "water", "shelter", "health")]
    rows += ["| settings |", "| | form_title | form_id | version |", "| | Visit | bench_visit | 1 |"]
    with open(file, "w") as out:
        out.write("\n".join(rows) + "\n")


class Server:
    def __init__(self, address):
        self.address = address
        self.headers = {}
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def ask(self, path, body=None, kind="application/json", **headers):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        all_headers = self.headers | {key.replace("_", "-"): value for key, value in headers.items()}
        if data is not None:
            all_headers["content-type"] = kind
        method = "GET" if data is None else "POST"
        with self.opener.open(urllib.request.Request(self.address + path, data, all_headers, method=method)) as answer:
            return answer.read(), answer.headers

    def json(self, *arguments, **more):
        return json.loads(self.ask(*arguments, **more)[0])


def watari(address, file):
    server = Server(address)
    server.headers = {"origin": address}
    server.ask("/login", b"username=daniela&password=crossing-the-river", "application/x-www-form-urlencoded")
    with open(file, "rb") as sheet:
        made = server.json("/api/v1/forms?name=form.md", sheet.read(), "application/octet-stream")
    identity = made.get("id") or made["form"]["id"]
    tag = server.ask(f"/api/v1/forms/{identity}")[1]["etag"]
    server.ask(f"/api/v1/forms/{identity}/publish", {}, if_match=tag)
    worker = Server(address)
    worker.headers = {"origin": address}
    worker.ask("/login", b"username=amal&password=crossing-the-river", "application/x-www-form-urlencoded")
    device = worker.json("/api/v1/devices", {"name": "bench"}, idempotency_key="bench-device")
    url = device.get("address") or device["server_url"]
    print(url.rstrip("/") + "/submission")


def central(address, user, password, file):
    server = Server(address)
    server.headers = {"authorization": "Bearer " + server.json("/v1/sessions", {"email": user, "password": password})["token"]}
    project = server.json("/v1/projects", {"name": "Bench"})["id"]
    with open(file, "rb") as xform:
        server.ask(f"/v1/projects/{project}/forms?publish=true", xform.read(), "application/xml")
    user = server.json(f"/v1/projects/{project}/app-users", {"displayName": "bench"})
    role = next(role["id"] for role in server.json("/v1/roles") if role["system"] == "app-user")
    server.ask(f"/v1/projects/{project}/forms/bench_visit/assignments/{role}/{user['id']}", {})
    print(f"{address}/v1/key/{user['token']}/projects/{project}/submission")


if __name__ == "__main__":
    {"form": form, "watari": watari, "central": central}[sys.argv[1]](*sys.argv[2:])
