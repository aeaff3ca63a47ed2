"""Receipt, home, help, plan, settings, notice, cache: texts, and values that try to be HTML."""

from __future__ import annotations

import html.parser
from types import SimpleNamespace

import pytest

from aibrain_jupyter.aws.resources.table import Column
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.calls.job import Job, ToolCall
from aibrain_jupyter.execution.runs.request import RunOptions
from aibrain_jupyter.magics.verbs.config import settings_page
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.config import Settings
from aibrain_jupyter.shared.error_handler import CredentialsExpiredError
from aibrain_jupyter.shared.tools.call_policy import CallPolicy
from aibrain_jupyter.shared.tools.handler import Reference
from aibrain_jupyter.shared.tools.params import Param
from aibrain_jupyter.shared.tools.preview import Preview
from aibrain_jupyter.widgets.cache.hit_rate_picture import HitRatePicture
from aibrain_jupyter.widgets.cache.view import cache_page, warming_page
from aibrain_jupyter.widgets.coverage_line import CoverageLine, receipt
from aibrain_jupyter.widgets.help import tool_help
from aibrain_jupyter.widgets.home import home_page
from aibrain_jupyter.widgets.notice import Notice
from aibrain_jupyter.widgets.plan import plan_page

EVIL = '<script>alert("x")</script>'


def make_home(word="ok"):
    return home_page(
        version="0.1.0",
        profile=word,
        identity_source=word,
        tools=[(word, [("iam_users", word), (word, "S3 buckets.")])],
        runs=[word],
        cache_line=word,
        next_steps=[f"%aibrain tools: {word}", word],
        is_demo=True,
    )


def make_help(word="ok"):
    spec = ToolSpec(
        word,
        word,
        "module:function",
        params=(
            Param("service", str, word),
            Param("mode", str, "how to page", word, choices=("all", word)),
            Param("ids", str, "ids to ask for", (), many=True),
        ),
        permissions=("iam:ListUsers", word),
        examples=(f"%%aibrain aws_export\nservice: {word}",),
    )
    columns = [Column("user_name", "str", word)]
    return tool_help(spec, spec.params, [("-o NAME", word)], Reference(columns))


def make_plan(word="ok"):
    target = AwsTarget(account="111122223333", region="eu-west-1", profile="prod")
    expired = CredentialsExpiredError(f"Expired: {word}", next_steps=["aws sso login"])
    spec = ToolSpec("iam_users", "", "aibrain_jupyter.tool_executors.aws_executor:EXPORT")
    work = ToolCall(spec, {}, CallPolicy(is_fresh=True))
    jobs = (
        Job(0, f"iam {word}", work, target=target),
        Job(1, "iam users", work, target=AwsTarget(profile=word), born_failed=expired),
    )
    return plan_page(
        SimpleNamespace(
            request=SimpleNamespace(spec=spec, params={}, options=RunOptions()),
            title=f"iam {word}",
            call=work,
            jobs=jobs,
            cached=1,
            max_parallel=16,
            permissions=("iam:ListUsers",),
            problems=((AwsTarget(profile=word), expired),),
            notes=(word,),
            previews=(
                (target, Preview(word, ("in the library",), ((word,),), (word,), (word,)), None),
                (AwsTarget(profile=word), None, expired),
            ),
        )
    )


def make_config(word="ok", *, show_sources=True):
    settings = Settings()
    settings.set("profile", word, f"file {word}")
    return settings_page(settings.rows(), show_sources=show_sources)


def make_notice(word="ok"):
    return Notice(word, [word], kind="warning")


def make_cache(word="ok"):
    groups = [{"look_ups": 3, "hits": 1, "hit_rate": 1 / 3, "time_saved_s": 2.0}]
    return cache_page(
        {
            "overall_hit_rate": 0.5,
            "directory": word,
            "by_tool": [{"tool": word, **groups[0]}],
            "by_account": [{"account": word, **groups[0]}],
            "over_time": [(1_764_000_000.0, 4, 1), (1_764_010_800.0, 2, 2)],
        }
    )


def make_warming(word="ok"):
    counts = SimpleNamespace(total=3, fetched=1, known=1, failed=1, throttles=2)
    return warming_page(
        SimpleNamespace(counts=counts, is_running=True, problems=[word], run_ids=[word])
    )


MAKERS = [make_home, make_help, make_plan, make_config, make_notice, make_cache, make_warming]
each_page = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)


class TagReader(html.parser.HTMLParser):
    """Keeps the tags of a text, and fails on one that is not closed."""

    def __init__(self, source):
        super().__init__()
        self.tags, self._open = set(), []
        self.feed(source)
        assert [] == self._open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._open.append(tag)

    def handle_endtag(self, tag):
        assert tag == self._open.pop()


def check_escaped(shown):
    assert EVIL in shown.text()
    assert "script" not in TagReader(shown.html()).tags
    assert "&lt;script&gt;" in shown.html()


@each_page
def test_a_value_never_becomes_html(make):
    """A bucket named like a tag is shown as its name; the HTML stays well-formed."""
    check_escaped(make(EVIL))


