"""AWS Transfer Family servers."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, tags, text

SERVERS: Final = declared(
    "transfer",
    "servers",
    "Transfer Family servers (SFTP, FTPS, FTP, AS2): endpoint, sign-in, ciphers, logs.",
    (
        text("server_id", "id of the server", "ServerId"),
        text("arn", "ARN of the server", "Arn"),
        text("state", "such as ONLINE, OFFLINE or START_FAILED", "State"),
        text("domain", "where its files are: S3 or EFS", "Domain"),
        nested(
            "protocols",
            "SFTP, FTPS, FTP (not encrypted), AS2",
            "all(DescribeServer.Protocols)",
        ),
        flag(
            "allows_ftp",
            "whether it speaks FTP, which encrypts neither passwords nor files",
            "where(DescribeServer.Protocols, present(DescribeServer.Protocols[?@=='FTP']))",
            absent="not said",
        ),
        text(
            "endpoint_type",
            "PUBLIC (the internet), VPC, or VPC_ENDPOINT, its older form",
            "EndpointType",
        ),
        text("vpc_id", "VPC of its endpoint; NA: none", "DescribeServer.EndpointDetails.VpcId"),
        text(
            "vpc_endpoint",
            "id of its VPC endpoint, whose security groups admit clients; NA: none",
            "DescribeServer.EndpointDetails.VpcEndpointId",
        ),
        nested(
            "elastic_ips",
            "allocation ids of the Elastic IPs by which the internet reaches it in its VPC",
            "all(DescribeServer.EndpointDetails.AddressAllocationIds)",
        ),
        text(
            "identity_provider",
            "who checks users: SERVICE_MANAGED, AWS_DIRECTORY_SERVICE, AWS_LAMBDA, API_GATEWAY",
            "IdentityProviderType",
        ),
        text(
            "identity_source",
            "ARN of its function, its URL or its directory; NA: users of the server's own",
            "DescribeServer.IdentityProviderDetails.[Function, Url, DirectoryId] | [?@] | [0]",
        ),
        text(
            "sftp_authentication",
            "PASSWORD, PUBLIC_KEY, either or both; NA: not said",
            "DescribeServer.IdentityProviderDetails.SftpAuthenticationMethods",
            absent="not said",
        ),
        count(
            "users",
            "users of the server's own",
            "UserCount",
            absent="another identity provider has them",
        ),
        text(
            "security_policy",
            "name of the policy that says which ciphers it accepts",
            "DescribeServer.SecurityPolicyName",
        ),
        text(
            "host_key",
            "SHA-256 fingerprint of its host key; NA: none",
            "DescribeServer.HostKeyFingerprint",
        ),
        text(
            "certificate",
            "ARN of the certificate that FTPS shows; NA: none",
            "none_if_empty(DescribeServer.Certificate)",
        ),
        flag(
            "has_logs",
            "whether it has a logging role or a log group for structured logs",
            "present(LoggingRole) || present(DescribeServer.StructuredLogDestinations)",
        ),
        text(
            "logging_role", "ARN of the role it logs with; NA: none", "none_if_empty(LoggingRole)"
        ),
        nested(
            "structured_logs",
            "ARNs of the log groups of its structured logs",
            "all(DescribeServer.StructuredLogDestinations)",
        ),
        tags("DescribeServer.Tags"),
    ),
    (
        listing("transfer:ListServers", "Servers"),
        detail("transfer:DescribeServer", {"ServerId": "ServerId"}, member="Server"),
    ),
    traps=(
        (
            "A server in a VPC without elastic_ips may face the internet all the same, behind a "
            "load balancer of its owner's."
        ),
    ),
)
