"""
Who is in IAM of the demo accounts: the tables that `seed_iam` reads.

They are the documentation: who has no MFA, whose keys are old, which console password was
never used, which role trusts a stranger. Dates are fixed; add a person with a line.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aibrain_jupyter.demo.accounts import DEV, MANAGEMENT_ACCOUNT, PROD, ROLE

NO_CONSOLE: Final = ""
NEVER: Final = "never"


@dataclass(frozen=True, slots=True)
class Key:
    """An access key; `used` is empty for one that never was."""

    created: str
    used: str = ""
    service: str = "s3"
    status: str = "Active"


@dataclass(frozen=True, slots=True)
class User:
    """An IAM user; `password_used` is a date, `NEVER` or `NO_CONSOLE`."""

    name: str
    created: str
    password_used: str = NO_CONSOLE
    has_mfa: bool = False
    groups: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    inline: str = ""
    path: str = "/"


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role; `principal` and `condition` are its trust, `used` may be empty."""

    name: str
    created: str
    principal: dict[str, str]
    used: str = ""
    policies: tuple[str, ...] = ()
    condition: dict[str, Any] | None = None
    description: str = ""
    region: str = "us-east-1"
    session: str = "3600"


_ADMINISTRATOR: Final = ("AdministratorAccess",)
_machine = partial(User, path="/service/")

USERS: Final = {
    PROD.profile: (
        User("ana.lopes", "2021-03-09", "2026-10-29", True, ("administrators",)),
        User("bogdan.ilie", "2022-06-14", "2026-10-30", True, ("developers", "operations")),
        User("chen.wei", "2022-01-20", "2026-09-11", False, ("developers",)),
        User("dana.okafor", "2023-02-01", "2026-10-27", True, ("auditors",)),
        User("erik.lund", "2020-11-30", "2024-05-17", False, ("operations",)),
        User("fatima.haddad", "2023-09-04", "2026-10-30", True, ("finance",)),
        User("george.tan", "2025-05-12", NEVER, False, ("developers",)),
        User("hana.sato", "2024-08-19", "2026-10-26", True, ("developers",)),
        User("igor.petrov", "2019-07-22", "2023-12-15", False, ("developers",)),
        User("break-glass", "2020-01-15", NEVER, True, (), _ADMINISTRATOR, path="/emergency/"),
        _machine("ci-deployer", "2021-10-05", "", False, ("developers",), ("deploy-pipeline",)),
        _machine("terraform-runner", "2020-02-18", policies=_ADMINISTRATOR),
        _machine("backup-agent", "2022-11-11", inline="write-backups"),
        _machine("legacy-etl", "2018-05-03", policies=("AmazonS3FullAccess",)),
        _machine("grafana-reader", "2023-04-27", policies=("AmazonEC2ReadOnlyAccess",)),
        User("partner-ftp", "2022-03-16", inline="drop-box", path="/external/"),
    ),
    DEV.profile: (
        User("bogdan.ilie", "2022-06-15", "2026-10-30", False, ("administrators",)),
        User("chen.wei", "2022-01-21", "2026-10-29", True, ("administrators",)),
        User("george.tan", "2025-05-12", "2026-10-15", False, ("developers",)),
        User("hana.sato", "2024-08-20", NEVER, False, ("developers",)),
        User("igor.petrov", "2019-07-23", "2023-12-15", False, (), _ADMINISTRATOR),
        User("intern-2023", "2023-06-19", "2023-09-08", False, ("developers",)),
        User("intern-2024", "2024-06-17", "2024-09-06", False, ("developers",)),
        User("workshop", "2021-09-28", "2026-10-02", False, (), ("PowerUserAccess",)),
        _machine("ci-deployer", "2021-10-05", policies=_ADMINISTRATOR),
        _machine("terraform-runner", "2020-02-19", policies=_ADMINISTRATOR),
        User("load-test", "2023-01-10", inline="anything"),
        User("tmp-migration", "2022-12-01", NEVER, False, (), ("IAMFullAccess",)),
    ),
}
KEYS: Final[dict[str, dict[str, tuple[Key, ...]]]] = {
    PROD.profile: {
        "chen.wei": (Key("2024-03-02", "2026-10-28", "lambda"),),
        "igor.petrov": (
            Key("2019-07-22", "2023-12-14", "ec2"),
            Key("2021-04-30", status="Inactive"),
        ),
        "ci-deployer": (Key("2024-03-02", "2026-10-31", "lambda"),),
        "terraform-runner": (
            Key("2020-02-18", "2026-10-31", "ec2"),
            Key("2026-08-03", "2026-10-31", "iam"),
        ),
        "backup-agent": (Key("2026-07-20", "2026-10-31"),),
        "legacy-etl": (Key("2018-05-03", "2022-08-09"),),
        "grafana-reader": (Key("2026-05-06", "2026-10-30", "ec2"),),
        "partner-ftp": (Key("2022-03-16"),),
    },
    DEV.profile: {
        "george.tan": (Key("2025-05-12", "2026-10-16"), Key("2025-05-13", "2026-09-01")),
        "igor.petrov": (Key("2019-07-23", "2023-12-12", "iam"),),
        "ci-deployer": (Key("2021-10-05", "2026-10-31", "lambda"),),
        "terraform-runner": (Key("2020-02-19", "2026-10-31", "ec2"),),
        "load-test": (Key("2023-01-10", "2023-02-03"),),
    },
}
"""The access keys of each account's users by their names."""

