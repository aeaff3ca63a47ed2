"""What is proposed for a tool's fault, and that nothing is where nothing is certain."""

from __future__ import annotations

import subprocess
import zipfile

import pytest

from aibrain_jupyter.healing.proposing.alike import one_alike
from aibrain_jupyter.shared.base_tool import Param, ToolSpec
from aibrain_jupyter.shared.error_handler import InputError, ParameterError
from aibrain_jupyter.tool_executors.healing.patches import session_patches
from aibrain_jupyter.tool_registry import get_tool_registry
from tests.healing.conftest import LIMIT

KEY = """
    def their_tool(ctx):
        rows = [{"UserName": "ana", "Arn": "a"}]
        return [{"name": row["Username"]} for row in rows]
"""
KEYWORD = """
    import pandas as pd

    def their_tool(ctx):
        frame = pd.DataFrame({"a": [1]})
        return [{"text": frame.to_csv(index=False, line_terminator=";")}]
"""
PARAMETER = """
    import boto3

    def their_tool(ctx):
        return boto3.client("kms", "eu-west-1").list_keys(limit=5)["Keys"]
"""
IMPORT = '''
    """A module."""
    from __future__ import annotations

    def their_tool(ctx):
        return [{"text": json.dumps({})}]
'''
WORKBOOK = """
    import io

    import pandas as pd

    def their_tool(ctx):
        frame = pd.DataFrame({"at": pd.to_datetime(["2026-01-01T00:00:00Z"]), "n": [1]})
        out = io.BytesIO()
        frame.to_excel(out)
        return frame
"""
PAGES = """
    def their_tool(ctx):
        client = ctx.client("iam")
        answer = client.list_users(PathPrefix="/a/")
        return [{"name": user["UserName"]} for user in answer["Users"]]
"""


@pytest.mark.parametrize(
    ("source", "kind", "after"),
    [
        (KEY, "changed-key", 'row["UserName"]'),
        (KEYWORD, "renamed-parameter", "(index=False, lineterminator=';')".replace("'", '"')),
        (PARAMETER, "renamed-parameter", ".list_keys(Limit=5)"),
        (IMPORT, "missing-import", "import annotations\nimport json\n"),
        (WORKBOOK, "zone-in-workbook", '.dt.tz_convert("UTC")'),
    ],
    ids=["key", "keyword", "parameter", "import", "workbook"],
)
def test_a_fault_that_is_known_gets_a_diff(workshop, source, kind, after):
    """Each kind is found from the error and the source; the changed tool runs, or gets further."""
    workshop.tool(source)
    error = workshop.fails()

    row = workshop.proposed(error)

    assert ("proposed", kind) == (row["state"], row["kind"])
    assert row["not_known"]
    path = workshop.folder / "module_of_their_tool.py"
    before = path.read_text()
    command = ["git", "apply", str(row["file"])]
    subprocess.run(command, cwd=workshop.folder, check=True, env={"GIT_CEILING_DIRECTORIES": "/"})
    assert after in path.read_text()
    assert before != path.read_text()


def test_a_list_that_is_read_in_part_is_found_by_reading(workshop):
    """Without an error the source is read for lists of which only the first page is asked."""
    workshop.tool(PAGES)

    row = workshop.proposed()

    assert "missing-paginator" == row["kind"]
    assert 'client.get_paginator("list_users").paginate(PathPrefix="/a/")' in row["diff"]
    assert ".build_full_result()" in row["diff"]
    assert "iam:ListUsers" in row["what"]


