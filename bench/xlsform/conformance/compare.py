"""Converts every noted form with pyxform and with xlsform, and compares what both say.

    python compare.py FORMS CONVERT [--show WORD] [--all]

FORMS is what record.py wrote, or a folder of workbooks; CONVERT the program crates/xlsform/examples/convert. Two XForms say the same if their
elements, attributes and texts do, whatever the order of attributes, binds, translations and instances, the prefixes
of namespaces and the spaces around paths. Where pyxform refuses a form, xlsform must refuse it, and name the same row
where pyxform names one.
"""

import argparse
import base64
import collections
import csv
import io
import json
import re
import subprocess
import tempfile
from pathlib import Path

from lxml import etree
from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import md_to_dict
from pyxform.xls2xform import convert

XF = "{http://www.w3.org/2002/xforms}"


def read(path):
    """The noted forms, each once, with the tests that they come from; or the workbooks of a folder."""
    if Path(path).is_dir():
        files = sorted(f for f in Path(path).rglob("*") if f.suffix in (".xlsx", ".xlsm", ".xls", ".csv", ".md"))
        return [{"file": {"name": f.name, "content": base64.b64encode(f.read_bytes()).decode()},
                 "tests": [str(f)], "assertions": {}} for f in files]
    forms = {}
    for line in open(path, encoding="utf-8"):
        form = json.loads(line)
        key = json.dumps({k: v for k, v in form.items() if k not in ("test", "assertions", "errored")}, sort_keys=True)
        kept = forms.setdefault(key, {**form, "tests": [], "assertions": {}})
        kept["tests"].append(form["test"])
        for name, values in form.get("assertions", {}).items():
            kept["assertions"].setdefault(name, []).extend(values)
    return list(forms.values())


def source(form, folder):
    """What pyxform is given."""
    if "markdown" in form:
        return form["markdown"]
    if "sheets" in form:
        return form["sheets"]
    if "bytes" in form:
        return io.BytesIO(base64.b64decode(form["bytes"]))
    path = folder / str(len(list(folder.iterdir()))) / form["file"]["name"]
    path.parent.mkdir()
    path.write_bytes(base64.b64decode(form["file"]["content"]))
    return str(path)


def with_pyxform(form, folder):
    form["path"] = source(form, folder) if "file" in form else None
    arguments = {k: form[k] for k in ("form_name", "default_language", "file_type") if k in form}
    warnings = []
    try:
        result = convert(form["path"] or json_copy(source(form, folder)), warnings=warnings, **arguments)
        return {"xform": result.xform, "itemsets": result.itemsets, "warnings": warnings}
    except PyXFormError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001
        return {"crash": f"{type(error).__name__}: {error}"}


def json_copy(value):
    return json.loads(json.dumps(value)) if isinstance(value, dict) else value


def task(form, folder):
    """What xlsform is given; none for what it does not take."""
    if form.get("default_language"):
        return None, "a default language given beside the form"
    common = {"root": form.get("form_name") or "data"}
    if "sheets" in form:
        return sheets(form["sheets"], common)
    if "markdown" in form and (form.get("file_type") or form["markdown"].count("|") >= 5):
        return {"markdown": form["markdown"], **common}, None
    if "bytes" in form or "markdown" in form:
        content = base64.b64decode(form["bytes"]) if "bytes" in form else form["markdown"].encode()
        ending = ".xlsx" if content[:2] == b"PK" else ".xls" if content[:2] == b"\xd0\xcf" else None
        if ending is None:
            ending = ".md" if b"|" in content[:5000] else ".csv"
        path = folder / str(len(list(folder.iterdir()))) / f"data{ending}"
        path.parent.mkdir()
        path.write_bytes(content)
        return {"file": str(path), **common, "stem": "data"}, None
    return {"file": form["path"], **common}, None


def sheets(given, common):
    rows = []
    for name, content in given.items():
        if name.endswith("_header") or name in ("sheet_names", "fallback_form_name") or not isinstance(content, list):
            continue
        headers = list((given.get(f"{name}_header") or [{}])[0])
        used = list(dict.fromkeys(key for row in content for key in row))
        early = {key for row in content[:100] for key in row}
        if set(used) - set(headers or early):
            return None, "a dictionary with values under no header, which no file can have"
        headers = headers or used
        cells = [headers] + [[None if row.get(h) is None else str(row[h]) for h in headers] for row in content]
        rows.append({"name": name, "rows": cells})
    if not rows:
        return None, "a dictionary without sheets"
    stem = given.get("fallback_form_name")
    return {"sheets": rows, **common, **({"stem": stem} if stem else {})}, None


