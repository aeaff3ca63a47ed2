"""A patch is applied by its hash, by somebody, for this session; everything says that it was."""

from __future__ import annotations

import pytest

from aibrain_jupyter.execution.provenance.collected import collected_of
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import Param, ToolSpec
from aibrain_jupyter.shared.error_handler import InputError, ToolLoadError, UnknownNameError
from aibrain_jupyter.shared.verbs.verb import VerbCall
from aibrain_jupyter.tool_executors.evidence.known import _source
from aibrain_jupyter.tool_executors.healing.patches import session_patches
from aibrain_jupyter.tool_executors.verbs.patch import offers, patch
from aibrain_jupyter.tool_registry import get_tool_registry
from tests.aws.conftest import run  # noqa: F401 - fixture

SOURCE = """
    CALLS = []

    def their_tool(ctx):
        CALLS.append(1)
        a = {"Name": "ana"}
        return [{"name": a["name"], "calls": len(CALLS)}]
"""

WORD = (Param("word", str, "which way"),)


def _watched(*words, **options):
    return patch(VerbCall(words, options=options, say=print))


def _call():
    return get_tool_registry().get_tool("their_tool")()


@pytest.fixture
def proposed(workshop):
    """A tool that fails, and what is proposed for it."""
    workshop.tool(SOURCE)
    return workshop.proposed(workshop.fails())


def test_a_patch_is_in_force_until_it_is_taken_back(proposed, workshop):
    """Applied by its hash the tool runs; taken back it fails as before; its file never changes."""
    path = workshop.folder / "module_of_their_tool.py"
    before = path.read_bytes()

    _watched(proposed["hash"])
    assert "ana" == _call()["name"].item()
    assert proposed["hash"] == _call().attrs["aibrain"]["patch"]
    assert "applied" == _watched()["state"].item()
    _watched("their_tool", revert=True)

    assert isinstance(workshop.fails(), KeyError)
    assert before == path.read_bytes()
    assert "reverted" == _watched()["state"].item()


def test_nobody_applies_a_patch_unattended(proposed, workshop):
    """Where nobody is watching it is refused at once; the list may be looked at."""
    with pytest.raises(InputError, match="Nobody is watching"):
        patch(VerbCall((proposed["hash"],)))

    assert isinstance(workshop.fails(), KeyError)
    assert 1 == len(patch(VerbCall()))


@pytest.mark.parametrize("word", ["apply", "abc", "00000000", "g" * 64, ""])
def test_what_is_no_hash_of_a_patch(proposed, word):
    """A short one, another one, none: refused with what there is."""
    if word:
        with pytest.raises(InputError):
            _watched(word)
    else:
        with pytest.raises(InputError, match="Which tool"):
            _watched(revert=True)


def test_an_edited_diff_is_not_applied(proposed, workshop):
    """Whoever changes the file has another patch, which nobody proposed."""
    path = workshop.folder / proposed["file"]
    path.write_text(path.read_text().replace("Name", "Nam3"))

    with pytest.raises(InputError, match="not for what is there"):
        _watched(proposed["hash"])


def test_a_patch_of_an_older_source_is_not_applied(proposed, workshop):
    """The author's new version is not what the patch was made of."""
    path = workshop.folder / "module_of_their_tool.py"
    path.write_text(path.read_text() + "# more\n")

    with pytest.raises(InputError, match="not for what is there"):
        _watched(proposed["hash"])


def test_a_source_that_cannot_be_loaded_changes_nothing(proposed, workshop):
    """A module that fails as it is run again leaves the tool as it was."""
    known = session_patches().find(proposed["hash"])
    object.__setattr__(known.proposal, "text", "raise SystemExit(3)")

    with pytest.raises(ToolLoadError, match="nothing has changed"):
        _watched(proposed["hash"])
    assert isinstance(workshop.fails(), KeyError)


def test_a_tool_that_is_not_modified_cannot_be_taken_back(proposed):
    """The nearest modified one is named."""
    with pytest.raises(UnknownNameError):
        _watched("their_tool", revert=True)


def test_completion_offers_hashes_then_the_tool(proposed):
    """What can be applied by hash, what can be taken back by name."""
    assert [proposed["hash"][:12]] == list(offers(()))
    _watched(proposed["hash"])
    assert ["their_tool"] == list(offers(()))


