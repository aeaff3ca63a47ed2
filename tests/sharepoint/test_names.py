"""Names that SharePoint does not take are known before they are sent, and no others."""

from __future__ import annotations

import pytest

from aibrain_jupyter.sharepoint.errors import ForbiddenNameError, LongPathError
from aibrain_jupyter.sharepoint.names import refuse, why_refused
from aibrain_jupyter.sharepoint.server.answers import GraphRefusal
from aibrain_jupyter.sharepoint.server.drive import Drive

ROOT = "https://contoso.sharepoint.com/sites/audit/Shared%20Documents"
BAD = (
    [f"a{c}b" for c in '"*:<>?\\|\t']
    + [
        " a",
        "a ",
        "a.",
        "~$a.docx",
        ".lock",
        "CON",
        "con.txt",
        "LPT1.log",
        "desktop.ini",
        "a_vti_b",
    ]
    + ["x//y", "..", "x/../y", "~temp/a", "Forms/a.txt", "CON/a", "x" * 256]
)
GOOD = [
    *("a%b", "100% #1", "ünï.txt", "☂🙂.csv", "a'b&c=d+e;f,g@h!.txt", "COM10", "console.txt", "~a"),
    *(".hidden", "a..b", "x/forms/a", "forms", "locked.lock", "a\u00a0b"),
]


@pytest.mark.parametrize("path", BAD)
def test_what_is_not_allowed_is_refused_with_its_reason(path):
    """Each has a reason, and an error with a next step."""
    assert why_refused(path)
    with pytest.raises((ForbiddenNameError, LongPathError)) as caught:
        refuse(path)
    assert caught.value.why
    assert caught.value.next_steps


@pytest.mark.parametrize("path", GOOD)
def test_what_is_allowed_passes(path):
    """Odd is not forbidden; the local Graph agrees."""
    assert "" == why_refused(path, ROOT)
    Drive("Documents", "contoso.sharepoint.com/sites/audit").write(path, b"x")


OURS_ALONE = ("x//y", "..", "x/../y", "~temp/a", "Forms/a.txt", "x" * 256)
"""What an address cannot say, and rules that the local Graph does not know."""


@pytest.mark.parametrize("path", [path for path in BAD if path not in OURS_ALONE])
def test_the_local_graph_refuses_them_too(path):
    """What we know beforehand is what the server would say."""
    with pytest.raises(GraphRefusal):
        Drive("Documents", "contoso.sharepoint.com/sites/audit").write(path, b"x")


def test_the_length_counts_site_and_library():
    """400 characters behind the host are allowed, as the database counts them."""
    rest = 400 - len("sites/audit/Shared Documents/")
    path = "/".join(["d" * 99] * (rest // 100)) + "/"
    path += "f" * (rest - len(path))

    assert "" == why_refused(path, ROOT)
    assert "401 characters" in why_refused(f"{path}f", ROOT)
    assert "402 characters" in why_refused(f"{path}🙂", ROOT)
    with pytest.raises(LongPathError, match="as long as"):
        refuse(f"{path}f", ROOT)


def test_a_name_that_speaks_of_characters_is_no_long_path():
    """The kind of the refusal is not guessed from the name."""
    with pytest.raises(ForbiddenNameError):
        refuse("characters?.txt", ROOT)
