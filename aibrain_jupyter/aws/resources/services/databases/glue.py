"""Glue: data catalog, jobs, security configurations."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, listing, once
from aibrain_jupyter.aws.resources.shapes import flag, nested, text, time

GLUE_CONFIGURATIONS: Final = declared(
    "glue",
    "security_configurations",
    "Glue security configurations: what they encrypt.",
    (
        text("configuration_name", "name of the configuration", "Name"),
        time("created", "when it was made, UTC", "CreatedTimeStamp"),
        text(
            "s3_encryption",
            "DISABLED, SSE-KMS or SSE-S3",
            "EncryptionConfiguration.S3Encryption[0].S3EncryptionMode",
        ),
        text(
            "logs_encryption",
            "DISABLED or SSE-KMS",
            "EncryptionConfiguration.CloudWatchEncryption.CloudWatchEncryptionMode",
        ),
        text(
            "bookmarks_encryption",
            "DISABLED or CSE-KMS",
            "EncryptionConfiguration.JobBookmarksEncryption.JobBookmarksEncryptionMode",
        ),
    ),
    (listing("glue:GetSecurityConfigurations", "SecurityConfigurations"),),
)


GLUE_JOBS: Final = declared(
    "glue",
    "jobs",
    "Glue jobs: role, security configuration, version.",
    (
        text("job_name", "name of the job", "Name"),
        text("role", "its role", "Role"),
        time("created", "when it was made, UTC", "CreatedOn"),
        time("last_modified", "last change, UTC", "LastModifiedOn"),
        text("glue_version", "version of Glue", "GlueVersion"),
        text("security_configuration", "security configuration; NA: none", "SecurityConfiguration"),
        nested("connections", "names of its connections", "all(Connections.Connections)"),
        nested(
            "argument_names",
            "names of its default arguments",
            "all(keys(DefaultArguments || `{}`))",
        ),
        nested(
            "arguments",
            "its default arguments by name, values hidden unless revealed",
            "by_name(DefaultArguments)",
        ),
    ),
    (listing("glue:GetJobs", "Jobs"),),
)


GLUE_CATALOG: Final = declared(
    "glue",
    "catalog_settings",
    "Glue Data Catalog of a region, one row: encryption of metadata and passwords.",
    (
        text("catalog_of", "region the catalog is in", "here.region"),
        text("encryption_mode", "DISABLED, SSE-KMS, …", "EncryptionAtRest.CatalogEncryptionMode"),
        text("kms_key", "key of the metadata; NA: none", "EncryptionAtRest.SseAwsKmsKeyId"),
        flag(
            "encrypts_passwords",
            "whether passwords of connections are returned encrypted",
            "ConnectionPasswordEncryption.ReturnConnectionPasswordEncrypted",
        ),
        flag(
            "has_policy",
            "whether the catalog has a policy",
            "present(GetResourcePolicy.PolicyInJson)",
        ),
        nested(
            "policy",
            "policy of the catalog; NA: none",
            "policy(GetResourcePolicy.PolicyInJson)",
        ),
    ),
    (
        listing("glue:GetDataCatalogEncryptionSettings", "DataCatalogEncryptionSettings"),
        once("glue:GetResourcePolicy", absent=("EntityNotFoundException",)),
    ),
)