@pytest.mark.parametrize(
    "body",
    [
        'return client.get_paginator("list_users")',
        'answer = client.list_users(Marker=m); return answer["Users"]',
        'return client.list_users()["IsTruncated"]',
        "return client.list_users()",
        'return client.get_user()["User"]',
        'return client.list_users(**m)["Users"]',
        'client = other(); return client.list_users()["Users"]',
    ],
)
def test_what_is_no_unread_page_stays(workshop, body):
    """Pages that are followed by hand, answers used as a whole, other clients: no proposal."""
    workshop.tool(f"def their_tool(ctx, m=1):\n    client = ctx.client('iam')\n    {body}\n")

    assert "nothing proposed" == workshop.proposed()["state"]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('def their_tool(ctx):\n    return {"Arn": 1}["Owner"]\n', "not known any more"),
        ('def their_tool(ctx):\n    a = {"Arn": 1}\n    return a["Owner"]\n', "no name is like it"),
        (
            (
                'def their_tool(ctx):\n    rows = [{"Tags": 1}, {"tags": 2}]\n'
                '    return [{"n": row["Tags"]} for row in rows]\n'
            ),
            "there at times",
        ),
        ('def their_tool(ctx):\n    a = {"Key1": 1}\n    return a["Key2"]\n', "no name is like"),
        (
            'def their_tool(ctx):\n    a = {"ArnOne": 1, "ARNone": 1}\n    return a["arn_one"]\n',
            "no name is like",
        ),
        ('def their_tool(ctx):\n    k = "Own"\n    return {"Arn": 1}[k]\n', "plainly"),
        ("def their_tool(ctx):\n    return wobbly.flange()\n", "no import is known"),
        ("def their_tool(ctx):\n    return json.wobble()\n", "no import is known"),
        (
            "def their_tool(ctx):\n    if not ctx:\n        json = 1\n    return json.dumps(1)\n",
            "no kind",
        ),
        ("def their_tool(ctx):\n    return 1 / 0\n", "no kind"),
        ("def their_tool(ctx):\n    raise ExceptionGroup('two', [KeyError('a')])\n", "no kind"),
        ("def their_tool(ctx):\n    return print(1, colour=2)\n", "cannot be told|takes"),
    ],
)
def test_what_is_not_certain_is_not_proposed(workshop, source, why):
    """No diff is better than a wrong one: the reason is said instead."""
    workshop.tool(source)

    row = workshop.proposed(workshop.fails())

    assert "nothing proposed" == row["state"]
    assert any(part in row["not_known"].lower() for part in why.split("|")), row["not_known"]
    assert [] == list(workshop.folder.glob("*.diff"))


def test_a_function_that_takes_another_name_than_declared(workshop):
    """The declaration says ``limit``, the function ``limitt``: parameter and uses are renamed."""
    workshop.tool(
        "def their_tool(ctx, limitt=1):\n    return [{'n': limitt}] * limitt\n", params=LIMIT
    )

    row = workshop.proposed(workshop.fails())

    assert "renamed-parameter" == row["kind"]
    assert "+    return [{'n': limit}] * limit" in row["diff"]


def test_tools_of_this_package_are_never_changed(workshop):
    """Whoever audits relies on them: refused, also where another spec points at our code."""
    spec = ToolSpec("sly_tool", "A.", "aibrain_jupyter.tool_executors.healing.tools:HEALING_TOOLS")
    get_tool_registry().register(spec, replace=True)
    workshop.made.append("sly_tool")
    with pytest.raises(InputError, match="tool of this package"):
        workshop.proposed(KeyError("x"), "iam_users")
    with pytest.raises(Exception, match=r"tool of this package|not a function"):
        workshop.proposed(KeyError("x"), "sly_tool")


def test_a_source_that_changed_since_it_was_imported(workshop):
    """What runs is not what the file says: nothing is read into it."""
    workshop.tool(KEY)
    error = workshop.fails()
    path = workshop.folder / "module_of_their_tool.py"
    path.write_text("import os\n" + path.read_text())

    assert "changed since" in workshop.proposed(error)["not_known"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_tabs_line_ends_and_marks_stay(workshop, newline):
    """A file with tabs, CRLF, a byte order mark and no last line end is changed in one place."""
    lines = [
        "# ä",
        "def their_tool(ctx):",
        '\ta = {"Näme": 1}',
        '\treturn "ü" + a["name"] + a["näme"]',
    ]
    lines[3] = '\treturn [{"x": "ü" + a["näme"]}]'
    data = b"\xef\xbb\xbf" + newline.join(lines).encode()
    workshop.tool(data)

    row = workshop.proposed(workshop.fails())

    path = workshop.folder / "module_of_their_tool.py"
    environment = {"GIT_CEILING_DIRECTORIES": "/"}
    command = ["git", "apply", str(row["file"])]
    subprocess.run(command, cwd=workshop.folder, check=True, env=environment)
    assert data.replace('a["näme"]'.encode(), 'a["Näme"]'.encode()) == path.read_bytes()


def test_a_tool_in_a_zip(workshop, monkeypatch):
    """A package that is imported from a zip has a source too."""
    archive = workshop.folder / "more.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(
            "zipped_tool.py", 'def run(ctx):\n    a = {"Name": 1}\n    return a["name"]\n'
        )
    monkeypatch.syspath_prepend(str(archive))
    get_tool_registry().register(ToolSpec("zipped", "A.", "zipped_tool:run"), replace=True)
    workshop.made.append("zipped")

    assert "changed-key" == workshop.proposed(workshop.fails("zipped"), "zipped")["kind"]


