"""
Texts looked at page by page: what comes out is what the walk value by value gives, to the letter.

``--full`` takes every operation of every service; without it a part of them, always the same.
"""

from __future__ import annotations

import datetime as dt
import json
import random

import pytest

from aibrain_jupyter.aws.answers.plain_values import plain, plain_rows
from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.answers.secrets import fingerprints, hide_in_answer, page_walk
from aibrain_jupyter.aws.answers.secrets.hide_in_answer import clean_answer, plan_of
from aibrain_jupyter.aws.operations.models import service_model, services
from aibrain_jupyter.cache.disk import signing
from tests.aws import wire_bodies

pytestmark = pytest.mark.usefixtures("_forgets_all_models")

SECRET = "Zk7pQ2vXw9"
SERVICES = (
    *("apigateway", "autoscaling", "batch", "cloudformation", "cloudfront", "cloudtrail"),
    *("codebuild", "config", "ec2", "ecs", "eks", "elasticbeanstalk", "elbv2", "events", "glue"),
    *("iam", "kafkaconnect", "lambda", "organizations", "rds", "route53", "s3", "ssm", "wafv2"),
)
IN_THE_SUITE, ROUNDS_IN_FULL = 45, 1
WORDS = (
    *("", "a", "i-0abc", "running", "eu-west-1", "two words", "key of the door"),
    *("arn:aws:kms:eu-west-1:123456789012:key/1", "arn:aws:iam::123456789012:user/ana"),
    *("--password", "hunter2", "SecureString", "PLAINTEXT", "password", "api_key", "X-Verify"),
    f"password={SECRET}",
    f"pw={SECRET[:4]}",
    f"amqps://svc:{SECRET}@mq.internal:5671",
    f"https://x.example/?token={SECRET}",
    f"Authorization: Bearer {SECRET}",
    f"AKIAIOSFODNN7EXAMPLE {'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'}",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    json.dumps({"a": [{"Password": SECRET}]}),
    json.dumps({"Name": "x"}),
)
DULL = WORDS[:11]
"""Texts in which nothing is: only what stands where, and what it is called, hides some."""
KEYS = (
    *("k0", "Name", "team", "Value", "value", "type", "$ref", "Key", "password", "API_KEY", "auth"),
    *("user_data", "ParameterKey", "integration.request.header.X-Key", "aws:cloudformation:stack"),
)


@pytest.fixture(autouse=True)
def _a_key(tmp_path, monkeypatch):
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path))


@pytest.fixture(params=["by rows", "by columns"])
def alike(request, monkeypatch):
    """A function that gives what makes structures alike: rows are looked at by columns then."""
    if request.param == "by rows":
        yield lambda: None
        return
    monkeypatch.setattr(page_walk, "_MANY", 1)
    monkeypatch.setattr(page_walk, "_IN_VAIN", 10**9)
    tried, settled = [], []

    def plan_of_rows(row, walk, walk_all=None):
        def counted(*given):
            tried.append(1)
            found = walk_all(*given)
            settled.append(1)
            return found

        return page_walk.plan_of_rows(row, walk, walk_all and counted)

    monkeypatch.setattr(hide_in_answer, "plan_of_rows", plan_of_rows)
    yield dict
    assert 1_000 < len(settled) < len(tried)


@pytest.fixture
def value_by_value(monkeypatch):
    """A function that carries out another one with the walk that looks at each value by itself."""

    def by_value(work):
        with monkeypatch.context() as patch:
            patch.setattr(
                hide_in_answer,
                "plan_of_rows",
                lambda row, *_walks: lambda value, hider: [row(one, hider) for one in value],
            )
            plan_of.cache_clear()
            found = work()
        plan_of.cache_clear()
        return found

    return by_value


def chosen(request):
    """Return service and name of the operations this run looks at."""
    is_full = request.config.getoption("--full")
    found = []
    for service in services() if is_full else SERVICES:
        model = service_model(service)
        names = [n for n in model.operation_names if model.operation_model(n).output_shape]
        random.Random(service).shuffle(names)
        found += [(service, name) for name in (names if is_full else names[:IN_THE_SUITE])]
    return found


