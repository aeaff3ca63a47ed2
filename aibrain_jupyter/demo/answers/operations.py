"""
The few operations that moto does not answer, or not as an account would.

To add one, write a function from account and request to what boto3 would return, and name it
in `ANSWERS`; an answer that is no such mapping is a `Reply`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.awslambda.models import lambda_backends

from aibrain_jupyter.demo.accounts import REGIONS, Account
from aibrain_jupyter.demo.answers.audit import AUDIT_ANSWERS
from aibrain_jupyter.demo.answers.counts import COUNTS
from aibrain_jupyter.demo.answers.credentials import credential_report
from aibrain_jupyter.demo.seeds.compute import managed_machines
from aibrain_jupyter.demo.seeds.iam import role_user_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.demo.protocols import AwsRequest, Reply


def caller_identity(account: Account, _request: AwsRequest) -> dict[str, Any]:
    """``sts:GetCallerIdentity``: the audit role, where moto has a user of its own."""
    return {"Arn": account.arn, "UserId": role_user_id(account), "Account": account.account_id}


def regions(_account: Account, request: AwsRequest) -> dict[str, Any]:
    """``ec2:DescribeRegions``: the regions of the demo, where moto has all of AWS's."""
    # Telling moto these regions would be shorter, but the first run over all regions would then
    # wait for moto's whole EC2.
    asked = {value for name, value in request.params.items() if name.startswith("RegionName.")}
    found = [
        {
            "RegionName": name,
            "Endpoint": f"ec2.{name}.amazonaws.com",
            "OptInStatus": "opt-in-not-required",
        }
        for name in REGIONS
        if not asked or name in asked
    ]
    return {"Regions": found}


def instance_information(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``ssm:DescribeInstanceInformation``: moto does not know it."""
    return {"InstanceInformationList": managed_machines(account, request.region)}


def function_urls(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``lambda:ListFunctionUrlConfigs``: moto knows the one URL of a function, not the list."""
    name = request.path.split("/")[-2]
    functions = lambda_backends[account.account_id][request.region]
    config = functions.get_function(name).url_config
    return {"FunctionUrlConfigs": [config.to_dict()] if config else []}


ANSWERS: Final[dict[str, Callable[[Account, AwsRequest], dict[str, Any] | Reply]]] = {
    "sts:GetCallerIdentity": caller_identity,
    "ec2:DescribeRegions": regions,
    "ssm:DescribeInstanceInformation": instance_information,
    "iam:GetCredentialReport": credential_report,
    "lambda:ListFunctionUrlConfigs": function_urls,
    **AUDIT_ANSWERS,
    **COUNTS,
}
# What the policy that denies a region leaves open: without them nobody could find out.
ALWAYS_ALLOWED: Final = frozenset({"sts:GetCallerIdentity", "ec2:DescribeRegions"})