DECORATED = """
    import functools

    def often(function):
        @functools.wraps(function)
        def call(*args, **params):
            return function(*args, **params)
        return call

    @often
    def their_tool(ctx):
        a = {"Name": 1}
        return [{"n": a["name"]}]
"""


def test_a_decorated_tool(workshop):
    """The function below its decorators is what is read."""
    workshop.tool(DECORATED)

    assert "changed-key" == workshop.proposed(workshop.fails())["kind"]


def test_a_secret_in_the_source_is_in_no_diff(workshop):
    """Lines around with what looks like a secret are left out of the diff."""
    workshop.tool(
        'def their_tool(ctx):\n    password = "hunter2hunter2"\n    a = {"Name": 1}\n'
        '    return [{"n": a["name"], "p": len(password)}]\n'
    )

    row = workshop.proposed(workshop.fails())

    assert "changed-key" == row["kind"]
    assert "hunter2" not in row["diff"]


def test_an_exception_group_with_one_known_fault(workshop):
    """The members of a group are looked at."""
    workshop.tool(
        """
        def their_tool(ctx):
            found = []
            try:
                {"Name": 1}["x"]
            except KeyError as exc:
                found.append(exc)
            a = {"Name": 1}
            try:
                a["name"]
            except KeyError as exc:
                raise ExceptionGroup("all", [ValueError("é" * 1_000_000), exc]) from None
        """
    )

    assert "changed-key" == workshop.proposed(workshop.fails())["kind"]


def test_what_is_no_exception_is_refused(workshop):
    """A text is no error; a folder that is not there is said."""
    workshop.tool(KEY)
    error = workshop.fails()
    with pytest.raises(ParameterError, match="not an exception"):
        workshop.proposed("KeyError")
    tool = get_tool_registry().get_tool("propose_fix")
    with pytest.raises(ParameterError, match="cannot be written"):
        tool(tool="their_tool", error=error, folder=str(workshop.folder / "no" / "folder"))


def test_a_file_is_never_written_over(workshop):
    """A file of the diff's name with other words in it stays as it is."""
    workshop.tool(KEY)
    error = workshop.fails()
    first = workshop.proposed(error)
    path = workshop.folder / first["file"]
    from aibrain_jupyter.tool_executors.healing.patches import session_patches

    session_patches.cache_clear()
    path.write_text("mine")
    with pytest.raises(InputError, match="another"):
        workshop.proposed(error)
    assert "mine" == path.read_text()


@pytest.mark.parametrize(
    ("wrong", "known", "expected"),
    [
        ("user_name", ["UserName", "UserId"], "UserName"),
        ("Limitt", ["Limit", "Marker"], "Limit"),
        ("Makrer", ["Limit", "Marker"], "Marker"),
        ("MaxItems", ["MaxResults"], None),
        ("Key1", ["Key2"], None),
        ("Min", ["Max"], None),
        ("Names", ["Name", "Named"], None),
        ("enabled", ["Enabled", "ENABLED"], None),
        ("Enabled", ["Disabled"], None),
        ("", ["a"], None),
    ],
)
def test_one_name_alike(wrong, known, expected):
    """Only one that is spelled alike, or one letter apart, is taken for another."""
    found = one_alike(wrong, known)

    assert expected == (found and found[0])


def test_a_declared_parameter_of_another_kind():
    """A spec's own parameters are plain data."""
    assert Param("limit", int, "x", default=1).json_schema()["type"] == "integer"


@pytest.mark.parametrize(
    "body",
    [
        'return client.list_users(MaxItems=1)["Users"]',
        'return client.list_users()["Users"][0]',
        'return client.list_users()["Users"][:10]',
    ],
)
def test_a_first_page_that_is_meant(workshop, body):
    """Who asks for so many, or takes some of them, may want no more: nothing is proposed."""
    workshop.tool(f"def their_tool(ctx):\n    client = ctx.client('iam')\n    {body}\n")

    assert "nothing proposed" == workshop.proposed()["state"]


def test_a_module_that_cannot_be_imported(workshop):
    """What stops a tool from being loaded is read as well."""
    workshop.tool("LIMIT = json.loads('3')\ndef their_tool(ctx):\n    return []\n")

    row = workshop.proposed()

    assert "missing-import" == row["kind"]
    assert "+import json\n" in row["diff"]


