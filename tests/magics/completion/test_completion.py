"""What Tab offers, through IPython's own completer."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.shared.verbs.verb import FUTURE_VERBS, VERBS


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("%aibrain coo|", ["%aibrain cook"]),
        ("%aibrain too|", ["%aibrain tools"]),
        ("x = %aibrain coo|", ["x = %aibrain cook"]),
        ("cfg['a'] = %aibrain coo|", ["cfg['a'] = %aibrain cook"]),
        ("%%aibrain coo|\n", ["%%aibrain cook"]),
        ("1\n%aibrain coo|\n2", ["%aibrain cook"]),
        ("%aibrain --fresh coo|", ["%aibrain --fresh cook"]),
        ("%aibrain help coo|", ["%aibrain help cook"]),
        ("%aibrain cook --fr|", ["%aibrain cook --fresh"]),
        (
            "%aibrain cook --fresh --s|",
            [
                *("%aibrain cook --fresh --show", "… --stale", "… --strict", "… --save"),
                *("… --save-period", "… --save-title", "… --save-until", "… --save-basis"),
            ],
        ),
        # One code more may follow.
        (
            "%aibrain cook --save A --sa|",
            [
                *("%aibrain cook --save A --save", "… --save-period", "… --save-title"),
                *("… --save-until", "… --save-basis"),
            ],
        ),
        ("%aibrain cook --fresh --fr|", []),
        ("%aibrain last --c|", ["%aibrain last --coverage"]),
        ("%aibrain cook --progress t|", ["%aibrain cook --progress text"]),
        ("%aibrain cook --progress=t|", ["%aibrain cook --progress=text"]),
        ("%aibrain cook t|", ["%aibrain cook thai"]),
        ("%aibrain cook thai |", ["%aibrain cook thai thai stew", "… soup"]),
        ("%aibrain cook kitchen=t|", ["%aibrain cook kitchen=thai"]),
        ("%aibrain cook kitchen=french dish=f|", ["… dish=french stew"]),
        ("%aibrain cook hot=f|", ["%aibrain cook hot=false"]),
        ("%aibrain cook thai cou|", ["%aibrain cook thai count="]),
        ("%aibrain cook thai stew Spices=pepper,s|", ["… Spices=pepper,salt"]),
        ("%aibrain cook thai stew Spi|", ["%aibrain cook thai stew Spices="]),
        ("%%aibrain cook\ndi|", ["dish: "]),
        ("%%aibrain cook\ncount: 2\nco|", []),
        ("%%aibrain cook\ndish: stew\nSpi|\nkitchen: thai", ["Spices: "]),
        ("%%aibrain cook thai\nki|", []),
        ("%%aibrain cook\nkitchen: t|", ["kitchen: thai"]),
        ("%%aibrain cook\nkitchen: french\ndish: f|\ncount: 2", ["dish: french stew"]),
        ("%%aibrain cook french stew\nSpices: [pepper, s|", ["Spices: [pepper, salt"]),
        ("%%aibrain cook french stew\nSpices:\n  - pepper\n  - s|", ["  - salt"]),
        ("%%time\n%%aibrain coo|", ["%%aibrain cook"]),
        ("%%time\n\n%%aibrain cook\ndi|", ["dish: "]),
        ("%aibrain cache cl|", ["%aibrain cache clear"]),
        ("%aibrain cache clear coo|", ["%aibrain cache clear cook"]),
        ("%aibrain config stri|", ["%aibrain config strict"]),
        ("%aibrain profile u|", ["%aibrain profile use"]),
        ("%aibrain demo sta|", ["%aibrain demo start", "… status"]),
        ("%aibrain iam use|", ["%aibrain iam users"]),
        ("%aibrain --fresh iam use|", ["%aibrain --fresh iam users"]),
        ("%aibrain --regions all iam use|", ["%aibrain --regions all iam users"]),
        ("%aibrain ec2 security gr|", ["%aibrain ec2 security groups"]),
        ("%aibrain config ru|", ["%aibrain config rules"]),
        ("%aibrain iam users peri|", ["%aibrain iam users period="]),
        ("%%aibrain iam users\nperi|", ["period: "]),
    ],
)
def test_what_fits_is_offered(complete, cell, lines):
    """Verbs, tools, options, words, keys and values, at their place and nowhere else."""
    found = complete(cell)

    assert len(lines) == len(found) or (len(lines) < len(found) and cell.endswith(" |"))
    for line, offered in zip(lines, found, strict=False):
        assert offered.endswith(line.removeprefix("… "))


def test_every_verb_and_tool_is_offered_first(complete):
    """After ``%aibrain`` come the verbs and the tools; verbs of a later version do not."""
    heads = {line.split()[-1] for line in complete("%aibrain |")}

    assert {*VERBS, "cook", "aws_export", "iam_users"} <= heads
    assert not heads & set(FUTURE_VERBS)


def test_variables_are_offered_after_a_dollar(complete, shell):
    """The user's own names, not IPython's."""
    shell.user_ns["wanted"] = 1

    assert ["%aibrain cook count=$wanted"] == complete("%aibrain cook count=$wan|")
    assert ["dish: $wanted"] == complete("%%aibrain cook\ndish: $wan|")
    assert ["%aibrain cook --accounts $wanted"] == complete("%aibrain cook --accounts $wan|")
    assert ["%aibrain cook note=${wanted}"] == complete("%aibrain cook note=${wan|")
    assert ["%aibrain cook 'open $wanted"] == complete("%aibrain cook 'open $wan|")
    assert [] == complete("%aibrain cook note=$$wan|")
    assert [] == complete("%aibrain cook note=$wanted|")


def test_profiles_and_regions_are_offered(complete, tmp_path, monkeypatch):
    """Configured profiles and AWS's regions, also in comma lists; nothing is asked for them."""
    (tmp_path / "aws-config").write_text("[profile prod]\n[profile staging]\n")
    get_client_pool().clear()

    assert ["%aibrain cook --profile prod"] == complete("%aibrain cook --profile pr|")
    assert ["%aibrain cook --accounts prod,staging"] == complete(
        "%aibrain cook --accounts prod,st|"
    )
    assert "%aibrain cook --regions us-east-1,eu-west-1" in complete(
        "%aibrain cook --regions us-east-1,eu-west-|"
    )
    assert [] == complete("%aibrain cook --regions us-east-1,eu-west-1|")
    assert ["%aibrain cook --regions all"] == complete("%aibrain cook --regions al|")
    assert ["%aibrain profile use staging"] == complete("%aibrain profile use st|")