def test_a_page_is_hidden_as_its_values_are(request, value_by_value, alike):
    """Answers with secrets planted in them, whole and as rows, curated and generic."""
    rng, cases = random.Random(22), []
    plan_of.cache_clear()
    for service, name in chosen(request):
        shape = service_model(service).operation_model(name).output_shape
        words, keys = (WORDS, KEYS) if rng.random() < 0.7 else (DULL, KEYS[:3])
        page = wire_bodies.some_value(shape, rng, words=words, keys=keys, alike=alike())
        cases.append((service, name, page))

    def hidden(case):
        service, name, page = case
        rows = layout_of(service, name).values(page)
        return [clean_answer(service, name, page, frozenset()), rows]

    found = [str(hidden(case)) for case in cases]
    expected = value_by_value(lambda: [str(hidden(case)) for case in cases])

    assert 800 < len(cases)
    assert sum("[hidden" in text for text in found) > len(cases) / 3
    for case, one, other in zip(cases, found, expected, strict=True):
        assert other == one, case


def test_rows_are_plain_as_each_of_them_is(request):
    """Times, bytes and tags are the same whether a list is made plain or each of its elements."""
    rng, seen = random.Random(23), 0
    for service, name in chosen(request):
        layout = layout_of(service, name)
        shape = service_model(service).operation_model(name).output_shape
        rows = layout.rows(wire_bodies.some_value(shape, rng, keys=KEYS))
        if layout.kind == "list" and rows:
            seen += 1
            element = layout.shape.member
            expected = [plain(row, element) for row in rows]
            for made, row in zip(expected, rows, strict=True):
                if element.type_name == "structure":  # its times are columns of their own
                    made.update({k: v for k, v in row.items() if isinstance(v, dt.datetime)})
            assert expected == plain_rows(rows, element)
    assert 100 < seen


def test_the_key_is_looked_up_once_a_page(monkeypatch):
    """However many values a page hides, the user's data folder is found once."""
    looked = []
    monkeypatch.setattr(
        fingerprints, "load_user_key", lambda: looked.append(1) or signing.load_user_key()
    )
    functions = [
        {"FunctionName": f"f{n}", "Environment": {"Variables": {"A": f"v{n}", "B": "x"}}}
        for n in range(100)
    ]

    page = clean_answer("lambda", "ListFunctions", {"Functions": functions}, frozenset())
    shown = [function["Environment"]["Variables"] for function in page["Functions"]]
    assert 101 == len({text for each in shown for text in each.values()})
    assert [1] == looked


FORMS = {
    "texts": lambda n: {
        "Variables": {"A": f"v{n}", "B": "", "C": f"arn:aws:s3:::{n}", "LEVEL": "x"}
    },
    "of one name": lambda n: {"Variables": {"A": "always"}},
    "without any": lambda n: {"Variables": {}} if n % 2 else {},
    "more beside": lambda n: {"Variables": {"A": f"v{n}"}, "Error": {"Message": f"pw={SECRET}"}},
    "no texts": lambda n: {"Variables": {"A": {"$ref": f"v{n}"}, "B": n + 100_000}},
    "now and then": lambda n: None if n % 3 else {"Variables": {"A": f"v{n}"}},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("revealed", [(), ("level", "a")], ids=["hidden", "revealed"])
def test_environments_are_hidden_together_as_one_by_one(form, revealed, value_by_value):
    """Environments of a page, whatever they hold, come out as each of them does by itself."""
    functions = [
        {"FunctionName": f"f{n}", "Environment": found} if found is not None else {"Runtime": "go"}
        for n in range(40)
        for found in [FORMS[form](n)]
    ]
    page = {"Functions": functions}

    def hidden():
        return clean_answer("lambda", "ListFunctions", page, frozenset(revealed))

    plan_of.cache_clear()
    found = hidden()
    assert value_by_value(hidden) == found
    if not revealed:
        assert (form != "without any") == ("[hidden" in str(found))


def test_a_word_behind_a_flag_is_hidden_in_each_of_many_rows():
    """The words of a command are read in their order, however many rows have one."""
    jobs = [
        {"jobDefinitionName": f"j{n}", "containerProperties": {"command": ["--password", f"p{n}"]}}
        for n in range(20)
    ]

    page = clean_answer("batch", "DescribeJobDefinitions", {"jobDefinitions": jobs}, frozenset())
    commands = [job["containerProperties"]["command"] for job in page["jobDefinitions"]]
    assert all(word == "--password" and text.startswith("[hidden") for word, text in commands)


def test_a_row_that_is_not_changed_is_the_same_object():
    """Of a page of which one row has something to hide, the others are handed back as they came."""
    functions = [{"FunctionName": f"f{n}"} for n in range(20)]
    functions[7]["Environment"] = {"Variables": {"A": "x"}}

    page = clean_answer("lambda", "ListFunctions", {"Functions": functions}, frozenset())
    assert [7] == [n for n in range(20) if page["Functions"][n] is not functions[n]]
    assert {"A": "x"} == functions[7]["Environment"]["Variables"]
