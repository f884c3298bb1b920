"""Writes forms put together by chance, one a line, for compare.py.

    python random_forms.py COUNT [SEED] > FORMS

They nest groups and repeats, refer to one another across them, are written in several languages, and now and then
hold a mistake. The same seed gives the same forms.
"""

import json
import random
import sys

TYPES = ["text", "integer", "decimal", "date", "time", "dateTime", "note", "geopoint", "geotrace", "geoshape", "image",
         "audio", "video", "file", "barcode", "acknowledge", "hidden", "start", "end", "today", "deviceid", "username",
         "email", "phonenumber", "range", "calculate", "background-audio", "start-geopoint", "background-geopoint",
         "csv-external", "xml-external", "audit", "select_one", "select_multiple", "rank", "select_one_from_file",
         "select_multiple_from_file"]
PARAMETERS = {
    "text": ["rows=3", "rows=x"], "image": ["max-pixels=640", "app=org.example.camera", "max-pixels=a"],
    "audio": ["quality=low", "quality=best"], "background-audio": ["quality=voice-only"],
    "range": ["start=0 end=10 step=2", "start=0;end=1;step=0.1", "start=5 end=1", "step=0", "start=1 end=5 step=7",
              "start=0 end=10 tick_interval=2", "start=0 end=4 tick_labelset=ticks", "placeholder=3",
              "start=0 end=10 step=2 placeholder=3"],
    "geopoint": ["capture-accuracy=5", "warning-accuracy=20 allow-mock-accuracy=true", "capture-accuracy=near",
                 "reference-geometry=towns"],
    "geotrace": ["incremental=true", "incremental=no", "allow-mock-accuracy=false"],
    "audit": ["track-changes=true", "identify-user=true track-changes-reasons=on-form-edit",
              "location-priority=balanced location-min-interval=60 location-max-age=120", "location-max-age=5"],
    "select_one": ["randomize=true", "randomize=true seed=42", "randomize=true seed=${%s}", "seed=4", "randomize=maybe"],
    "rank": ["randomize=true"], "select_one_from_file": ["value=code label=title", "value=a*b", "randomize=true"],
}
FILES = ["towns_file.csv", "places.geojson", "people.xml", "towns.csv"]
EXPRESSIONS = ["${%s} > 3", "${%s} = 'yes' and ${%s} != ''", "selected(${%s}, 'irbid')", "count(${%s}) < 4", "true()",
               "yes", "no", "pulldata('prices', 'price', 'code', ${%s})", "instance('towns')/root/item[name = ${%s}]/label",
               "${last-saved#%s}", "indexed-repeat(${%s}, ${%s}, 2)", "indexed-repeat(${%s}, ${%s}, ${%s})",
               "position(..)", ". > 0 and . < ${%s}", "concat(${%s}, ' - ', ${%s})", "if(${%s} = 1, 'a', \"b\")",
               "sum(${%s}) + 1", "${%s} + indexed-repeat(${%s}, ${%s}, 1) + ${%s}", "once(uuid())", "1 - 1", "-3", "a-b",
               "instance('towns')/root/item[region = current()/../x and name = ${%s}]/name", "jr:choice-name(${%s}, '${%s}')"]
WORDS = ["Where do you live?", "How old are you, ${%s}?", "Tea & <coffee>", "“Quoted”  text", "Line one\nline two", "-",
         "In instance('towns')/root/item[name = ${%s}]/label?", "Name", "${%s}", "a ${%s} b ${%s} c", "{not} a $ref"]
DEFAULTS = ["3", "2026-11-28", "today()", "${%s}", "some-where", "1 + 1", "uuid()", "${last-saved#%s}", "irbid", "10:30:00",
            "32.5 -35.9 0 0", "a*b", "pulldata('prices', 'a', 'b', 'c')"]
APPEARANCES = ["minimal", "field-list", "table-list", "label", "list-nolabel", "w1 ${%s}", "annotate", "no-ticks", "vertical",
               "search('towns')", "multiline", "picker", "rating"]