def test_services_resources_and_inputs_are_offered(complete):
    """``aws_export`` offers what its service has, and the inputs of its operation."""
    assert "%aibrain aws_export service=iam" in complete("%aibrain aws_export service=ia|")
    assert ["%aibrain aws_export iam users"] == complete("%aibrain aws_export iam us|")
    assert ["resource: users"] == complete("%%aibrain aws_export\nservice: iam\nresource: us|")
    assert ["operation: list_user_policies", "operation: list_user_tags"] == complete(
        "%%aibrain aws_export\noperation: list_user_|\nservice: iam"
    )
    assert [] == complete("%%aibrain aws_export\noperation: list_users\nMaxI|")
    assert ["MaxItems: "] == complete("%%aibrain aws_export iam\noperation: list_users\nMaxI|")


@pytest.mark.parametrize(
    "cell",
    [
        "%aibrain nonsense a|",
        "%aibrain nonsense --accounts=|",
        "%aibrain cook 'open quote |",
        "%%aibrain\nki|",
        "%%aibrain nonsense\nki|",
        "%%aibrain tools\nki|",
        "%%aibrain cook\n  ki|",
        "%%aibrain cook\n- |",
        "%%aibrain aws_export nonsense\nresource: |",
        "%aibrain aws_export service=nonsense operation=x Fil|",
    ],
)
def test_half_written_or_wrong_text_is_no_error(complete, cell, capsys):
    """Where nothing fits nothing is offered: no echo of the word, no Python names, no traceback."""
    assert [] == complete(cell)
    assert ("", "") == capsys.readouterr()


@pytest.mark.parametrize("cell", ["coo|", "%time coo|", "aibrain coo|"])
def test_other_cells_are_left_to_ipython(complete, cell):
    """We stay out of what is not ours."""
    assert not any(line.endswith("cook") for line in complete(cell))


def test_python_names_are_not_offered_on_our_lines(complete, shell):
    """Our offers stand alone: no Python names, files or magics beside them."""
    shell.user_ns["cookbook"] = 1

    assert ["%aibrain cook"] == complete("%aibrain coo|")
