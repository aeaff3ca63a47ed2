"""OpenSearch domains."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import batch, declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, policy, tags, text

OPENSEARCH_DOMAINS: Final = declared(
    "opensearch",
    "domains",
    "OpenSearch domains: encryption, TLS, exposure, fine-grained access, logs.",
    (
        text("domain_name", "name of the domain", "DomainName"),
        text("arn", "ARN of the domain", "DescribeDomains.ARN"),
        text("engine_version", "such as OpenSearch_2.11", "DescribeDomains.EngineVersion"),
        flag(
            "encrypted_at_rest",
            "whether its data are encrypted",
            "DescribeDomains.EncryptionAtRestOptions.Enabled",
        ),
        text(
            "kms_key",
            "key at rest; NA: none",
            "DescribeDomains.EncryptionAtRestOptions.KmsKeyId",
        ),
        flag(
            "encrypted_between_nodes",
            "whether traffic between nodes is encrypted",
            "DescribeDomains.NodeToNodeEncryptionOptions.Enabled",
        ),
        flag(
            "enforces_https",
            "whether plain HTTP is refused",
            "DescribeDomains.DomainEndpointOptions.EnforceHTTPS",
        ),
        text(
            "tls_policy",
            "least TLS version and ciphers",
            "DescribeDomains.DomainEndpointOptions.TLSSecurityPolicy",
        ),
        flag(
            "is_in_vpc",
            "whether its endpoint is inside a VPC; otherwise it is public",
            "present(DescribeDomains.VPCOptions.VPCId)",
        ),
        text("vpc_id", "VPC; NA: a public endpoint", "DescribeDomains.VPCOptions.VPCId"),
        flag(
            "fine_grained_access",
            "whether fine-grained access control is on",
            "DescribeDomains.AdvancedSecurityOptions.Enabled",
        ),
        nested(
            "log_types",
            "logs that are on",
            "enabled_keys(DescribeDomains.LogPublishingOptions)",
        ),
        flag(
            "has_audit_log",
            "whether the audit log is on",
            "present(DescribeDomains.LogPublishingOptions.AUDIT_LOGS.Enabled)",
        ),
        *policy("DescribeDomains.AccessPolicies", "access policy; NA: none"),
        flag(
            "update_available",
            "whether a software update waits",
            "DescribeDomains.ServiceSoftwareOptions.UpdateAvailable",
        ),
        tags("ListTags.TagList"),
    ),
    (
        listing("opensearch:ListDomainNames", "DomainNames", action="es:ListDomainNames"),
        batch(
            "opensearch:DescribeDomains",
            "DomainStatusList",
            {"DomainNames": "DomainName"},
            key="DomainName",
            size=5,
            action="es:DescribeDomains",
        ),
        detail("opensearch:ListTags", {"ARN": "DescribeDomains.ARN"}, action="es:ListTags"),
    ),
    traps=("Domains that run Elasticsearch are listed as well: look at engine_version.",),
)
