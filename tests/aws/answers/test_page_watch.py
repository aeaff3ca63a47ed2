"""Pages that follow from each other: what the paging code loses is seen beside it."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.answers.page_watch import ListRead, PageWatch
from aibrain_jupyter.aws.answers.paging import pages
from aibrain_jupyter.aws.clients.current_call import aws_call


@pytest.fixture
def watched(ctx, aws_replies):
    """The watch of a call that lists keys of KMS: two pages, one key each."""

    def answer(request):
        is_second = "m1" in request.body
        more = {} if is_second else {"NextMarker": "m1", "Truncated": True}
        return {"Keys": [{"KeyId": "b" if is_second else "a"}], **more}

    aws_replies.on("ListKeys", answer)
    watch = aws_call(ctx).watch = PageWatch([("kms:ListKeys", _ids)])
    return watch


def _ids(page):
    return [key["KeyId"] for key in page["Keys"]]


def test_a_list_that_was_read_to_its_end_is_whole(ctx, watched):
    """The first page is asked without a token, each other with the one before it gave."""
    list(pages(ctx, "kms", "ListKeys", {}))

    [read] = watched.lists
    assert read.is_whole
    assert 2 == read.pages
    assert ["a", "b"] == watched.heard(_ids)


def test_a_list_that_somebody_stopped_reading_is_not(ctx, watched):
    """What is behind the page that was read last counts as lost; nothing of it is believed."""
    next(pages(ctx, "kms", "ListKeys", {}))

    [read] = watched.lists
    assert not read.is_whole
    assert None is watched.heard(_ids)


@pytest.mark.parametrize(
    ("asked", "given", "is_whole"),
    [
        ([{}], [{}], True),
        ([{}, {"t": 1}], [{"t": 1}, {}], True),
        ([{}, {"t": 2}], [{"t": 1}, {}], False),
        ([{}, {"t": 1}, {"t": 3}], [{"t": 1}, {"t": 2}, {}], False),
        ([{"t": 1}], [{}], False),
        ([{}], [{"t": 1}], False),
    ],
    ids=["one page", "two", "another token", "one left out", "no first", "no last"],
)
def test_the_chain_of_tokens(asked, given, is_whole):
    """A page that does not follow from the one before it breaks the list."""
    read = ListRead("kms:ListKeys")
    for one, other in zip(asked, given, strict=True):
        read.page({}, one, other)

    assert is_whole is read.is_whole