def test_a_gap_never_becomes_html(make_summary, make_gap):
    """Provider messages and item names are escaped in coverage and receipt."""
    summary = make_summary(gaps=(make_gap(item=EVIL, why=EVIL),), notes=(EVIL,))

    check_escaped(CoverageLine(summary))
    check_escaped(receipt(EVIL, 1, summary))


@each_page
def test_a_bundle_has_text_and_html(make):
    """Every front end finds a form it can show, and repr is the text."""
    shown = make()

    bundle = shown._repr_mimebundle_(include=None, exclude=None)
    assert {"text/plain": shown.text(), "text/html": shown.html()} == bundle
    assert shown.text() == repr(shown)


def test_a_receipt_is_one_line(make_summary):
    """A result that went into a variable shows its name, its shape and its coverage."""
    shown = receipt("users", 12, make_summary())

    assert "users = 41 rows × 12 columns · 2 accounts, 2 calls, 0 failed" == shown.text()


def test_a_receipt_of_demo_data_says_so(make_summary):
    """The mark stands right behind the shape."""
    text = receipt("users", 1, make_summary(is_demo=True, rows=1)).text()

    assert text.startswith("users = 1 row × 1 column · demo data · ")


def test_home_is_one_screen_of_text():
    """Profile, cache, tools by group, runs and next steps, readable in a terminal."""
    home = home_page(
        version="0.1.0",
        profile="AWS default chain",
        identity_source="environment variables",
        tools=[("aws", [("aws_export", "Any read."), ("iam_users", "IAM users.")])],
        runs=["r7 iam users: 41 rows"],
        cache_line="12 entries",
        next_steps=["%aibrain tools: every tool"],
    )

    assert """\
aibrain_jupyter 0.1.0
profile AWS default chain · environment variables
cache 12 entries

Tools
  group  tool        what it gives
  aws    aws_export  Any read.
         iam_users   IAM users.

Runs
  - r7 iam users: 41 rows

Next
  - %aibrain tools: every tool""" == home.text()


def test_help_says_what_a_tool_takes_and_needs():
    """Usage, types, defaults, choices, permissions and columns come from the spec."""
    text = make_help("ok").text()

    assert "  %aibrain ok service=… [mode=…] [ids=…] [--run-option …]" in text
    assert "  service    text          required  ok" in text
    assert "how to page (all, ok)" in text
    assert "  ids        list of text  none      ids to ask for" in text
    assert "iam:ListUsers, ok" in text
    assert "  user_name  str   ok" in text


def test_a_plan_says_that_nothing_ran():
    """Figures, calls, permissions and what cannot succeed, before anything is sent."""
    text = make_plan("users").text()

    assert text.startswith("Plan: iam users · nothing was run\n")
    assert "2 calls · 1 expected from the cache · 16 at the same time" in text
    assert "  111122223333  prod     eu-west-1  iam users" in text
    assert "! 1 call cannot succeed:" in text
    assert "aws sso login" in text


def test_sources_are_shown_when_asked_for():
    """Every setting says where its value came from, or leaves it out."""
    assert "file prod" in make_config("prod").text()
    assert "file prod" not in make_config("prod", show_sources=False).text()


def test_a_warning_carries_a_mark():
    """A warning is one in black and white too."""
    assert "! Read-only" == Notice("Read-only", kind="warning").text()
    assert "Read-only" == Notice("Read-only").text()


def test_cache_figures_have_units():
    """The end of a name is its unit; the hit rate is a bar and a percentage."""
    view = cache_page(
        {
            "overall_hit_rate": 0.25,
            "memory_hits": 1204,
            "memory_bytes": 3 << 20,
            "corrupt": 0,
            "waited": 0,
            "age_s": 7200.0,
            "is_read_only": False,
            "by_tool": {"left": "out"},
        }
    )

    assert [
        "hit rate [█████░░░░░░░░░░░░░░░] 25 %",
        "  figure          value",
        "  memory hits     1,204",
        "  memory size   3.0 MiB",
        "  age               2 h",
        "  is read only       no",
        "0: corrupt, waited",
    ] == view.text().splitlines()


def test_the_hit_rate_over_time_is_a_line_of_blocks_and_a_picture():
    """Each hour has its bar, an hour without look-ups none; the picture says it in words, too."""
    hour = 3600.0
    picture = HitRatePicture(((0.0, 4, 0), (hour, 4, 2), (3 * hour, 10, 10)))

    assert "hit rate by hour  ▁▅ █  1970-01-01 00:00 to 1970-01-01 03:00 UTC" == picture.text()
    drawn = picture.html()
    assert 3 == drawn.count("<title>")
    assert "1970-01-01 03:00 UTC: 10 hits of 10 look-ups (100 %)" in drawn
    assert "Hit rate by hour, 1970-01-01 00:00 to" in drawn


def test_a_long_time_is_shown_by_days():
    """Two months of hours are at most 48 bars."""
    hours = tuple((day * 86_400.0, 2, day % 3) for day in range(60))

    text = HitRatePicture(hours).text()

    assert text.startswith("hit rate by day  ")
    assert 48 == len(text.split("  ")[1])