class Form:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.names = [f"q{i}" for i in range(self.chance.randint(2, 14))]
        self.groups, self.repeats, self.unused = [], [], []
        self.rows = []
        self.languages = self.chance.choice([[], [], ["English (en)"], ["English (en)", "French (fr)"], ["Arabic"]])
        self.sometimes = self.chance.choice([0.05, 0.15, 0.4])
        self.slips = self.chance.choice([0, 0, 0, 0.05])

    def maybe(self, share=None):
        return self.chance.random() < (self.sometimes if share is None else share)

    def name(self):
        pool = self.names * 3 + self.groups + self.repeats
        return "nowhere" if self.maybe(self.slips / 4) else self.chance.choice(pool)

    def fill(self, texts):
        text = self.chance.choice(texts)
        while "%s" in text:
            text = text.replace("%s", self.name(), 1)
        return text

    def words(self, row, column, share=None):
        if self.maybe(share):
            row[column] = self.fill(WORDS)
        for language in self.languages:
            if self.maybe(share):
                row[f"{column}::{language}"] = self.fill(WORDS)

    def common(self, row):
        for column in ("relevant", "constraint", "required", "readonly", "calculation"):
            if self.maybe(self.sometimes / 2):
                row[column] = self.fill(EXPRESSIONS)
        for column in ("constraint_message", "required_message"):
            self.words(row, column, self.sometimes / 3)
        self.words(row, "hint", self.sometimes / 2)
        self.words(row, "guidance_hint", self.sometimes / 4)
        for media in ("image", "audio", "big-image", "video"):
            if self.maybe(self.sometimes / 5):
                row[f"media::{media}" + (f"::{self.chance.choice(self.languages)}" if self.languages else "")] = f"{media}.x"
        if self.maybe(self.sometimes / 2):
            row["appearance"] = self.fill(APPEARANCES)
        if self.maybe(self.sometimes / 8):
            row["instance::odk:tag"] = "t1"
        if self.maybe(self.sometimes / 8):
            row["bind::odk:length"] = "20"
        if self.maybe(self.sometimes / 8):
            row["body::accept"] = "image/*,${%s}" % self.name()

    def question(self):
        if not self.unused:
            return
        kind = self.chance.choice(TYPES + ["text", "integer", "select_one", "calculate", "note"] * 3)
        row = {"name": self.unused.pop(0)}
        if kind in PARAMETERS and self.maybe(0.3):
            row["parameters"] = self.fill(PARAMETERS[kind])
        base = kind
        if kind in ("select_one", "select_multiple", "rank"):
            kind += " " + self.chance.choice(["towns", "yes_no", "towns", "ticks", "${%s}" % self.name()])
            if kind.startswith("select_multiple $"):
                kind = "select_multiple towns"
            if self.maybe(0.1) and "$" not in kind:
                kind += " or_other"
            elif self.maybe(0.3):
                row["choice_filter"] = self.fill(["region = ${%s}", "region = 'north'", "${%s} = 1 and name != ${%s}"])
        elif "from_file" in kind:
            kind += " " + self.chance.choice(FILES)
            if self.maybe(0.3):
                row["choice_filter"] = self.fill(["region = ${%s}"])
        row["type"] = kind + "z" * self.maybe(self.slips / 4)
        self.words(row, "label", 0.95 if base not in ("calculate", "hidden") else 0.1)
        self.common(row)
        if base == "audit":
            row.pop("name")
        if base == "calculate" and self.maybe(0.9):
            row["calculation"] = self.fill(EXPRESSIONS)
        if base == "background-geopoint":
            row.pop("calculation", None)
            row["trigger"] = "${%s}" % self.name()
        if self.maybe(self.sometimes / 3):
            row["default"] = self.fill(DEFAULTS)
        if self.maybe(self.sometimes / 4) and self.names:
            row["trigger"] = self.fill(["${%s}", "${%s}, ${%s}"])
            row["calculation"] = self.fill(EXPRESSIONS)
        if self.maybe(self.slips / 4):
            row["name"] = self.chance.choice(["1st", "meta", "a b", "q0"])
        self.rows.append(row)

    def block(self, depth):
        for _ in range(self.chance.randint(1, 5)):
            if depth < 4 and self.maybe(0.3):
                kind = self.chance.choice(["group", "repeat"])
                name = f"{kind[0]}{len(self.groups) + len(self.repeats)}"
                (self.groups if kind == "group" else self.repeats).append(name)
                row = {"type": f"begin_{kind}", "name": name}
                self.words(row, "label", 0.8)
                self.common(row)
                row.pop("calculation", None)
                if kind == "repeat" and self.maybe():
                    row["repeat_count"] = self.fill(["3", "${%s}", "${%s} + 1"])
                self.rows.append(row)
                self.block(depth + 1)
                if not self.maybe(self.slips / 6):
                    self.rows.append({"type": f"end_{kind}"})
            else:
                self.question()

    def choices(self):
        rows = []
        for towns in (("towns", ["irbid", "zarqa", "jerash"]), ("yes_no", ["yes", "no"]), ("ticks", ["0", "4"])):
            for name in towns[1]:
                row = {"list_name": towns[0], "name": name, "region": self.chance.choice(["north", "south"])}
                self.words(row, "label", 0.9)
                if self.maybe(self.sometimes / 8):
                    row["media::image"] = f"{name}.png"
                rows.append(row)
        if self.maybe(self.slips / 4):
            rows.append({"list_name": "towns", "name": "irbid", "label": "Irbid"})
        return rows

    def entities(self):
        rows = []
        for index in range(self.chance.choice([0, 0, 0, 1, 1, 2])):
            row = {"list_name": f"e{index}", "label": self.fill(["${%s}", "concat(${%s}, ${%s})", "'x'"])}
            if self.maybe(0.2):
                row["create_if"] = self.fill(EXPRESSIONS)
            if self.maybe(0.2):
                row["entity_id"] = self.fill(["${%s}"])
                if self.maybe(0.5) or "create_if" in row:
                    row["update_if"] = self.fill(EXPRESSIONS)
            rows.append(row)
        if rows:
            questions = [r for r in self.rows if not r["type"].startswith(("begin", "end")) and "name" in r]
            for index, row in enumerate(self.chance.sample(questions, min(len(questions), self.chance.randint(0, 3)))):
                prefix = f"{self.chance.choice(rows)['list_name']}#" if len(rows) > 1 or self.maybe(0.3) else ""
                row["save_to"] = f"{prefix}p{index}"
        return rows

    def settings(self):
        row = {"form_id": "arrival", "form_title": "Arrival"}
        options = {"version": "3", "style": "pages", "instance_name": "concat('a', ${%s})" % self.name(),
                   "submission_url": "https://example.org/s", "auto_send": "true", "public_key": "abc",
                   "default_language": self.chance.choice(self.languages or ["English"]), "allow_choice_duplicates": "yes",
                   "namespaces": 'org="http://example.org"', "attribute::org:kind": "x", "name": "arrival", "prefix": "p",
                   "client_editable": "yes", "omit_instanceID": "yes"}
        row.update({k: v for k, v in options.items() if self.maybe(0.07)})
        return [row]

    def sheets(self):
        self.unused = list(self.names)
        # Groups are named while rows are written: a first try tells what can be referred to.
        state = self.chance.getstate()
        self.block(0)
        named = [row["name"] for row in self.rows if "name" in row]
        self.names = [n for n in named if n.startswith("q")] or ["q0"]
        self.rows, self.groups, self.repeats = [], [], []
        self.unused = list(self.names)
        self.chance.setstate(state)
        self.block(0)
        self.rows += [{"type": "text", "name": name, "label": "Left over"} for name in self.unused]
        sheets = {"survey": self.rows, "choices": self.choices(), "settings": self.settings()}
        entities = self.entities()
        if entities:
            sheets["entities"] = entities
        return sheets


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for number in range(int(sys.argv[1])):
        sheets = Form(seed * 1_000_000 + number).sheets()
        order = ["type", "name", "label"]
        for name, rows in list(sheets.items()):
            keys = sorted({k for row in rows for k in row}, key=lambda k: (order.index(k) if k in order else 9, k))
            sheets[name] = [{k: row[k] for k in keys if k in row} for row in rows]
            sheets[f"{name}_header"] = [dict.fromkeys(keys)]
        print(json.dumps({"test": f"random {seed} {number}", "sheets": sheets, "form_name": "data"}))


main()
