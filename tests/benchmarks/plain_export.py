"""
What a straightforward script does for the same six tables: boto3, its paginators, ten threads.

The baseline of ``bench_aws_export.py``. It asks for each item what the export's columns take, as
the API reference says where to find it, and makes a frame of each list of rows. Nothing in it is
there to make it slow: clients are made once and shared, and every page is read. It leaves out the
public access block of the account: boto3 puts the account into that host's name, which a server on
this machine has not.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import boto3
import pandas as pd
from botocore.config import Config
from botocore.exceptions import ClientError

THREADS = 10
_NONE = {
    "NoSuchEntity",
    "NoSuchBucketPolicy",
    "NoSuchTagSet",
    "NoSuchPublicAccessBlockConfiguration",
    "ObjectLockConfigurationNotFoundError",
    "OwnershipControlsNotFoundError",
    "ResourceNotFoundException",
    "ServerSideEncryptionConfigurationNotFoundError",
}


class PlainExport:
    """One session, one client a service, one pool of threads."""

    def __init__(self):
        session = boto3.Session()
        config = Config(max_pool_connections=THREADS)
        names = ("iam", "s3", "ec2", "ssm", "kms", "lambda")
        self._clients = {name: session.client(name, config=config) for name in names}

    def export(self):
        """Return the six frames by name."""
        with ThreadPoolExecutor(THREADS) as pool:
            self._map = pool.map
            return {
                "iam_users": self._each(self._user, "iam", "list_users", "Users"),
                "iam_roles": self._each(self._role, "iam", "list_roles", "Roles"),
                "s3_buckets": self._each(self._bucket, "s3", "list_buckets", "Buckets"),
                "ec2_instances": self._instances(),
                "kms_keys": self._keys(),
                "lambda_functions": self._each(
                    self._function, "lambda", "list_functions", "Functions"
                ),
            }

    def _each(self, row_of, service, operation, key):
        return pd.DataFrame(list(self._map(row_of, self._all(service, operation, key))))

    def _all(self, service, operation, key, **params):
        pages = self._clients[service].get_paginator(operation).paginate(**params)
        return [item for page in pages for item in page.get(key, [])]

    def _ask(self, service, operation, **params):
        try:
            return getattr(self._clients[service], operation)(**params)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NONE:
                raise
            return {}

    def _user(self, user):
        name = {"UserName": user["UserName"]}
        keys = self._all("iam", "list_access_keys", "AccessKeyMetadata", **name)
        policies = self._all("iam", "list_user_policies", "PolicyNames", **name)
        return {
            **user,
            **self._ask("iam", "get_user", **name).get("User", {}),
            "LoginProfile": self._ask("iam", "get_login_profile", **name).get("LoginProfile"),
            "MFADevices": self._all("iam", "list_mfa_devices", "MFADevices", **name),
            "AccessKeys": [
                {
                    **key,
                    **self._ask("iam", "get_access_key_last_used", AccessKeyId=key["AccessKeyId"]),
                }
                for key in keys
            ],
            "Groups": self._all("iam", "list_groups_for_user", "Groups", **name),
            "Attached": self._all("iam", "list_attached_user_policies", "AttachedPolicies", **name),
            "Inline": {
                p: self._ask("iam", "get_user_policy", PolicyName=p, **name)["PolicyDocument"]
                for p in policies
            },
        }

    def _role(self, role):
        name = {"RoleName": role["RoleName"]}
        policies = self._all("iam", "list_role_policies", "PolicyNames", **name)
        return {
            **role,
            **self._ask("iam", "get_role", **name)["Role"],
            "Attached": self._all("iam", "list_attached_role_policies", "AttachedPolicies", **name),
            "Inline": {
                p: self._ask("iam", "get_role_policy", PolicyName=p, **name)["PolicyDocument"]
                for p in policies
            },
            "Profiles": self._all(
                "iam", "list_instance_profiles_for_role", "InstanceProfiles", **name
            ),
        }

    def _bucket(self, bucket):
        name = {"Bucket": bucket["Name"]}
        operations = (
            "get_bucket_location",
            "get_public_access_block",
            "get_bucket_policy",
            "get_bucket_policy_status",
            "get_bucket_acl",
            "get_bucket_ownership_controls",
            "get_bucket_encryption",
            "get_bucket_versioning",
            "get_bucket_logging",
            "get_object_lock_configuration",
            "get_bucket_tagging",
        )
        details = {operation: self._ask("s3", operation, **name) for operation in operations}
        for answer in details.values():
            answer.pop("ResponseMetadata", None)
        return {**bucket, **details}

    def _instances(self):
        found = self._all("ec2", "describe_instances", "Reservations")
        volumes = {v["VolumeId"]: v for v in self._all("ec2", "describe_volumes", "Volumes")}
        managed = self._all("ssm", "describe_instance_information", "InstanceInformationList")
        by_id = {known["InstanceId"]: known for known in managed}
        return pd.DataFrame(
            [
                {
                    **instance,
                    "Volumes": [
                        volumes[mapping["Ebs"]["VolumeId"]]
                        for mapping in instance["BlockDeviceMappings"]
                    ],
                    "SSM": by_id.get(instance["InstanceId"]),
                }
                for reservation in found
                for instance in reservation["Instances"]
            ]
        )

    def _keys(self):
        self._aliases = {}
        for alias in self._all("kms", "list_aliases", "Aliases"):
            self._aliases.setdefault(alias.get("TargetKeyId"), []).append(alias["AliasName"])
        return self._each(self._key, "kms", "list_keys", "Keys")

    def _key(self, key):
        name = {"KeyId": key["KeyId"]}
        return {
            **self._ask("kms", "describe_key", **name)["KeyMetadata"],
            "Rotation": self._ask("kms", "get_key_rotation_status", **name),
            "Policy": self._ask("kms", "get_key_policy", PolicyName="default", **name)["Policy"],
            "Tags": self._all("kms", "list_resource_tags", "Tags", **name),
            "Aliases": self._aliases.get(key["KeyId"], []),
        }

    def _function(self, function):
        name = {"FunctionName": function["FunctionName"]}
        return {
            **function,
            "Policy": self._ask("lambda", "get_policy", **name).get("Policy"),
            "Concurrency": self._ask("lambda", "get_function_concurrency", **name),
            "Urls": self._all("lambda", "list_function_url_configs", "FunctionUrlConfigs", **name),
            "Tags": self._ask("lambda", "list_tags", Resource=function["FunctionArn"]).get("Tags"),
        }
