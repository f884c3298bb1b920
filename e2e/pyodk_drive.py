"""Drives the real pyodk against a running demo: `python3 pyodk_drive.py ADDRESS VISIT.xlsx NEXT.xlsx PHOTO.png CASE`.

The sheets are two versions of one form; the case is one that amal works on. What is not as pyodk expects raises.
"""

import csv
import io
import sys
import tempfile
import zipfile
from pathlib import Path

from pyodk._utils.config import CentralConfig, Config
from pyodk.client import Client
from pyodk.errors import PyODKError

address, visit, following, photo, case = sys.argv[1:]
RECORD = """<data id="home_visit" version="1"><home><case_id>{case}</case_id><roof>tile</roof><people>3</people></home>
<child><called>Ana</called></child><child><called>Beto</called></child><photo>{photo}</photo>
<meta><instanceID>{instance}</instanceID></meta></data>"""


def client(user, password="crossing-the-river"):
    """pyodk as a user of the house."""
    central = CentralConfig(base_url=address, username=user, password=password, default_project_id=1)
    cache = Path(tempfile.mkdtemp()) / "cache.toml"
    return Client(config=Config(central=central), cache_path=cache)


def refused(code, call, *arguments, **named):
    """Whether Central's code comes back."""
    try:
        call(*arguments, **named)
    except PyODKError as error:
        assert error.is_central_error(code), (code, error)
    else:
        raise AssertionError(f"nothing was refused: {code}")


manager, worker, supervisor = client("daniela"), client("amal"), client("lucia")

# The house is the only project.
assert [project.id for project in manager.projects.list()] == [1]
assert manager.projects.get().name

# A form, its next version, its XForm.
made = manager.forms.create(definition=visit, form_id="home_visit")
assert (made.xmlFormId, made.version, made.state) == ("home_visit", "1", "open"), made
assert manager.forms.get("home_visit").publishedAt
assert "home_visit" in [form.xmlFormId for form in worker.forms.list()]
assert "<h:title>Home visit</h:title>" in worker.forms.get_xml("home_visit")
refused(409.3, manager.forms.create, definition=visit, form_id="home_visit")
refused(409.6, manager.forms.update, "home_visit", definition=visit)
manager.forms.update("home_visit", definition=following)
assert manager.forms.get("home_visit").version == "2"
refused(501.1, manager.forms.update, "home_visit", attachments=[photo])
refused(403.1, worker.forms.create, definition=visit, form_id="home_visit")

# Submissions: handed in with a file, read by whoever sees the case, as metadata and as tables.
record = RECORD.format(case=case, photo=Path(photo).name, instance="uuid:pyodk-one")
sent = worker.submissions.create(xml=record, form_id="home_visit", attachments=[photo])
assert sent.instanceId == "uuid:pyodk-one", sent
assert [(file.name, file.exists) for file in sent.attachments] == [(Path(photo).name, True)], sent
listed = supervisor.submissions.list(form_id="home_visit")
assert [submission.instanceId for submission in listed] == ["uuid:pyodk-one"], listed
assert supervisor.submissions.get("uuid:pyodk-one", form_id="home_visit").submitterId == sent.submitterId
table = supervisor.submissions.get_table(form_id="home_visit", count=True)
assert table["@odata.count"] == 1 and table["value"][0]["home"]["people"] == 3, table
children = supervisor.submissions.get_table(form_id="home_visit", table_name="Submissions.child", top=1, skip=1)
assert [row["called"] for row in children["value"]] == ["Beto"], children
whole = supervisor.submissions.get_table(form_id="home_visit", expand="*")
assert [row["called"] for row in whole["value"][0]["child"]] == ["Ana", "Beto"], whole
some = supervisor.submissions.get_table(
    form_id="home_visit", filter=f"__system/submitterId eq {sent.submitterId}", select="__id"
)
assert some["value"] == [{"__id": "uuid:pyodk-one"}], some
refused(403.1, worker.submissions.get_table, form_id="home_visit")
refused(404.1, supervisor.submissions.get, "uuid:nothing", form_id="home_visit")

# Review states and comments.
worker.submissions.review("uuid:pyodk-one", "hasIssues", form_id="home_visit", comment="Which roof?")
supervisor.submissions.add_comment("uuid:pyodk-one", "The large one.", form_id="home_visit")
supervisor.submissions.review("uuid:pyodk-one", "approved", form_id="home_visit")
assert supervisor.submissions.get("uuid:pyodk-one", form_id="home_visit").reviewState == "approved"
said = [comment.body for comment in worker.submissions.list_comments("uuid:pyodk-one", form_id="home_visit")]
assert said == ["The large one.", "Which roof?"], said
approved = supervisor.submissions.get_table(form_id="home_visit", filter="__system/reviewState eq 'approved'")
assert [row["__system"]["reviewState"] for row in approved["value"]] == ["approved"], approved
assert not supervisor.submissions.get_table(form_id="home_visit", filter="__system/reviewState eq null")["value"]
refused(400.8, supervisor.submissions.review, "uuid:pyodk-one", "good", form_id="home_visit")
refused(403.1, manager.submissions.review, "uuid:pyodk-one", "approved", form_id="home_visit")

