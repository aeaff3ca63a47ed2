"""What every declared resource promises, proven against answers made of AWS's own models."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from aibrain_jupyter.aws.resources.expressions import names_in, search
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.evidence.samples.sampling import keys_of
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import PermissionDeniedError
from aibrain_jupyter.shared.frames.columns import TEXT
from aibrain_jupyter.shared.frames.not_known import read_reasons
from aibrain_jupyter.shared.frames.unreadable import Unreadable

# The server lists the same things under each parent, or as each of several kinds. Their ids are
# never given to two things, whatever the parent.
SAME_UNDER_EACH = {
    "cloudwatch_alarms",
    "config_compliance",
    "ec2_launch_templates",
    "ecs_services",
    "elasticache_clusters",
    "iam_identity_providers",
    "inspector2_status",
    "securityhub_controls",
    "sso_admin_assignments",
}
TEXT_DTYPE = str(pd.Series(["text"]).dtype)
DECLARED = [resource for resource in RESOURCES if resource.lists]
DETAILED = [r for r in DECLARED if any(c.kind not in ("list", "each") for c in r.calls)]
each_detailed = pytest.mark.parametrize("resource", DETAILED, ids=lambda r: r.tool_name)
each_declared = pytest.mark.parametrize("resource", DECLARED, ids=lambda r: r.tool_name)

# Beside the test: what names of members do not do.
MODEL_ANSWERS = yaml.safe_load(Path(__file__).with_name("model_answers.yml").read_text("utf-8"))
ONE_OF_SEVERAL = MODEL_ANSWERS["one_of_several"]


def _texts(resource):
    """Return the texts that the server has for a resource, by patterns of members."""
    return {**MODEL_ANSWERS["everywhere"], **MODEL_ANSWERS["texts"].get(resource.tool_name, {})}


def _has_value(value):
    if isinstance(value, list | dict):
        return len(value) > 0
    return not pd.isna(value) and bool(value)


@pytest.fixture(scope="module")
def _wholes():
    return {}


@pytest.fixture
def whole(export, server, _wholes):
    """``whole(resource)`` is its complete result, made once, and how often each was asked."""

    def whole(resource):
        server.texts = _texts(resource)
        if resource.tool_name not in _wholes:
            result = export(resource)
            _wholes[resource.tool_name] = result, dict(server.asked)
        return _wholes[resource.tool_name]

    return whole


@pytest.mark.parametrize("section", ["texts", "one_of_several"])
def test_the_words_beside_name_resources(section):
    """What model_answers.yml says is about resources that are declared, in their order."""
    named = list(MODEL_ANSWERS[section])

    assert sorted(named) == named
    assert [] == [name for name in named if name not in {r.tool_name for r in DECLARED}]


@each_declared
def test_every_page_and_every_column(resource, whole):
    """Both pages of every listing become rows, and every declared column has a value."""
    result, _ = whole(resource)

    assert () == result.gaps
    missing = {
        column.name
        for column in resource.columns[:-1]
        if not any(_has_value(value) for value in result.frame[column.name])
    }
    assert set(ONE_OF_SEVERAL.get(resource.tool_name, ())) == missing


@each_declared
def test_its_key_tells_its_rows_apart(resource, whole):
    """No two rows of the answers have the same key."""
    frame = whole(resource)[0].frame.astype("str").drop_duplicates().assign(place="here")
    key = resource.own_key.within(("place",))
    if resource.tool_name in SAME_UNDER_EACH:
        frame = frame.drop_duplicates([*key.columns])

    assert len(frame) == len(keys_of(frame, key.columns, key.may_lack)) > 0


@each_declared
def test_dtypes_do_not_depend_on_the_answer(resource, export, server):
    """Without a record the frame has the declared columns and dtypes, and no gap."""
    server.empty = {call.operation.partition(":")[2] for call in resource.calls}
    declared = {c.name: TEXT_DTYPE if c.dtype == TEXT else c.dtype for c in resource.columns}

    result = export(resource)

    assert declared == {name: str(dtype) for name, dtype in result.frame.dtypes.items()}
    assert () == result.gaps


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("accessanalyzer_analyzers", "is_enabled"),
        ("config_recorders", "is_recording"),
        ("guardduty_detectors", "is_enabled"),
        ("securityhub_standards", "is_enabled"),
    ],
)
def test_a_region_where_it_is_off_has_a_row(name, column, export, server, refused):
    """What must be on everywhere says off where it is off, all else NA; nothing else is asked."""
    [resource] = [r for r in DECLARED if r.tool_name == name]
    first = resource.calls[0].operation.partition(":")[2]
    server.empty = {first}
    if resource.calls[0].absent:  # the service says by an error that it is off
        refused.code = resource.calls[0].absent[0]
        refused.add(first)

    result = export(resource)

    assert [False] == result.frame[column].tolist()
    assert [column] == result.frame.iloc[0].dropna().index.tolist()
    assert () == result.gaps
    assert {first} >= set(server.asked)


@each_detailed
def test_absent_details_are_no_fault(resource, export, server):
    """
    Rows whose details are all empty have absent cells, and every one of them is known.

    But for what there always is: a topic has a policy, whatever the answer leaves out.
    """
    listings = {calls[0].alias for calls in resource.lists}
    calls = [c for c in resource.calls if c.kind != "each" and (c.kind != "batch" or c.may_lack)]
    server.empty = {call.operation.partition(":")[2] for call in calls} - listings
    server.texts = _texts(resource)

    result = export(resource)

    always = {c.name for c in resource.columns if "always(" in c.source}
    assert always == {name for gap in result.gaps for name in gap.columns}
    named = [read_reasons(words) for words in result.frame["not_known"] if not pd.isna(words)]
    assert named == [dict.fromkeys(always, "failed")] * len(result.frame) * bool(always)


@each_declared
def test_a_refused_listing_is_raised(resource, export, refused):
    """Without the first permission there is no frame, least of all an empty one."""
    refused.add(resource.calls[0].operation.partition(":")[2])

    with pytest.raises(PermissionDeniedError):
        export(resource)


@each_detailed
def test_a_refused_detail_is_not_known(resource, export, whole, refused):
    """A refused detail leaves its cells unknown: NA, named in the row, and a gap."""
    first = {calls[0].operation for calls in resource.lists}
    details = {c.operation for c in resource.calls if c.kind != "each"} - first
    complete = whole(resource)[0].frame
    refused |= {operation.partition(":")[2] for operation in details}

    result = export(resource)

    assert complete["not_known"].isna().all()
    assert 0 < len(result.frame) <= len(complete)
    assert [] == [gap for gap in result.gaps if gap.outcome is not Outcome.DENIED]
    assert bool(details) == bool(result.gaps)
    assert details >= {gap.operation for gap in result.gaps}
    for (_, row), (_, full) in zip(result.frame.iterrows(), complete.iterrows(), strict=False):
        named = set() if pd.isna(row["not_known"]) else _named(row["not_known"])
        assert bool(details) == bool(named)
        # What is not known is missing, and whatever is missing that was there is not known.
        assert [] == [name for name in named if not _is_missing(row[name])]
        assert named >= {
            name
            for name in row.index[:-1]
            if _is_missing(row[name]) and not _is_missing(full[name])
        }


@pytest.mark.parametrize(
    "resource",
    [r for r in DECLARED if any(c.kind == "batch" and not c.may_lack for c in r.calls)],
    ids=lambda r: r.tool_name,
)
def test_an_item_that_a_batch_leaves_out_is_not_known(resource, export, whole, server):
    """A good answer without a record of an item that was listed is a gap, not an absent cell."""
    [batch] = [c for c in resource.calls if c.kind == "batch"]
    complete, _ = whole(resource)
    first = resource.columns[0].name
    server.empty = {batch.operation.partition(":")[2]}

    result = export(resource)

    assert {batch.operation} == {gap.operation for gap in result.gaps}
    assert complete.frame[first].tolist() == result.frame[first].tolist()
    assert sorted(set(result.frame[first])) == sorted({gap.item for gap in result.gaps})
    assert result.frame["not_known"].str.endswith(": failed").all()


def _named(words):
    return set(words.removesuffix(": denied").split(", "))


def _is_missing(value):
    return not isinstance(value, list | dict) and pd.isna(value)


@each_detailed
def test_chosen_columns_are_the_same_and_cost_no_more(resource, export, whole, server):
    """Columns asked for alone are those of the whole, and no detail of others is asked."""
    complete, in_all = whole(resource)
    for chosen in _column_sets(resource):
        server.asked.clear()

        frame = export(resource, frozenset(chosen)).frame

        pd.testing.assert_frame_equal(complete.frame[[*chosen, "not_known"]], frame)
        assert [] == [name for name, count in server.asked.items() if count > in_all[name]]
        listed_only = not any(_reads(resource, name) for name in chosen)
        assert not listed_only or not _details(resource) & server.asked.keys()


def _column_sets(resource):
    """Return the columns of each answer, and those of the listing."""
    sets = {_reads(resource, c.name): [] for c in resource.columns[:-1]}
    for column in resource.columns[:-1]:
        sets[_reads(resource, column.name)].append(column.name)
    return sets.values()


def _reads(resource, name):
    [column] = [c for c in resource.columns if c.name == name]
    details = [c for c in resource.calls if c.kind not in ("list", "each")]
    used = {c.alias for c in details} | {c.row_name for c in details}
    return tuple(sorted(names_in(column.source) & used))


def _details(resource):
    """Return the operations that only fill columns."""
    structural = {c.operation for c in resource.calls if c.rows or c.kind in ("list", "each")}
    details = {c.operation for c in resource.calls} - structural
    return {operation.partition(":")[2] for operation in details}


@each_declared
def test_expressions_negate_what_they_seem_to(resource):
    """No expression says ``!a.b``, which JMESPath reads as ``(!a).b``, always null."""
    texts = [c.source for c in resource.columns] + [c.needs for c in resource.calls]

    assert [] == [text for text in texts if re.search(r"![A-Za-z_]+\.", text)]


def _expressions(resource):
    yield from (column.source for column in resource.columns if column.source)
    for call in resource.calls:
        yield from (*call.inputs.values(), *call.shared.values(), call.when, call.to, call.rows)


@each_declared
def test_a_member_that_is_not_there_is_no_fault(resource):
    """AWS leaves members out, or answers them empty: that never ends an export."""
    here = {"here": {"account": "1", "region": "eu-west-1", "partition": "aws"}}
    for expression in filter(None, _expressions(resource)):
        names = re.findall(r"[A-Za-z_]\w*", re.sub(r"'[^']*'|`[^`]*`", "", expression))
        for nothing in ({}, [], None):
            found = search(expression, {**dict.fromkeys(names, nothing), **here})
            assert "always(" in expression or not isinstance(found, Unreadable), (
                expression,
                nothing,
            )
        found = search(expression, here)
        # What there always is and is not there cannot be read; all else is then absent.
        assert ("always(" in expression) == isinstance(found, Unreadable), expression
