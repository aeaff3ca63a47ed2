"""
Lambda functions: four requests a function besides the listing.

The listing carries the values of environment variables. They are hidden where they arrive
(``aws/answers/secrets/hide_in_answer.py``): a value may be a password, and a frame is saved and
mailed.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.policies.columns import resource_policy
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.services.compute._lambda_runtimes import deprecated_on
from aibrain_jupyter.aws.resources.services.compute.lambda_functions import FUNCTIONS
from aibrain_jupyter.aws.resources.values import readable, texts
from aibrain_jupyter.shared.coverage import Gap, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_NONE = ("ResourceNotFoundException",)


def export_lambda_functions(ctx: CallContext) -> ToolResult:
    """
    Export the Lambda functions of a region, in their unpublished version.

    Returns:
        One row per function, ordered by name. Environment variables by name and salted hash.

    Raises:
        PermissionDeniedError: the identity lacks ``lambda:ListFunctions``.

    Source:
        Lambda API reference, FunctionConfiguration, GetPolicy, ListFunctionUrlConfigs.
    """
    details = Details(ctx)
    functions = listed(ctx, "lambda", "ListFunctions", "Functions")

    def row_of(function: Mapping[str, Any]) -> Row:
        row = configuration_columns(function)
        name = row["function_name"]
        params = {"FunctionName": name}
        if error := (function.get("Environment") or {}).get("Error"):
            details.missing(_undecrypted(name or "", error))
        else:
            row["environment_keys"] = environment_keys(function)
            row["environment"] = dict(sorted(_variables(function).items()))
        row |= details.read(policy_columns, "lambda", "GetPolicy", params, item=name, absent=_NONE)
        row |= details.read(
            concurrency_columns, "lambda", "GetFunctionConcurrency", params, item=name
        )
        urls = details.ask_all(
            "lambda",
            "ListFunctionUrlConfigs",
            "FunctionUrlConfigs",
            params,
            item=name,
            columns=url_columns([]),
        )
        if urls is not None:
            row |= url_columns(urls)
        row |= details.read(tag_columns, "lambda", "ListTags", {"Resource": row["arn"]}, item=name)
        return row

    return details.result(ctx.map(row_of, functions), FUNCTIONS.columns)


def configuration_columns(function: Mapping[str, Any]) -> Row:
    """Return the columns of a FunctionConfiguration; nothing of its environment."""
    vpc = function.get("VpcConfig") or {}
    modified = function.get("LastModified")
    return {
        "function_name": function.get("FunctionName"),
        "arn": function.get("FunctionArn"),
        "runtime": function.get("Runtime"),
        "runtime_deprecated_on": deprecated_on(function.get("Runtime")),
        "package_type": function.get("PackageType"),
        "role": function.get("Role"),
        # The one time of the service that the API gives as text, with a zone like +0000.
        "last_modified": modified
        and readable(dt.datetime.fromisoformat, modified, "it is not a time"),
        "code_sha256": function.get("CodeSha256"),
        "timeout_s": function.get("Timeout"),
        "memory_mib": function.get("MemorySize"),
        "vpc_id": vpc.get("VpcId") or None,
        "subnet_ids": sorted(vpc.get("SubnetIds") or []),
        "security_groups": sorted(vpc.get("SecurityGroupIds") or []),
        "kms_key": function.get("KMSKeyArn"),
        "dead_letter_target": (function.get("DeadLetterConfig") or {}).get("TargetArn"),
        "tracing": (function.get("TracingConfig") or {}).get("Mode"),
        "layers": [layer.get("Arn") for layer in function.get("Layers") or ()],
        "log_group": (function.get("LoggingConfig") or {}).get("LogGroup"),
    }


def environment_keys(function: Mapping[str, Any]) -> list[str]:
    """Return the names of the environment variables, never a value."""
    return sorted(_variables(function))


def _variables(function: Mapping[str, Any]) -> Mapping[str, str]:
    return (function.get("Environment") or {}).get("Variables") or {}


def _undecrypted(name: str, error: Mapping[str, str]) -> Gap:
    # Lambda lists the function all the same when its key may not be used, with the error inside.
    code = error.get("ErrorCode", "")
    return Gap(
        outcome=Outcome.DENIED if "AccessDenied" in code else Outcome.FAILED,
        why=f"Lambda could not decrypt the environment: {code}",
        operation="lambda:ListFunctions",
        action="kms:Decrypt",
        item=name,
        columns=("environment_keys", "environment"),
    )


def policy_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetPolicy; ``{}``: there is none."""
    return resource_policy(answer.get("Policy"))


def concurrency_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetFunctionConcurrency; 0 means that it never runs."""
    return {"reserved_concurrency": answer.get("ReservedConcurrentExecutions")}


def url_columns(urls: list[Mapping[str, Any]]) -> Row:
    """Return the columns of the function's URLs."""
    return {
        "function_urls": texts(url.get("FunctionUrl") for url in urls),
        "has_public_url": any(url.get("AuthType") == "NONE" for url in urls),
    }


def tag_columns(answer: Mapping[str, Any]) -> Row:
    """Return the tags; Lambda gives them as a mapping."""
    return {"tags": dict(sorted((answer.get("Tags") or {}).items()))}