# Edits: a new version takes the place of the one that it was made from.
edit = RECORD.format(case=case, photo=Path(photo).name, instance="uuid:pyodk-two").replace("tile", "tin")
edit = edit.replace("<meta>", "<meta><deprecatedID>uuid:pyodk-one</deprecatedID>")
worker.submissions.edit("uuid:pyodk-one", edit, form_id="home_visit", comment="It is tin.")
row = supervisor.submissions.get_table(form_id="home_visit")["value"][0]
assert (row["__id"], row["home"]["roof"]) == ("uuid:pyodk-one", "tin"), row
assert (row["__system"]["edits"], row["__system"]["reviewState"], row["__system"]["attachmentsPresent"]) == (1, "edited", 1), row
assert supervisor.submissions.get("uuid:pyodk-one", form_id="home_visit").submitterId == sent.submitterId
refused(409.9, worker.submissions.edit, "uuid:pyodk-one", edit, form_id="home_visit")
refused(404.1, worker.submissions.edit, "uuid:nothing", edit, form_id="home_visit")
refused(403.1, manager.submissions.edit, "uuid:pyodk-one", edit, form_id="home_visit")

# Lists of entities: made, grown, filled, changed, merged from a source, read as a table.
lists = manager.entity_lists
assert lists.create(entity_list_name="wells").name == "wells"
refused(409.3, lists.create, entity_list_name="wells")
assert lists.add_property(name="litres", entity_list_name="wells")
assert [it.name for it in lists.get(entity_list_name="wells").properties] == ["litres"]
assert "wells" in [it.name for it in worker.entity_lists.list()]
north = manager.entities.create(label="North", data={"litres": "40"}, entity_list_name="wells")
assert (north.currentVersion.version, north.currentVersion.label) == (1, "North"), north
assert manager.entities.create_many([{"label": "South", "litres": "7"}], entity_list_name="wells", create_source="wells.csv")
assert [it.currentVersion.label for it in worker.entities.list(entity_list_name="wells")] == ["South", "North"]
changed = worker.entities.update(north.uuid, entity_list_name="wells", data={"litres": "30"}, base_version=1)
assert changed.currentVersion.version == 2, changed
refused(409.15, worker.entities.update, north.uuid, entity_list_name="wells", label="x", base_version=1)
assert worker.entities.update(north.uuid, entity_list_name="wells", label="North well", force=True).currentVersion.version == 3
manager.entities.default_entity_list_name = "wells"
source = [
    {"label": "North well", "litres": "20", "depth": "9"},
    {"label": "East", "litres": "5", "depth": "3"},
]
manager.entities.merge(source, delete_not_matched=True)
rows = {row["label"]: row for row in supervisor.entities.get_table(entity_list_name="wells", count=True)["value"]}
assert set(rows) == {"North well", "East"} and rows["North well"]["depth"] == "9", rows
assert (rows["North well"]["litres"], rows["North well"]["__system"]["version"]) == ("20", 4), rows
assert worker.entities.delete(north.uuid, entity_list_name="wells")
refused(404.1, worker.entities.delete, north.uuid, entity_list_name="wells")
refused(403.1, worker.entities.create, label="x", data={}, entity_list_name="wells")
refused(403.1, worker.entities.get_table, entity_list_name="wells")

# The whole of a form as an archive.
answer = supervisor.get("projects/1/forms/home_visit/submissions.csv.zip")
archive = zipfile.ZipFile(io.BytesIO(answer.content))
names = sorted(archive.namelist())
assert names == ["home_visit-child.csv", "home_visit.csv", f"media/{Path(photo).name}"] and archive.testzip() is None, names
rows = list(csv.DictReader(io.TextIOWrapper(archive.open("home_visit.csv"), encoding="utf-8")))
assert [(row["KEY"], row["home-roof"], row["Edits"]) for row in rows] == [("uuid:pyodk-one", "tin", "1")], rows
assert archive.read(f"media/{Path(photo).name}") == Path(photo).read_bytes()

# Devices.
users = worker.projects.create_app_users(display_names=["Enumerator 7"], forms=["home_visit"])
assert [user.displayName for user in users] == ["Enumerator 7"] and users[0].token
assert not list(worker.projects.create_app_users(display_names=["Enumerator 7"])), "it is there already"
again = client("amal", "guess-guess-guess")
refused(401.2, again.projects.list)
print("pyodk is content")