def test_a_second_fault_is_mended_with_the_first(workshop):
    """A patch of a modified tool is one diff from what its author has, and takes its place."""
    workshop.tool(
        """
        def their_tool(ctx):
            a = {"Name": "ana", "Owner": "eve"}
            return [{"name": a["name"], "owner": a["owner"]}]
        """
    )
    first = workshop.proposed(workshop.fails())
    _watched(first["hash"])
    second = workshop.proposed(workshop.fails())

    assert 'a["Name"], "owner": a["Owner"]' in second["diff"]
    _watched(second["hash"])
    assert ["ana", "eve"] == _call().iloc[0].tolist()
    assert ["reverted", "applied"] == _watched()["state"].tolist()


def test_runs_manifests_and_notes_say_the_patch(proposed, run, workshop):  # noqa: F811
    """Coverage, provenance and manifest of every run of a modified tool have the patch's hash."""
    get_tool_registry().load("their_tool")
    _watched(proposed["hash"])

    frame, said = run("%aibrain their_tool")

    done = get_session().last
    assert proposed["hash"] == frame.attrs["aibrain"]["patch"] == done.provenance["patch"]
    assert f"modified in this session by the patch {proposed['hash'][:12]}" in said
    collected = collected_of(done, frame)
    assert not collected.is_standard
    assert proposed["hash"] in collected.why_custom
    assert proposed["hash"] == _source(collected)["patch_sha256"]
    assert 64 == len(collected.source_sha256)


def test_the_cache_tells_both_apart(workshop, run):  # noqa: F811
    """What was kept before the patch is not served after it, nor the other way round."""
    workshop.tool(
        """
        def their_tool(ctx, word):
            a = {"Name": "ana"}
            if word == "wrong":
                return [{"name": a["name"]}]
            return [{"of": __name__}]
        """,
        params=WORD,
    )
    before, _ = run("%aibrain their_tool word=right")
    found = workshop.proposed(workshop.fails(word="wrong"))
    _watched(found["hash"])
    during, _ = run("%aibrain their_tool word=right")
    again, said = run("%aibrain their_tool word=right")
    _watched("their_tool", revert=True)
    after, _ = run("%aibrain their_tool word=right")

    assert before["of"].item() == after["of"].item() != during["of"].item()
    assert during["of"].item() == again["of"].item()
    assert "modified in this session" in said
    assert "memory" in again.attrs["aibrain"]["sources"]


def test_a_tool_that_is_registered_anew_is_no_longer_modified(proposed, workshop):
    """Whoever writes a new version of the tool has that one, and can be proposed another change."""
    _watched(proposed["hash"])
    workshop.tool(SOURCE.replace("CALLS = []", "CALLS = []  # mine"))

    with pytest.raises(UnknownNameError):
        _watched("their_tool", revert=True)
    row = workshop.proposed(workshop.fails())
    assert "proposed" == row["state"]
    assert row["hash"] != proposed["hash"]


def test_a_package_with_relative_imports_and_data_is_changed(workshop):
    """The changed module is at home in its package: relative imports, its files, its classes."""
    folder = workshop.folder / "their_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "names.txt").write_text("ana\n")
    (folder / "more.py").write_text("def one():\n    return {'Name': 'ana'}\n")
    (folder / "tools.py").write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\nfrom pathlib import Path\nfrom .more import one\n"
        "@dataclass\nclass Row:\n    name: str\n"
        "def run(ctx):\n"
        "    names = Path(__file__).with_name('names.txt').read_text().split()\n"
        "    found = one()\n"
        "    return [Row(found['name']) for _ in names]\n"
    )
    spec = ToolSpec("packaged", "A.", "their_package.tools:run")
    get_tool_registry().register(spec, replace=True)
    workshop.made.append("packaged")
    row = workshop.proposed(workshop.fails("packaged"), "packaged")

    _watched(row["hash"])

    assert ["ana"] == get_tool_registry().get_tool("packaged")()["name"].tolist()
    tried = get_tool_registry().get_tool("test_tool")(tool="packaged").iloc[0]
    assert ("failed: KeyError", "complete") == (tried["old_outcome"], tried["new_outcome"])


def test_a_handler_of_another_package_is_changed(workshop):
    """A class with targets of its own is changed like a function; its spec keeps its places."""
    workshop.tool(
        """
        from aibrain_jupyter.shared.base_tool import ToolHandler

        class Mine(ToolHandler):
            def run(self, ctx, **params):
                a = {"Name": "ana"}
                return [{"name": a["name"]}]
        """,
        function="Mine",
    )
    row = workshop.proposed(workshop.fails())

    _watched(row["hash"])

    assert "ana" == _call()["name"].item()
