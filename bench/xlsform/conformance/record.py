"""A pytest plugin that notes every form which pyxform's own tests convert, and what they say about the result.

    cd <pyxform's checkout> && FORMS=/tmp/forms.jsonl PYTHONPATH=<here> python -m pytest -p record tests

Each line of FORMS is one form: its sheets as Markdown, as cells or as a file, the arguments it is converted with, and
the assertions about its XForm, if the test made any.
"""

import base64
import io
import json
import os
from pathlib import Path

import pyxform.builder
import pyxform.xls2json
import pyxform.xls2xform

OUT = open(os.environ["FORMS"], "a", encoding="utf-8")
ASSERTIONS = ("xml__xpath_match", "xml__xpath_exact", "xml__xpath_count", "xml__contains", "xml__excludes",
              "model__contains", "model__excludes", "itext__contains", "itext__excludes", "instance__contains")
inside = 0


def note(source, **more):
    test = os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0]
    form = {"test": test, **more}
    if isinstance(source, dict):
        try:
            form["sheets"] = json.loads(json.dumps(source))
        except TypeError:
            return
    elif isinstance(source, (str, os.PathLike)) and is_file(source):
        form["file"] = file(Path(source).read_bytes(), Path(source))
    elif isinstance(source, str):
        form["markdown"] = source
    elif isinstance(source, bytes):
        form["bytes"] = base64.b64encode(source).decode()
    elif isinstance(source, io.IOBase):
        at = source.tell()
        content = source.read()
        source.seek(at)
        form["bytes"] = base64.b64encode(content if isinstance(content, bytes) else content.encode()).decode()
    else:
        return
    OUT.write(json.dumps(form) + "\n")
    OUT.flush()


def is_file(source):
    try:
        return Path(source).is_file()
    except OSError:
        return False


def file(content, path):
    return {"name": path.name, "content": base64.b64encode(content).decode()}


def wrapped(function, source_of):
    def wrapper(*args, **kwargs):
        global inside
        if not inside:
            found = source_of(*args, **kwargs)
            if found is not None:
                note(**found)
        inside += 1
        try:
            return function(*args, **kwargs)
        finally:
            inside -= 1

    return wrapper


def of_convert(xlsform=None, *args, **kwargs):
    keep = {k: v for k, v in kwargs.items() if k in ("form_name", "default_language", "file_type") and v is not None}
    return {"source": xlsform, **keep}


def of_path(path=None, *args, **kwargs):
    path = path if path is not None else kwargs.get("path_or_file")
    return {"source": path} if path is not None else None


pyxform.xls2xform.convert = wrapped(pyxform.xls2xform.convert, of_convert)
for module, name in ((pyxform.builder, "create_survey_from_xls"), (pyxform.builder, "create_survey_from_path"),
                     (pyxform.xls2json, "parse_file_to_json"), (pyxform.xls2xform, "xls2xform_convert")):
    setattr(module, name, wrapped(getattr(module, name), of_path))
pyxform.builder.parse_file_to_json = pyxform.xls2json.parse_file_to_json


def pytest_collection_modifyitems(items):
    from tests.pyxform_test_case import PyxformTestCase

    original = PyxformTestCase.assertPyxformXform

    def asserting(self, md=None, ss_structure=None, survey=None, **kwargs):
        global inside
        if survey is None:
            assertions = {k: [list(i) if isinstance(i, tuple) else i for i in kwargs[k]]
                          for k in ASSERTIONS if kwargs.get(k)}
            for pair in assertions.get("xml__xpath_exact", ()):
                pair[1] = sorted(pair[1])
            note(md if md is not None else ss_structure, form_name=kwargs.get("name") or "test_name", file_type=".md",
                 errored=bool(kwargs.get("errored")), assertions=assertions)
        inside += 1
        try:
            return original(self, md=md, ss_structure=ss_structure, survey=survey, **kwargs)
        finally:
            inside -= 1

    PyxformTestCase.assertPyxformXform = asserting
