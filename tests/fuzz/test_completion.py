"""Tab at every place of odd cells: nothing is raised, and nothing is offered that says nothing."""

from __future__ import annotations

import pytest
from IPython.core.completer import CompletionContext

from aibrain_jupyter.magics.completion.complete import complete

from .odd_cells import cells
from .odd_values import variables

SEED, SMALL, FULL = 20261130, 60, 2000
_LONGEST = 150
_GOOD = (
    "%aibrain iam users --regions all where='region == \"eu\"' columns=user_name",
    "x = %aibrain --fresh ec2 security groups --accounts $list",
    "%%aibrain aws_export --strict\noperation: list_users\nMaxItems: 3\nservice: iam\n",
    "%%aibrain aws_export\nservice: ec2\noperation: describe_instances\nFilters:\n  - {Name: x",
    "%%aibrain aws_export ec2\noperation: describe_instances\nFilters: [{Name: x, Values: ['b",
    "%%time\n%%aibrain iam users\n{where: x, columns: [arn, $li\n",
    '%aibrain cache clear weigh --account "🙂名前 ${word" ‮x',
)


def _complaints(text: str, names: dict) -> list[str]:
    found = []
    for offset in range(len(text) + 1):
        before = text[:offset].split("\n")
        context = CompletionContext("", text, len(before[-1]), len(before) - 1, 500)
        try:
            answer = complete(names, context)
        except Exception as exc:  # noqa: BLE001 - it is told
            found.append(f"{exc!r} at {offset} of {text!r}")
            continue
        fragment = answer.get("matched_fragment", "")
        offered = [completion.text for completion in answer["completions"]]
        if not before[-1].endswith(fragment):
            found.append(f"the fragment {fragment!r} at {offset} of {text!r}")
        if offered == [fragment]:
            found.append(f"an echo at {offset} of {text!r}")
        if len(set(offered)) < len(offered):
            found.append(f"something twice at {offset} of {text!r}")
    return found


@pytest.mark.slow
def test_nothing_is_raised_or_echoed_at_any_place(shell, request):
    """Half-written text is no error, and what is typed already is not offered again."""
    count = FULL if request.config.getoption("--full") else SMALL
    odd = (
        f"%aibrain {line[:_LONGEST]}"
        if body is None
        else f"%%aibrain {line[:_LONGEST]}\n{body[:_LONGEST]}"
        for line, body in cells(SEED, count)
    )

    assert [] == [said for text in (*_GOOD, *odd) for said in _complaints(text, variables())]
