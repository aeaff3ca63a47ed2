"""Organizations and the account's own contacts and regions."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import Resource, declared, detail, listing, once
from aibrain_jupyter.shared.frames.columns import FLAG, NESTED, TEXT, TIME, Column

ORGANIZATIONS_ACCOUNTS: Final = declared(
    "organizations",
    "accounts",
    "Accounts of the organization: status, unit, service control policies.",
    (
        Column("member_account", TEXT, "12-digit id of the account", "Id"),
        Column("arn", TEXT, "ARN of the account", "Arn"),
        Column("name", TEXT, "name of the account", "Name"),
        Column("email", TEXT, "address of its root user", "Email"),
        Column(
            "status",
            TEXT,
            "ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED, …",
            "not_null(State, Status)",
        ),
        Column("joined", TIME, "when it joined, UTC", "JoinedTimestamp"),
        Column("joined_by", TEXT, "INVITED or CREATED", "JoinedMethod"),
        Column(
            "parent", TEXT, "id of its organizational unit, or of the root", "ListParents[0].Id"
        ),
        Column("parent_type", TEXT, "ORGANIZATIONAL_UNIT or ROOT", "ListParents[0].Type"),
        Column(
            "scps",
            NESTED,
            "names of service control policies set on the account itself",
            "all(ListPoliciesForTarget[].Name)",
        ),
        Column(
            "is_management",
            FLAG,
            "whether it is the management account, which SCPs do not bind",
            "is(DescribeOrganization.Organization.MasterAccountId, Id)",
        ),
        Column(
            "organization", TEXT, "id of the organization", "DescribeOrganization.Organization.Id"
        ),
        Column(
            "delegated_services",
            NESTED,
            "services it is delegated administrator of",
            "all(ListDelegatedServicesForAccount[].ServicePrincipal)",
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(ListTagsForResource)"),
    ),
    (
        listing("organizations:ListAccounts", "Accounts"),
        once("organizations:DescribeOrganization"),
        detail("organizations:ListParents", {"ChildId": "Id"}, records="Parents"),
        detail(
            "organizations:ListPoliciesForTarget",
            {"TargetId": "Id"},
            records="Policies",
            fixed={"Filter": "SERVICE_CONTROL_POLICY"},
        ),
        detail("organizations:ListTagsForResource", {"ResourceId": "Id"}, records="Tags"),
        detail(
            "organizations:ListDelegatedServicesForAccount",
            {"AccountId": "Id"},
            records="DelegatedServices",
            absent=("AccountNotRegisteredException",),
        ),
    ),
    is_global=True,
    traps=(
        "Only the management account and delegated administrators may ask.",
        "Policies inherited from units are not in scps: organizations_scps has their targets.",
    ),
)


ORGANIZATIONS_SCPS: Final = declared(
    "organizations",
    "scps",
    "Service control and resource control policies: content and targets.",
    (
        Column("policy_id", TEXT, "id of the policy", "Id"),
        Column("arn", TEXT, "ARN of the policy", "Arn"),
        Column("name", TEXT, "name of the policy", "Name"),
        Column("kind", TEXT, "SERVICE_CONTROL_POLICY or RESOURCE_CONTROL_POLICY", "Type"),
        Column("description", TEXT, "description; NA: none", "Description"),
        Column("is_aws_managed", FLAG, "whether AWS keeps it", "AwsManaged"),
        Column("content", NESTED, "the policy document", "policy(DescribePolicy.Policy.Content)"),
        Column(
            "targets",
            NESTED,
            "ids of the accounts, units and roots it is set on",
            "all(ListTargetsForPolicy[].TargetId)",
        ),
    ),
    *(
        (
            listing(
                "organizations:ListPolicies",
                "Policies",
                fixed={"Filter": kind},
                name=f"List{number}",
            ),
            detail("organizations:DescribePolicy", {"PolicyId": "Id"}),
            detail("organizations:ListTargetsForPolicy", {"PolicyId": "Id"}, records="Targets"),
        )
        for number, kind in enumerate(("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"))
    ),
    is_global=True,
)


_CONTACTS: Final = ("SECURITY", "OPERATIONS", "BILLING")


ACCOUNT_CONTACTS: Final = declared(
    "account",
    "contacts",
    "Contacts of the account, one row: owner, security, operations, billing.",
    (
        Column("full_name", TEXT, "name of the primary contact", "FullName"),
        Column("company", TEXT, "company of the primary contact; NA: none", "CompanyName"),
        Column("country", TEXT, "country code of the primary contact", "CountryCode"),
        *(
            column
            for kind in _CONTACTS
            for column in (
                Column(
                    f"has_{kind.lower()}_contact",
                    FLAG,
                    f"whether there is a {kind.lower()} contact",
                    f"present({kind.title()}.AlternateContact)",
                ),
                Column(
                    f"{kind.lower()}_email",
                    TEXT,
                    f"address of the {kind.lower()} contact; NA: none",
                    f"{kind.title()}.AlternateContact.EmailAddress",
                ),
            )
        ),
    ),
    (
        listing("account:GetContactInformation", "ContactInformation"),
        *(
            detail(
                "account:GetAlternateContact",
                {},
                fixed={"AlternateContactType": kind},
                name=kind.title(),
                absent=("ResourceNotFoundException",),
            )
            for kind in _CONTACTS
        ),
    ),
    is_global=True,
)


ACCOUNT_REGIONS: Final = declared(
    "account",
    "regions",
    "Regions and whether the account has them enabled.",
    (
        Column("region_name", TEXT, "name of the region", "RegionName"),
        Column("status", TEXT, "ENABLED, ENABLED_BY_DEFAULT, DISABLED, …", "RegionOptStatus"),
    ),
    (listing("account:ListRegions", "Regions"),),
    is_global=True,
)


RESOURCES: Final[tuple[Resource, ...]] = (
    ACCOUNT_CONTACTS,
    ACCOUNT_REGIONS,
    ORGANIZATIONS_ACCOUNTS,
    ORGANIZATIONS_SCPS,
)