def test_a_file_in_another_encoding_is_left_alone(workshop):
    """A diff is UTF-8; of a Latin-1 file it would not fit the bytes."""
    source = (
        '# coding: latin-1\ndef their_tool(ctx):\n    a = {"Name": "ü"}\n    return a["name"]\n'
    )
    workshop.tool(source.encode("latin-1"))

    with pytest.raises(InputError, match="Nobody has the source"):
        workshop.proposed(workshop.fails())


def test_a_name_with_lines_in_it_is_no_line_of_the_diff(workshop):
    """Names of columns and keys are data: they cannot add a hunk."""
    evil = "at\n--- a/other.py\n+++ b/other.py\n@@ -0,0 +1 @@\n+import os"
    workshop.tool(WORKBOOK.replace('"at"', repr(evil)))

    row = workshop.proposed(workshop.fails())

    assert "zone-in-workbook" == row["kind"]
    assert 1 == sum(line.startswith("@@") for line in row["diff"].splitlines())
    assert 1 == sum(line.startswith("--- ") for line in row["diff"].splitlines())


def test_names_of_the_environment_are_not_shown(workshop, monkeypatch):
    """A variable that is not set is no changed key, and others are nobody's business."""
    monkeypatch.setenv("C4N4RY_VARIABLE", "1")
    workshop.tool("import os\ndef their_tool(ctx):\n    return os.environ['C4N4RY_VARIABEL']\n")

    row = workshop.proposed(workshop.fails())

    assert "nothing proposed" == row["state"]
    assert "C4N4RY_VARIABLE" not in row["not_known"]


PARTIAL = """
    import functools

    def run(ctx, x):
        a = {'Name': 1}
        return a['name']

    their_tool = functools.partial(run, x=1)
"""
OBJECT = """
    class Tool:
        def __call__(self, ctx):
            a = {'Name': 1}
            return a['name']

    their_tool = Tool()
"""
NESTED = """
    def make():
        def inner(ctx):
            a = {'Name': 1}
            return a['name']
        return inner

    their_tool = make()
"""


class _OddError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def _cyclic():
    one, two = KeyError("a"), KeyError("b")
    one.__cause__, two.__cause__ = two, one
    return one


