"""Organizations: accounts and service control policies."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing, once
from aibrain_jupyter.aws.resources.shapes import flag, nested, tags, text, time

ORGANIZATIONS_ACCOUNTS: Final = declared(
    "organizations",
    "accounts",
    "Accounts of the organization: status, unit, service control policies.",
    (
        text("member_account", "12-digit id of the account", "Id"),
        text("arn", "ARN of the account", "Arn"),
        text("name", "name of the account", "Name"),
        text("email", "address of its root user", "Email"),
        text("status", "ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED, …", "not_null(State, Status)"),
        time("joined", "when it joined, UTC", "JoinedTimestamp"),
        text("joined_by", "INVITED or CREATED", "JoinedMethod"),
        text("parent", "id of its organizational unit, or of the root", "ListParents[0].Id"),
        text("parent_type", "ORGANIZATIONAL_UNIT or ROOT", "ListParents[0].Type"),
        nested(
            "scps",
            "names of service control policies set on the account itself",
            "all(ListPoliciesForTarget[].Name)",
        ),
        flag(
            "is_management",
            "whether it is the management account, which SCPs do not bind",
            "is(DescribeOrganization.MasterAccountId, Id)",
        ),
        text("organization", "id of the organization", "DescribeOrganization.Id"),
        nested(
            "delegated_services",
            "services it is delegated administrator of",
            "all(ListDelegatedServicesForAccount[].ServicePrincipal)",
        ),
        tags("ListTagsForResource"),
    ),
    (
        listing("organizations:ListAccounts", "Accounts"),
        once("organizations:DescribeOrganization", member="Organization"),
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
        text("policy_id", "id of the policy", "Id"),
        text("arn", "ARN of the policy", "Arn"),
        text("name", "name of the policy", "Name"),
        text("kind", "SERVICE_CONTROL_POLICY or RESOURCE_CONTROL_POLICY", "Type"),
        text("description", "description; NA: none", "Description"),
        flag("is_aws_managed", "whether AWS keeps it", "AwsManaged"),
        nested("content", "the policy document", "policy(DescribePolicy.Policy.Content)"),
        nested(
            "targets",
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