def with_xlsform(program, tasks):
    lines = "".join(json.dumps(task) + "\n" for task in tasks)
    done = subprocess.run([program, "--batch"], input=lines, capture_output=True, text=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(tasks):
        raise SystemExit(f"xlsform stopped at form {len(answers)}: {tasks[len(answers)]}\n{done.stderr}")
    return answers


def spaces(text):
    return " ".join((text or "").split())


def meaning(element):
    """An element as a value that is equal for equal meaning."""
    children = [meaning(child) for child in element if isinstance(child.tag, str)]
    texts = [spaces(element.text)] + [spaces(child.tail) for child in element if isinstance(child.tag, str)]
    if element.tag == f"{XF}model":
        loose = ("bind", "instance", "itext", "submission")
        is_loose = [c for c in children if c[0].replace(XF, "") in loose]
        # The first instance is that of the answers.
        first = next((c for c in is_loose if c[0] == f"{XF}instance"), None)
        rest = sorted((c for c in is_loose if c is not first), key=repr)
        children = [first, *rest, *(c for c in children if c not in is_loose)]
        texts = []
    elif element.tag in (f"{XF}itext", f"{XF}translation", f"{XF}text"):
        children = sorted(children, key=repr)
        texts = []
    attributes = tuple(sorted((k, spaces(v)) for k, v in element.attrib.items()))
    return (element.tag, attributes, tuple(t for t in texts if t), tuple(children))


def difference(ours, theirs, path=""):
    """The first place where two meanings differ."""
    if ours == theirs:
        return None
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return f"{path}: {brief(ours)} instead of {brief(theirs)}"
    here = f"{path}/{ours[0].split('}')[-1]}"
    if ours[1:3] != theirs[1:3]:
        a, b = set(ours[1]), set(theirs[1])
        return f"{here}: {sorted(a - b)} {ours[2]} instead of {sorted(b - a)} {theirs[2]}"
    for mine, other in zip(ours[3], theirs[3]):
        found = difference(mine, other, here)
        if found:
            return found
    more, fewer = ours[3][len(theirs[3]):], theirs[3][len(ours[3]):]
    return f"{here}: too many {[brief(c) for c in more]}, missing {[brief(c) for c in fewer]}"


def brief(value):
    return None if value is None else f"{value[0].split('}')[-1]}{dict(value[1])}{value[2]}"


def cells(itemsets):
    """Rows without their empty cells, which pyxform leaves out, and without the header None, which it makes up."""
    rows = ([cell for cell in row if cell not in ("", "None")] for row in csv.reader(io.StringIO(itemsets or "")))
    return [row for row in rows if row]


def rows_in(message):
    return {int(row) for row in re.findall(r"\[row : (\d+)\]", message)}


def compare(form, ours, theirs):
    """Whether both agree, and if not, why."""
    if "crash" in theirs:
        return "left out", f"pyxform itself fails: {theirs['crash']}"
    if "error" in theirs:
        if "xform" in ours:
            return "failed", f"not refused: {theirs['error']}"
        rows = rows_in(theirs["error"])
        named = {problem.get("row") for problem in ours["problems"]}
        if rows and not rows & named:
            return "failed", f"rows {named} named instead of {rows}: {theirs['error']} / {ours['problems']}"
        return "passed", None
    try:
        expected = etree.fromstring(theirs["xform"].encode())
    except etree.XMLSyntaxError as error:
        return "left out", f"pyxform's XForm is no XML: {error}"
    if "problems" in ours:
        return "failed", f"refused: {[p['message'] for p in ours['problems']]} {[p.get('row') for p in ours['problems']]}"
    mine = etree.fromstring(ours["xform"].encode())
    found = difference(meaning(mine), meaning(expected))
    if found:
        return "failed", found
    if theirs.get("itemsets") and cells(theirs["itemsets"]) != cells(ours.get("itemsets")):
        return "failed", f"itemsets.csv: {ours.get('itemsets')!r} instead of {theirs['itemsets']!r}"
    return "passed", None


def assertions(form, ours, theirs):
    """How many of the tests' XPath assertions that hold for pyxform's XForm hold for ours, and those that do not."""
    if "xform" not in ours or "xform" not in theirs:
        return 0, []
    try:
        roots = [etree.fromstring(x["xform"].encode()) for x in (ours, theirs)]
    except etree.XMLSyntaxError:
        return 0, []
    names = {"x": XF[1:-1]}
    for root in roots:
        names.update({k: v for k, v in root.nsmap.items() if k})
    wanted = [(p, "count", 1) for p in form["assertions"].get("xml__xpath_match", [])]
    wanted += [(p, "count", n) for p, n in form["assertions"].get("xml__xpath_count", [])]
    wanted += [(p, "exact", e) for p, e in form["assertions"].get("xml__xpath_exact", [])]
    held, broken = 0, []
    for path, kind, expected in wanted:
        found = []
        for root in roots:
            result = root.xpath(path, namespaces=names)
            result = result if isinstance(result, list) else [result]
            found.append(len(result) if kind == "count" else sorted(text(r) for r in result))
        if kind == "count" and found[1] != expected:
            continue
        if found[0] == (expected if kind == "count" else found[1]):
            held += 1
        else:
            broken.append(path)
    return held, broken


def warned(ours, theirs):
    """How many rows that pyxform warns of are warned of by xlsform, and how many not."""
    if "xform" not in ours or "xform" not in theirs:
        return 0, []
    rows = set().union(*(rows_in(warning) for warning in theirs["warnings"]), set())
    named = {warning["row"] for warning in ours["warnings"]}
    return len(rows & named), sorted(rows - named)


def text(found):
    if not hasattr(found, "tag"):
        return str(found)
    return re.sub(r" ?(<[^>]*>) ?", r"\1", spaces(etree.tostring(found, encoding=str, with_tail=False)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("forms")
    parser.add_argument("convert")
    parser.add_argument("--show", help="show failures whose test or reason has this word")
    parser.add_argument("--all", action="store_true", help="show every failure and everything left out")
    parser.add_argument("--assertions", action="store_true", help="show every assertion that does not hold")
    arguments = parser.parse_args()
    forms = read(arguments.forms)
    verdicts, reasons, held, broken = collections.Counter(), collections.Counter(), 0, []
    warned_rows, unwarned = 0, []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        theirs = [with_pyxform(form, folder) for form in forms]
        tasks = [task(form, folder) for form in forms]
        answers = iter(with_xlsform(arguments.convert, [t for t, _ in tasks if t is not None]))
    for form, (given, reason), expected in zip(forms, tasks, theirs):
        if given is None:
            verdict, why = "left out", reason
        else:
            ours = next(answers)
            verdict, why = compare(form, ours, expected)
            good, bad = assertions(form, ours, expected)
            held += good
            good, silent = warned(ours, expected)
            warned_rows += good
            unwarned += [(form["tests"][0], row, expected["warnings"]) for row in silent]
            broken += [(form["tests"][0], path) for path in bad]
        verdicts[verdict] += 1
        if verdict == "left out":
            reasons[re.sub(r":.*", "", why)] += 1
        word = f"{form['tests']} {why}"
        if verdict != "passed" and (arguments.all or (arguments.show and arguments.show in word)):
            print(f"{verdict}: {form['tests'][0]} (of {len(form['tests'])})\n    {why}")
            if arguments.show:
                print(form.get("markdown", form.get("sheets", form.get("path"))))
    if arguments.assertions:
        for test, path in broken:
            print(f"does not hold: {test}\n    {path}")
    if arguments.all:
        for test, row, warnings in unwarned:
            print(f"not warned of: {test} row {row}: {[w for w in warnings if f'[row : {row}]' in w]}")
    tests = {test for form in forms for test in form["tests"]}
    accepted = sum("xform" in t for t in theirs)
    print(f"{len(forms)} forms of {len(tests)} tests; pyxform converts {accepted} and refuses "
          f"{sum('error' in t for t in theirs)}")
    print(f"forms: {verdicts['passed']} passed, {verdicts['failed']} failed, {verdicts['left out']} left out")
    for reason, count in reasons.most_common():
        print(f"    left out: {count} {reason}")
    judged = verdicts["passed"] + verdicts["failed"]
    print(f"    {100 * verdicts['passed'] / judged:.1f} % of those compared say the same")
    print(f"rows that pyxform warns of: {warned_rows} warned of by xlsform too, {len(unwarned)} not")
    print(f"XPath assertions that hold for pyxform: {held} hold for xlsform too, {len(broken)} do not")


main()
