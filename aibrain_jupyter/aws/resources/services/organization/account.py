"""The account's own contacts and regions."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import flag, text

_CONTACTS: Final = ("SECURITY", "OPERATIONS", "BILLING")


ACCOUNT_CONTACTS: Final = declared(
    "account",
    "contacts",
    "Contacts of the account, one row: owner, security, operations, billing.",
    (
        text("full_name", "name of the primary contact", "FullName"),
        text("company", "company of the primary contact; NA: none", "CompanyName"),
        text("country", "country code of the primary contact", "CountryCode"),
        *(
            column
            for kind in _CONTACTS
            for column in (
                flag(
                    f"has_{kind.lower()}_contact",
                    f"whether there is a {kind.lower()} contact",
                    f"present({kind.title()})",
                ),
                text(
                    f"{kind.lower()}_email",
                    f"address of the {kind.lower()} contact; NA: none",
                    f"{kind.title()}.EmailAddress",
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
                member="AlternateContact",
                absent=("ResourceNotFoundException",),
            )
            for kind in _CONTACTS
        ),
    ),
    is_global=True,
    key=(),
)


ACCOUNT_REGIONS: Final = declared(
    "account",
    "regions",
    "Regions and whether the account has them enabled.",
    (
        text("region_name", "name of the region", "RegionName"),
        text("status", "ENABLED, ENABLED_BY_DEFAULT, DISABLED, …", "RegionOptStatus"),
    ),
    (listing("account:ListRegions", "Regions"),),
    is_global=True,
)
