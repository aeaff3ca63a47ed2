"""aws_export: wrong cells are refused before anything is sent; right ones give a frame."""

from __future__ import annotations

import boto3
import pytest

from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.aws.clients.reads import remark_on
from aibrain_jupyter.shared.error_handler import (
    InputError,
    OperationRefusedError,
    ParameterError,
    SecretReadRefusedError,
    SensitiveReadRefusedError,
    UnknownNameError,
    WriteRefusedError,
)
from aibrain_jupyter.tool_executors.aws.values import (
    operation_values,
    resource_values,
    service_values,
)
from aibrain_jupyter.tool_executors.aws_executor import EXPORT, AwsExecutor
from aibrain_jupyter.tool_registry import get_tool_registry


@pytest.mark.parametrize(
    ("params", "kind", "text"),
    [
        ({"service": "iamm", "resource": "users"}, UnknownNameError, "Did you mean iam"),
        ({"service": "iam", "resource": "usrs"}, UnknownNameError, "Did you mean users?"),
        (
            {"service": "iam", "resource": "instance_profiles"},
            UnknownNameError,
            "Any read works as well: operation=list_instance_profiles.",
        ),
        ({"service": "iam", "operation": "list_usrs"}, UnknownNameError, "list_users"),
        ({"service": "iam"}, ParameterError, "not neither"),
        (
            {"service": "iam", "resource": "users", "operation": "list_users"},
            ParameterError,
            "not both",
        ),
        ({"service": "iam", "operation": "create_user"}, WriteRefusedError, "CreateUser"),
        (
            {"service": "secretsmanager", "operation": "get_secret_value"},
            SecretReadRefusedError,
            "GetSecretValue",
        ),
        ({"service": "s3", "operation": "get_object"}, SensitiveReadRefusedError, "GetObject"),
        ({"service": "wafv2", "operation": "list_web_acls"}, ParameterError, "needs Scope"),
        (
            {"service": "ec2", "operation": "describe_instances", "Filterz": []},
            UnknownNameError,
            "Did you mean Filters?",
        ),
        (
            {"service": "iam", "operation": "list_users", "params": {"Marker": "x"}},
            ParameterError,
            "every page is read",
        ),
        (
            {"service": "iam", "operation": "list_users", "rows": "Userz"},
            UnknownNameError,
            "Did you mean Users?",
        ),
        (
            {"service": "iam", "resource": "users", "PathPrefix": "/a/"},
            ParameterError,
            "takes no PathPrefix",
        ),
        (
            {"service": "cloudtrail", "resource": "events", "sourc": "s3"},
            UnknownNameError,
            "Did you mean source?",
        ),
        (
            {"service": "cloudtrail", "resource": "events", "source": "lookup", "period": "2020"},
            ParameterError,
            "source=auto",
        ),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_a_wrong_cell_is_refused_before_anything_is_sent(params, kind, text):
    """The endpoint of these tests is dead: whatever was sent would fail otherwise."""
    with pytest.raises(kind) as caught:
        EXPORT.check(params)

    assert text in str(caught.value)


@pytest.mark.parametrize(
    "params",
    [
        {"service": "iam", "resource": "users"},
        {"service": "iam", "operation": "ListUsers", "params": {"path_prefix": "/a/"}},
        {"service": "ec2", "operation": "describe_instances", "Filters": [], "params": None},
        {"service": "wafv2", "operation": "list-web-acls", "Scope": "REGIONAL"},
    ],
    ids=lambda params: params.get("operation", params.get("resource")),
)
def test_a_right_cell_passes(params):
    """In every spelling an operation and its inputs have."""
    EXPORT.check(params)


def test_the_inputs_of_the_operation_are_offered():
    """Those that are given in the mapping already are not asked for again."""
    given = {"service": "wafv2", "operation": "list_web_acls"}

    assert ["Scope", "Limit"] == [p.name for p in EXPORT.more_params(given)]
    assert ["Limit"] == [
        p.name for p in EXPORT.more_params({**given, "params": {"scope": "REGIONAL"}})
    ]
    assert () == EXPORT.more_params({"service": "iam", "resource": "users"})


@pytest.mark.parametrize(
    ("service", "operation"),
    [("ec2", "terminate_instances"), ("secretsmanager", "get_secret_value")],
)
def test_what_is_never_sent_is_refused_before_its_inputs_are_asked_for(service, operation):
    """Nobody is told to give the ids of instances that are never terminated."""
    with pytest.raises(OperationRefusedError):
        EXPORT.more_params({"service": service, "operation": operation})


def test_a_read_that_costs_money_says_so():
    """Cost Explorer charges for each request; most reads have nothing to say."""
    assert "charges" in remark_on("ce", "get_cost_and_usage")
    assert "report" in remark_on("iam", "GenerateCredentialReport")
    assert "" == remark_on("iam", "list_users")


def test_values_are_offered_for_what_was_given():
    """Completion knows services, their resources, and their reads only."""
    assert "iam" in service_values({})
    assert "users" in resource_values({"service": "iam"})
    assert [] == resource_values({})
    reads = operation_values({"service": "iam"})
    assert "list_users" in reads
    assert "create_user" not in reads
    assert [] == operation_values({"service": "iamm"})


def test_the_permissions_of_an_export_are_known():
    """The plan of a run says what a role must allow."""
    assert "iam:GetAccountAuthorizationDetails" in EXPORT.permissions(
        {"service": "iam", "resource": "users"}
    )
    assert ("s3:ListAllMyBuckets",) == EXPORT.permissions(
        {"service": "s3", "operation": "list_buckets"}
    )


@pytest.fixture
def users(moto_aws):
    """An account with three users."""
    iam = boto3.client("iam")
    for name in ("ana", "bob", "eve"):
        iam.create_user(UserName=name, Path=f"/{name[0]}/")


def test_the_founding_form_gives_a_frame(users):
    """``get_tool(name, executor)(**params)`` is a DataFrame, account and region first."""
    tool = get_tool_registry().get_tool("aws_export", AwsExecutor(region="us-east-1"))

    frame = tool(service="iam", operation="list_users")

    assert ["account_id", "region"] == list(frame)[:2]
    assert {("123456789012", "global")} == set(
        zip(frame["account_id"], frame["region"], strict=True)
    )
    assert ["ana", "bob", "eve"] == sorted(frame["user_name"])
    stamp = frame.attrs["aibrain"]
    assert (True, False, ["123456789012"], 3) == (
        stamp["is_complete"],
        stamp["is_demo"],
        stamp["accounts"],
        stamp["rows"],
    )


def test_inputs_may_be_given_by_name_or_as_a_mapping(users):
    """Both say the same."""
    tool = get_tool_registry().get_tool("aws_export", AwsExecutor())

    by_name = tool(service="iam", operation="list_users", PathPrefix="/a/")
    as_mapping = tool(service="iam", operation="list_users", params={"path_prefix": "/a/"})

    assert ["ana"] == by_name["user_name"].tolist()
    assert ["ana"] == as_mapping["user_name"].tolist()


def test_a_curated_resource_runs_by_either_name(users):
    """``iam_users`` is served what ``aws_export iam users`` has collected."""
    registry = get_tool_registry()

    first = registry.get_tool("aws_export")(service="iam", resource="users")
    second = registry.get_tool("iam_users")()

    assert sorted(first["user_name"]) == sorted(second["user_name"])
    assert ["memory"] == second.attrs["aibrain"]["sources"]


def test_a_wrong_parameter_stops_the_direct_form_too():
    """The endpoint is dead: nothing was sent."""
    with pytest.raises(InputError):
        get_tool_registry().get_tool("aws_export")(service="iam", operation="list_users", Pat="/")


def test_the_pool_of_the_executors_refuses_writes(users):
    """Before the first export and after it."""
    with pytest.raises(WriteRefusedError):
        get_client_pool().client("iam", region="eu-west-1").create_user(UserName="x")
    get_tool_registry().get_tool("aws_export")(service="iam", operation="list_users")

    with pytest.raises(WriteRefusedError):
        get_client_pool().client("iam", region="us-east-1").create_user(UserName="x")


def test_another_view_of_the_same_rows_asks_nothing(users):
    """where, period, tags and flatten are applied to what the cache has."""
    tool = get_tool_registry().get_tool("iam_users")
    whole = tool()

    some = tool(where="user_name != 'bob'", tags=["owner"], flatten=["tags"])

    assert ["ana", "eve"] == some["user_name"].tolist()
    assert ["memory"] == some.attrs["aibrain"]["sources"]
    assert "tag_owner" in some
    assert 3 == len(whole)


def test_a_chosen_column_does_not_move_a_bucket(moto_aws):
    """With ``columns=`` the region printed with a row is still where its bucket is."""
    import boto3

    boto3.client("s3", region_name="eu-west-1", endpoint_url=moto_aws).create_bucket(
        Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )

    tool = get_tool_registry().get_tool("aws_export")
    frame = tool(service="s3", resource="buckets", columns=["versioning"])

    assert ["eu-west-1"] == frame["region"].tolist()
    assert ["Off"] == frame["versioning"].tolist()


def test_chosen_columns_come_in_their_order_and_alone(users):
    """A resource and an operation give the columns asked for; resources say what is not known."""
    tool = get_tool_registry().get_tool("aws_export")

    curated = tool(service="iam", resource="users", columns=["arn", "user_name"])
    generic = tool(service="iam", operation="list_users", columns="path,user_name")

    assert ["account_id", "region", "arn", "user_name", "not_known"] == list(curated)
    assert ["account_id", "region", "path", "user_name"] == list(generic)


@pytest.mark.parametrize(
    ("what", "date"),
    [({"resource": "users"}, "created"), ({"operation": "list_users"}, "create_date")],
    ids=["resource", "operation"],
)
def test_rows_are_chosen_by_columns_that_are_not_shown(users, what, date):
    """where, period and tags look at any column; only the wanted ones are shown."""
    tool = get_tool_registry().get_tool("aws_export")

    def shown(**views):
        return tool(service="iam", columns=["arn"], **what, **views).drop(
            columns=["account_id", "region", "not_known"], errors="ignore"
        )

    some = shown(where="user_name != 'arn'", period="2020-01-01..2099-12-31", date=date)
    none = shown(where='user_name == "nobody"')

    assert (["arn", "in_period"], 3) == (list(some), len(some))
    assert (["arn"], 0) == (list(none), len(none))
    assert ["arn"] == list(shown())


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"resource": "users", "columns": ["usr_name"]}, "Did you mean user_name?"),
        ({"resource": "users", "where": "usr_name == 'a'"}, "Did you mean user_name?"),
        ({"resource": "users", "period": "lately"}, "is no period"),
        ({"operation": "list_account_aliases", "period": "2026"}, "which time"),
        (
            {"operation": "list_users", "columns": ["arn"], "period": "2026"},
            "date= and one of create_date, password_last_used",
        ),
        ({"resource": "users", "columns": ["nonsense"]}, "Columns: user_name, arn, "),
        ({"operation": "list_users", "where": "usr_name == 'a'"}, "Did you mean user_name?"),
        ({"operation": "list_users", "flatten": ["tgs"]}, "tgs"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_wrong_views_are_refused_before_anything_is_sent(params, text):
    """The endpoint of these tests is dead: whatever was sent would fail otherwise."""
    with pytest.raises(InputError) as caught:
        EXPORT.check({"service": "iam", **params})

    assert text in str(caught.value)
