"""Lambda functions."""

from typing import Final

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.aws.resources.declaration import written
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text, time
from aibrain_jupyter.shared.frames.columns import TAGS

FUNCTIONS: Final = written(
    "lambda",
    "functions",
    "Lambda functions: runtime, role, network, policy, URLs; environment by name only.",
    (
        text("function_name", "name of the function"),
        text("arn", "ARN of the function"),
        text("runtime", "such as python3.13; NA: a container image", absent="a container image"),
        time(
            "runtime_deprecated_on",
            "day AWS deprecated the runtime, UTC; NaT: not in our list, which is not proof of "
            "support",
        ),
        text("package_type", "Zip or Image"),
        text("role", "ARN of the execution role"),
        time("last_modified", "last change of code or configuration, UTC"),
        text("code_sha256", "SHA-256 of the deployment package, base64"),
        count("timeout_s", "time-out, seconds"),
        count("memory_mib", "memory, MiB"),
        text("vpc_id", "VPC; NA: none"),
        nested("subnet_ids", "subnets"),
        nested("security_groups", "ids of the security groups"),
        nested("environment_keys", "names of the environment variables"),
        nested(
            "environment",
            "what stands for each variable: a salted hash, the same for equal values; reveal= "
            "shows it",
        ),
        text("kms_key", "ARN of the customer key of the environment; NA: Lambda's own"),
        text("dead_letter_target", "ARN of the queue or topic for failed events; NA: none"),
        text("tracing", "Active or PassThrough"),
        nested("layers", "ARNs of the layer versions"),
        text("log_group", "CloudWatch log group"),
        count("reserved_concurrency", "reserved concurrent executions; NA: none are reserved"),
        flag("has_policy", "whether the function has a policy of its own"),
        flag(
            "policy_allows_everyone",
            f"{ALLOWS_EVERYONE}; policies of aliases and versions are not looked at",
        ),
        nested("policy", "the policy of the function; NA: none"),
        nested("function_urls", "URLs of the function and its aliases"),
        flag("has_public_url", "whether one of the URLs asks for no authentication"),
        TAGS,
    ),
    (
        "lambda:ListFunctions",
        "lambda:GetPolicy",
        "lambda:GetFunctionConcurrency",
        "lambda:ListFunctionUrlConfigs",
        "lambda:ListTags",
    ),
    traps=("Policies of aliases and versions are not looked at.",),
    code=f"{__package__}.lambda_functions_export:export_lambda_functions",
)
