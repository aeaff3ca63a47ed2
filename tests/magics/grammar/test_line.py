"""The line: words, pairs and options in any order."""

from __future__ import annotations

import pytest

from aibrain_jupyter.execution.runs.request import RunOptions
from aibrain_jupyter.magics.grammar.line import find_head, read_line, strip_semicolon, words_of_line
from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS, make_run_options, typed_options
from aibrain_jupyter.magics.verbs.every import known
from aibrain_jupyter.shared.error_handler import GrammarError, ParameterError, UnknownNameError


def read(line):
    tokens = words_of_line(line)
    return read_line(tokens, find_head(tokens, known.valued_flags()), RUN_OPTIONS)


def options(line, **names):
    return make_run_options(typed_options(read(line).options, RUN_OPTIONS, names))


@pytest.mark.parametrize(
    "line",
    [
        "cook thai soup count=2 --fresh --accounts a,b -o x",
        "--fresh cook --accounts a,b thai -o x soup count=2",
        "-o x --accounts=a,b --fresh cook thai count=2 soup",
    ],
)
def test_options_stand_before_or_after(line):
    """The order of options, words and pairs does not matter."""
    found = read(line)

    assert ("cook", ("thai", "soup"), {"count": "2"}) == (found.head, found.words, found.pairs)
    assert {"fresh": True, "accounts": "a,b", "output": "x"} == found.options


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("-o users", "output", "users"),
        ("--show", "show", True),
        ("--quiet", "quiet", True),
        ("--fresh", "fresh", True),
        ("--ttl 1h30m", "ttl", 5400.0),
        ("--stale 8h", "stale", 28_800.0),
        ("--stale=8h", "stale", 28_800.0),
        ("--stale $age", "stale", 60.0),
        ("--stale", "stale", 259_200.0),
        ("--stale --fresh", "stale", 259_200.0),
        ("--stale thai", "stale", 259_200.0),
        ("--no-cache", "no_cache", True),
        ("--accounts 'a, b'", "accounts", ("a", "b")),
        ("--accounts $names", "accounts", ("p", "q")),
        ("--regions us-*", "regions", ("us-*",)),
        ("--profile $name", "profile", "prod"),
        ("--profile $nothing", "profile", ""),
        ("--max-parallel 4", "max_parallel", 4),
        ("--timeout 0", "timeout", 0.0),
        ("--strict", "strict", True),
        ("--strict=no", "strict", False),
        ("--dry-run", "dry_run", True),
        ("--progress none", "progress", "none"),
        ("", "strict", None),
    ],
)
def test_every_option_reaches_its_field(text, field, value):
    """Options are typed, with the user's variables put in."""
    found = options(f"cook {text}", names=["p", "q"], name="prod", nothing=None, age="1m")

    assert value == getattr(found, field)


def test_what_follows_an_option_without_its_value_is_a_word():
    """An option whose value may be left out takes no tool and no parameter for it."""
    found = read("--stale cook thai")

    assert ("cook", ("thai",), {"stale": "3d"}) == (found.head, found.words, found.options)


def test_there_is_an_option_for_every_field():
    """No run option can be forgotten, except what resume and a save set."""
    fields = set(RunOptions.__dataclass_fields__) - {"accepts_from", "raw_folder", "resumes"}

    assert fields | {"help"} == {option.param.name for option in RUN_OPTIONS}


@pytest.mark.parametrize(
    ("line", "error", "message"),
    [
        ("cook --acounts x", UnknownNameError, "Did you mean --accounts?"),
        ("cook --count 2", UnknownNameError, "A parameter is written without dashes: count=…"),
        ("cook -x", UnknownNameError, "There is no option of cook named '-x'."),
        ("cook --accounts", GrammarError, "--accounts needs a value: --accounts LIST"),
        ("cook --accounts --fresh", GrammarError, "--accounts needs a value"),
        ("cook --fresh --fresh", GrammarError, "--fresh is given twice."),
        ("cook count=1 count=2", GrammarError, "count is given twice on the line."),
        ("cook –o x", GrammarError, "Write -o"),
        ("cook count = 2", GrammarError, "Write parameters as name=value."),
        ("cook --fresh # again", GrammarError, "A line takes no comment."),
        ("cook --save", GrammarError, "--save needs a value: --save CODE …"),
        ("cook --ttl soon", ParameterError, "--ttl is 'soon', which is not a duration."),
        ("cook --max-parallel 0", ParameterError, "must be more than 0"),
        ("cook --max-parallel many", ParameterError, "max_parallel takes a whole number"),
        ("cook --progress loud", UnknownNameError, "no value for progress"),
        ("cook -o 2x", ParameterError, "'2x' cannot be one"),
        ("cook -o class", ParameterError, "'class' cannot be one"),
        ("cook --accounts $nowhere", UnknownNameError, "no variable named 'nowhere'"),
    ],
)
def test_what_is_wrong_is_refused(line, error, message):
    """Each refusal says what is wrong and, for a name, what is near."""
    with pytest.raises(error) as caught:
        options(line)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("line", "body", "stripped"),
    [
        ("x;", None, ("x", None, True)),
        ("x a='b;' ", None, ("x a='b;' ", None, False)),
        ("x ;  ", None, ("x ", None, True)),
        ("x", "a: b\n;\n", ("x", "a: b\n", True)),
        ("x", "a: b;\n", ("x", "a: b;\n", False)),
        ("x", ";", ("x", "", True)),
        ("x", "a: |\n  c\n  ;\n", ("x", "a: |\n  c\n  ", True)),
    ],
)
def test_a_semicolon_at_the_end_hides_the_value(line, body, stripped):
    """The line's last character or the body's last line, and nothing else."""
    assert stripped == strip_semicolon(line, body)
