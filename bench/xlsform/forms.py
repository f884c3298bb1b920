"""Writes workbooks of 10, 100, 1,000 and 5,000 questions for the benchmark: python forms.py FOLDER

Every tenth row begins or ends a group or a repeat; questions are of many types, in two languages, with conditions that
refer to questions before them, and choices with filters.
"""

import sys

from openpyxl import Workbook

HEADERS = ["type", "name", "label::English (en)", "label::French (fr)", "hint::English (en)", "relevant", "constraint",
           "constraint_message::English (en)", "required", "calculation", "choice_filter", "appearance"]
KINDS = ["text", "integer", "select_one towns", "date", "select_multiple needs", "decimal", "note", "calculate"]


def row(number):
    kind = KINDS[number % len(KINDS)]
    before = max(0, number - 3 - number % 5)
    cells = dict.fromkeys(HEADERS)
    cells.update({"type": kind, "name": f"q{number}", "label::English (en)": f"Question {number} after ${{q{before}}}?",
                  "label::French (fr)": f"Question {number} après ${{q{before}}} ?"})
    if number % 3 == 0:
        cells["relevant"] = f"${{q{before}}} != '' and not(selected(${{q{before}}}, 'none'))"
    if kind == "integer":
        cells |= {"constraint": ". >= 0 and . < 120", "constraint_message::English (en)": "Between 0 and 119."}
    if kind == "calculate":
        cells |= {"calculation": f"if(${{q{before}}} = '', 0, 1)", "label::English (en)": None, "label::French (fr)": None}
    if kind == "select_one towns":
        cells |= {"choice_filter": f"region = ${{q{before}}}", "appearance": "minimal", "required": "yes"}
    if number % 4 == 0 and kind != "calculate":
        cells["hint::English (en)"] = "As on the card."
    return [cells[header] for header in HEADERS]


def survey(questions):
    rows, container = [HEADERS], None
    for number in range(questions):
        if number % 20 == 10:
            container = "repeat" if number % 40 == 10 else "group"
            rows.append([f"begin_{container}", f"{container[0]}{number}", f"Part {number}", f"Partie {number}"])
        rows.append(row(number))
        if number % 20 == 19:
            rows.append([f"end_{container}"])
            container = None
    return rows + ([[f"end_{container}"]] if container else [])


def choices():
    rows = [["list_name", "name", "label::English (en)", "label::French (fr)", "region"]]
    rows += [["towns", f"t{i}", f"Town {i}", f"Ville {i}", f"r{i % 12}"] for i in range(200)]
    return rows + [["needs", name, name.title(), name.title(), None] for name in ("food", "shelter", "health", "none")]


def write(questions, path):
    book = Workbook(write_only=True)
    sheets = {"survey": survey(questions), "choices": choices(),
              "settings": [["form_title", "form_id", "version"], ["Arrival", "arrival", "1"]]}
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append(cells)
    book.save(path)


for count in (10, 100, 1000, 5000):
    write(count, f"{sys.argv[1]}/{count}.xlsx")
