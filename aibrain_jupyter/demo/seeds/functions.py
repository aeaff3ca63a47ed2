"""
Lambda of the demo accounts: old runtimes, a secret in an environment variable, open URLs.

The secrets are made up and fit no service; they are there to be redacted.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from moto.awslambda.models import lambda_backends

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import at, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend


@dataclass(frozen=True, slots=True)
class _Function:
    name: str
    modified: str
    runtime: str
    environment: dict[str, str] = field(default_factory=dict)
    key: str = ""
    url_auth: str = ""
    reserved: int = 0


_FUNCTIONS: Final[dict[tuple[str, str], tuple[_Function, ...]]] = {
    (PROD.profile, "us-east-1"): (
        _Function("orders-api", "2026-08-25", "python3.12", {"STAGE": "prod"}, "alias/data"),
        _Function(
            "invoice-mailer",
            "2021-11-30",
            "python3.8",
            {"SMTP_USER": "invoices", "SMTP_PASSWORD": "example-only-hunter2"},
        ),
        _Function("image-resizer", "2022-07-12", "nodejs14.x", url_auth="NONE"),
        _Function("key-rotation-reminder", "2025-10-01", "python3.12", reserved=1),
    ),
    (PROD.profile, "eu-west-1"): (
        _Function("orders-api", "2026-08-25", "python3.12", {"STAGE": "prod"}, "alias/data"),
        _Function("webhook", "2024-11-06", "nodejs18.x", url_auth="AWS_IAM"),
    ),
    (PROD.profile, "eu-central-1"): (_Function("report-export", "2024-02-08", "python3.11"),),
    (DEV.profile, "us-east-1"): (
        _Function(
            "orders-api",
            "2026-10-28",
            "python3.12",
            {"STAGE": "dev", "DB_PASSWORD": "example-only-letmein"},
        ),
        _Function("chat-bot", "2023-06-28", "python3.8", {"API_KEY": "example-only-0123456789"}),
    ),
    (DEV.profile, "eu-west-1"): (
        _Function("load-generator", "2023-01-11", "python3.7", url_auth="NONE"),
    ),
}


def seed_functions(account: Account) -> None:
    """Fill Lambda of one account in its open regions. KMS and IAM must be there already."""
    for region in account.open_regions:
        seed_ids(account.account_id, "lambda", region)
        functions = lambda_backends[account.account_id][region]
        for function in _FUNCTIONS[account.profile, region]:
            with at(function.modified):
                _add_function(functions, account, function)


def _add_function(functions: LambdaBackend, account: Account, function: _Function) -> None:
    spec: dict[str, Any] = {
        "FunctionName": function.name,
        "Runtime": function.runtime,
        "Role": f"arn:aws:iam::{account.account_id}:role/orders-function",
        "Handler": "main.handler",
        "MemorySize": 256,
        "Timeout": 30,
        "Code": {"ZipFile": _code(function.name)},
        "Environment": {"Variables": function.environment},
    }
    if function.key:
        spec["KMSKeyArn"] = key_arn(account, functions.region_name, function.key)
    if function.reserved:
        spec["ReservedConcurrentExecutions"] = function.reserved
    made = functions.create_function(spec)
    if function.url_auth:
        functions.create_function_url_config(function.name, {"AuthType": function.url_auth})
    if function.url_auth == "NONE":
        statement = {
            "StatementId": "FunctionURLAllowPublicAccess",
            "Action": "lambda:InvokeFunctionUrl",
            "Principal": "*",
            "FunctionUrlAuthType": "NONE",
        }
        made.policy.add_statement(json.dumps(statement))


def _code(name: str) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        # A ZipInfo of its own has a fixed date, so the code's hash is the same every time.
        archive.writestr(zipfile.ZipInfo("main.py"), f"def handler(event, _): return {name!r}\n")
    return base64.b64encode(buffer.getvalue()).decode()
