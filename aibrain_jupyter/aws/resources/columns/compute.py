"""Columns of the Lambda resources."""

from __future__ import annotations

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGS, TEXT, TIME, Column

LAMBDA_FUNCTIONS: tuple[Column, ...] = (
    Column("function_name", TEXT, "name of the function"),
    Column("arn", TEXT, "ARN of the function"),
    Column("runtime", TEXT, "such as python3.13; NA: a container image"),
    Column(
        "runtime_deprecated_on",
        TIME,
        "day AWS deprecated the runtime, UTC; NaT: not in our list, which is not proof of support",
    ),
    Column("package_type", TEXT, "Zip or Image"),
    Column("role", TEXT, "ARN of the execution role"),
    Column("last_modified", TIME, "last change of code or configuration, UTC"),
    Column("code_sha256", TEXT, "SHA-256 of the deployment package, base64"),
    Column("timeout_s", COUNT, "time-out, seconds"),
    Column("memory_mib", COUNT, "memory, MiB"),
    Column("vpc_id", TEXT, "VPC; NA: none"),
    Column("subnet_ids", NESTED, "subnets"),
    Column("security_groups", NESTED, "ids of the security groups"),
    Column("environment_keys", NESTED, "names of the environment variables"),
    Column(
        "environment",
        NESTED,
        "what stands for each variable: a salted hash, the same for equal values; reveal= shows it",
    ),
    Column("kms_key", TEXT, "ARN of the customer key of the environment; NA: Lambda's own"),
    Column("dead_letter_target", TEXT, "ARN of the queue or topic for failed events; NA: none"),
    Column("tracing", TEXT, "Active or PassThrough"),
    Column("layers", NESTED, "ARNs of the layer versions"),
    Column("log_group", TEXT, "CloudWatch log group"),
    Column("reserved_concurrency", COUNT, "reserved concurrent executions; NA: none are reserved"),
    Column("has_policy", FLAG, "whether the function has a policy of its own"),
    Column(
        "policy_allows_everyone",
        FLAG,
        f"{ALLOWS_EVERYONE}; policies of aliases and versions are not looked at",
    ),
    Column("policy", NESTED, "the policy of the function; NA: none"),
    Column("function_urls", NESTED, "URLs of the function and its aliases"),
    Column("has_public_url", FLAG, "whether one of the URLs asks for no authentication"),
    TAGS,
)