_MANAGEMENT: Final = {"AWS": f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:root"}
_VENDOR: Final = {"AWS": "arn:aws:iam::777788889999:root"}
_EC2: Final = {"Service": "ec2.amazonaws.com"}
_LAMBDA: Final = {"Service": "lambda.amazonaws.com"}
_GITHUB: Final = "token.actions.githubusercontent.com"
_COMMON_ROLES: Final = (
    Role(
        ROLE,
        "2023-01-16",
        _MANAGEMENT,
        "2026-10-31",
        ("SecurityAudit", "ViewOnlyAccess"),
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        "Read-only access of the audit team",
        session="14400",
    ),
    Role("OrganizationAccountAccessRole", "2018-04-12", _MANAGEMENT, "2026-02-06", _ADMINISTRATOR),
    Role(
        "orders-function",
        "2021-10-06",
        _LAMBDA,
        "2026-10-31",
        ("AWSLambdaBasicExecutionRole",),
        region="eu-west-1",
    ),
    Role("web-server", "2020-03-03", _EC2, "2026-10-31", ("AmazonSSMManagedInstanceCore",)),
)
ROLES: Final = {
    PROD.profile: (
        *_COMMON_ROLES,
        Role(
            "vendor-monitoring",
            "2022-09-21",
            _VENDOR,
            "2026-10-30",
            ("ReadOnlyAccess",),
            {"StringEquals": {"sts:ExternalId": "example-7c1d"}},
            "Monitoring vendor, contract 2022-114",
        ),
        Role(
            "vendor-billing",
            "2021-02-25",
            _VENDOR,
            "2025-01-09",
            ("read-billing",),
            description="Trusts another company without an external id",
        ),
        Role(
            "github-deploy",
            "2024-04-08",
            {"Federated": f"arn:aws:iam::{PROD.account_id}:oidc-provider/{_GITHUB}"},
            "2026-10-31",
            ("deploy-pipeline",),
            {"StringLike": {f"{_GITHUB}:sub": "repo:example-org/*"}},
        ),
        Role("migration-2020", "2020-05-27", _EC2, policies=("break-glass",)),
    ),
    DEV.profile: (
        *_COMMON_ROLES,
        Role(
            "sandbox-admin",
            "2021-09-28",
            {"AWS": "*"},
            "2026-08-14",
            _ADMINISTRATOR,
            description="Anyone may assume it",
        ),
    ),
}