@pytest.mark.parametrize(
    "error",
    [
        _cyclic(),
        KeyError(),
        KeyError(1),
        KeyError("x" * 1_000_000),
        TypeError("got an unexpected keyword argument '" + "x" * 1_000_000),
        ExceptionGroup("é\ud800", [ValueError("\x00"), ExceptionGroup("in", [KeyError("k")])]),
        KeyboardInterrupt(),
        _OddError(),
        NameError("name 'json' is not defined"),
        UnboundLocalError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_odd_exceptions_of_elsewhere(workshop, error):
    """An exception that did not come by the source leads to nothing, and raises nothing."""
    workshop.tool(KEY)

    assert "nothing proposed" == workshop.proposed(error)["state"]


@pytest.mark.parametrize(
    "source",
    [
        "their_tool = lambda ctx: {'Name': 1}['name']\n",
        PARTIAL,
        OBJECT,
        NESTED,
        "async def their_tool(ctx):\n    a = {'Name': 1}\n    return [{'n': a['name']}]\n",
        "def their_tool(ctx):\n    a = {'Name': 1}\n    return [f\"{a['name']}\"]\n",
        "def their_tool(ctx):\n\f    a = {'Name': 1}\n    return [a [ 'name' ]]\n",
    ],
    ids=["lambda", "partial", "object", "nested", "async", "f-string", "form feed"],
)
def test_odd_tools(workshop, source):
    """However a tool is made: a right diff, or none and a reason; never another exception."""
    workshop.tool(source)
    error = workshop.fails()
    try:
        row = workshop.proposed(error)
    except InputError:
        return  # nobody has its source

    if row["state"] == "proposed":
        assert "'Name'" in row["diff"].partition("@@")[2]
    assert row["not_known"]


@pytest.mark.parametrize(
    ("used", "line"),
    [
        ("urllib.parse.quote('a')", "import urllib.parse"),
        ("os.path.basename('a')", "import os"),
        ("dt.datetime.now(dt.timezone.utc)", "import datetime as dt"),
        ("datetime.now()", "from datetime import datetime"),
        ("datetime.timedelta(1)", "import datetime"),
        ("Path('a').name", "from pathlib import Path"),
        ("defaultdict(list)", "from collections import defaultdict"),
        ("pd.Timestamp('2026-01-01')", "import pandas as pd"),
        ("collections.abc.Mapping", "import collections.abc"),
        ("urllib.parse.quote(urllib.request.pathname2url('a'))", ""),
        ("date.wobble()", ""),
        ("datetime.datetime.now(); datetime.now()", ""),
    ],
)
def test_one_import_alone_can_be_meant(workshop, used, line):
    """What is taken from a name tells its import, with the part of the package; or nothing does."""
    workshop.tool(f"def their_tool(ctx):\n    {used}\n    return []\n")

    row = workshop.proposed(workshop.fails())

    if line:
        assert f"+{line}\n" in row["diff"]
    else:
        assert "nothing proposed" == row["state"]


WEIRD = """
    import functools

    ROWS = [{"UserName": "ana"}]

    def wrapping(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            return function(*args, **kwargs)
        return inner

    def hiding(function):
        return lambda *args, **kwargs: function(*args, **kwargs)

    @wrapping
    def decorated(ctx):
        return [{"n": row["Username"]} for row in ROWS]

    @hiding
    def hidden(ctx):
        return [{"n": row["Username"]} for row in ROWS]

    in_lambda = lambda ctx: [{"n": row["Username"]} for row in ROWS]

    class Called:
        def __call__(self, ctx):
            return [{"n": row["Username"]} for row in ROWS]

        @staticmethod
        def static(ctx):
            return [{"n": row["Username"]} for row in ROWS]

    instance = Called()
    static = Called.static
    partly = functools.partial(lambda ctx, x: [{"n": row["Username"]} for row in ROWS], x=1)

    async def later(ctx):
        return [{"n": row["Username"]} for row in ROWS]
"""


@pytest.mark.parametrize(
    "name", ["decorated", "hidden", "in_lambda", "instance", "static", "partly", "later"]
)
def test_a_tool_of_any_make_is_mended_and_given_back(workshop, name):
    """Decorated, a lambda, an instance that is called, a partial: one place changes, for now."""
    workshop.tool(WEIRD, function=name)
    row = workshop.proposed(workshop.fails())
    assert "proposed" == row["state"]

    session_patches().apply(row["hash"])
    assert 1 == len(get_tool_registry().get_tool("their_tool")())
    session_patches().revert("their_tool")
    assert isinstance(workshop.fails(), Exception)


TWO = """
    def their_tool(ctx):
        users, answer = [{"UserName": "ana"}], {"AccountId": 1}
        errors = []
        for read in (lambda: users[0]["Username"], lambda: answer["AccountID"], lambda: 1 / BY):
            try:
                read()
            except Exception as exc:
                errors.append(exc)
        if errors:
            raise ExceptionGroup("all", [errors[0], ExceptionGroup("others", errors[1:])])
        return [{"a": 1}]
"""


@pytest.mark.parametrize("by", ["1", "0"])
def test_each_member_of_a_group_is_mended(workshop, by):
    """One diff for all that is certain, in groups of groups too; what is not is for a person."""
    workshop.tool(TWO.replace("BY", by))

    row = workshop.proposed(workshop.fails())

    assert "changed-key" == row["kind"]
    assert "'UserName' is there; 'AccountID' is read" in row["what"]
    assert 'users[0]["UserName"]' in row["diff"]
    assert 'answer["AccountId"]' in row["diff"]
    assert (by == "0") == ("no kind that a change is known for" in row["not_known"])


@pytest.mark.parametrize("after", ["def their_tool(ctx:\n", "x = 'a\x00'\n"])
def test_a_source_that_cannot_be_parsed_is_said(workshop, after):
    """Not that nobody has it: what is wrong with it, and where."""
    workshop.tool(KEY)
    workshop.fails()
    (workshop.folder / "module_of_their_tool.py").write_text(after)

    with pytest.raises(InputError, match="cannot be parsed"):
        workshop.proposed()


def test_a_source_that_was_deleted_is_nobodys(workshop):
    """What ran is in memory alone: nothing is proposed of what nobody can read."""
    workshop.tool(KEY)
    workshop.fails()
    (workshop.folder / "module_of_their_tool.py").unlink()

    with pytest.raises(InputError, match="Nobody has the source"):
        workshop.proposed()
