"""Finding the tool or read that answers a question."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from aibrain_jupyter.aws.clients.reads import Access, access_of
from aibrain_jupyter.aws.operations.models import has_operation
from aibrain_jupyter.aws.operations.search.find import MOST_READS, MOST_TOOLS, find_operations
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.shared.error_handler import UnknownNameError

QUESTIONS = yaml.safe_load(
    Path(__file__).parents[3].joinpath("data", "audit_questions.yml").read_text(encoding="utf-8")
)


def names(frame):
    """Return what each row stands for, as the questions name it."""
    is_tool = frame["operation"].isna()
    return frame["tool"].where(is_tool, frame["service"] + " " + frame["operation"]).tolist()


@pytest.mark.parametrize("half", [0, 1], ids=["tuned on", "kept back"])
def test_questions_find_their_answer(half):
    """A right tool or operation is in the first five of 80 % of an auditor's questions."""
    missed = [
        question["question"]
        for question in QUESTIONS[half::2]
        if not {*names(find_operations([question["question"]]))[:5]} & {*question["answers"]}
    ]

    assert len(missed) <= 0.2 * len(QUESTIONS[half::2]), missed


def test_the_answers_of_the_questions_exist():
    """A question is answered by tools and reads that there are."""
    tools = {resource.tool_name for resource in RESOURCES}
    for name in {answer for question in QUESTIONS for answer in question["answers"]} - tools:
        service, operation = name.split()
        assert access_of(service, operation) in (Access.READ, Access.SENSITIVE_READ), name


def test_a_question_costs_little():
    """Half of the questions, the tables once made, take at most 30 ms of CPU each."""
    find_operations(["mfa"])
    began = time.thread_time()
    for question in QUESTIONS[::2]:
        find_operations([question["question"]])

    assert (time.thread_time() - began) / len(QUESTIONS[::2]) < 0.030


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("password policy", "iam_account"),
        ("flow logs", "ec2_flow_logs"),
        ("Which users have no MFA?", "iam_users"),
        ("Who is an administrator?", "iam_administrators"),
        ("Which certificates expire within 30 days?", "acm_certificates"),
        ("Which KMS keys do not rotate?", "kms_keys"),
        ("What did ana.lopes do?", "cloudtrail_events"),
        ("What is missing in my run?", "last"),
        ("resume a run", "resume"),
        ("Which S3 buckets are public?", "s3_buckets"),
        ("eventbridge rules", "events list_rules"),  # AWS's name of the service; no tool has it
        ("Which WorkSpaces are encrypted?", "workspaces describe_workspaces"),
    ],
)
def test_the_right_one_comes_first(text, first):
    """Curated tools before reads, unless the question names what no tool is about."""
    assert first == names(find_operations([text]))[0]


def test_a_tool_says_its_columns_and_its_cell():
    """One look says which columns answer, and has the cell to copy."""
    found = find_operations(["Which users have no MFA?"]).set_index("tool").loc["iam_users"].iloc[0]

    assert "iam" == found["service"]
    assert "mfa_active" in found["matched"].split(", ")
    assert found["cell"].startswith("%aibrain iam_users where='not mfa_active' ")
    assert "Which users have no MFA?" == found["answers"]
    assert "iam:GetAccountAuthorizationDetails" == found["action"]


def test_synonyms_find_the_same():
    """What people say and what AWS says lead to the same tools."""
    said = find_operations(["users without two-factor authentication"])

    assert "iam_users" in names(said)[:2]
    assert "ec2_security_groups" in names(find_operations(["firewall rules open to anyone"]))[:2]


def test_what_a_read_needs_is_said_for_a_service_that_is_named():
    """Inputs, paging, permission, columns; without a service they are not looked up: NA."""
    found = find_operations(["mfa"], service="iam").set_index("operation")

    assert {
        "tool": "iam_users",
        "service": "iam",
        "about": "AWS Identity and Access Management",
        "cell": "%aibrain aws_export service=iam operation=list_mfa_devices",
        "needs": "",
        "paged": "paginator",
        "access": "read",
        "action": "iam:ListMFADevices",
        "returns": "MFADevices: user_name, serial_number, enable_date",
    } == found.loc["list_mfa_devices"].drop(["matched", "answers"]).to_dict()
    assert "SerialNumber" == found.loc["get_mfa_device", "needs"]
    assert found.loc["get_mfa_device", "cell"].endswith("get_mfa_device SerialNumber=…")
    assert find_operations(["mfa"])["paged"].isna().all()


def test_one_service_has_all_its_reads():
    """Without words: every read of it that the installed botocore has."""
    found = find_operations([], service="kms")["operation"].dropna()

    assert {"list_keys", "get_key_policy"} <= {*found}
    assert all(has_operation("kms", name) for name in found)


def test_only_what_may_be_sent_is_found():
    """Writes and what hands out secrets are not offered; what needs allow= is marked."""
    found = find_operations(["parameter"], service="ssm")

    assert {"read", "sensitive-read"} == set(found["access"])
    assert "sensitive-read" == found.set_index("operation").loc["get_parameter", "access"]
    secrets = find_operations(["secret"], service="secretsmanager")["operation"].dropna()
    assert {Access.READ} == {access_of("secretsmanager", name) for name in secrets}


def test_it_is_short():
    """A word that is everywhere gives the best rows, not thousands."""
    assert len(find_operations(["access"])) <= MOST_TOOLS + MOST_READS


def test_no_network_and_no_credentials(monkeypatch):
    """It works before anything is configured; the endpoint of the tests is dead anyway."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)

    assert len(find_operations(["trails"]))


def test_nothing_found_names_the_nearest_words():
    """A slip is read as the nearest word; what is near none is an error that says what to do."""
    assert "s3_buckets" == find_operations(["buckts"])["tool"][0]
    with pytest.raises(UnknownNameError) as info:
        find_operations(["vuckets"])
    assert info.value.next_steps
    with pytest.raises(UnknownNameError):
        find_operations(["users"], service="iamm")


def test_signs_are_no_syntax():
    """What is written to SQLite's full-text search is words only."""
    assert len(find_operations(['users" OR (mfa* AND NEAR -name: ^ 100%']))
