"""
Which real region stands for the region ``global``.

A service with one endpoint per partition is asked once per account; the SDK still wants a
region to sign for. The partition's main region is right for nearly all of them (and for S3's
ListBuckets, whose creation dates are right only there); `_HOME_REGIONS` has the others.

To add a service that is account-wide but lives in one region, add its line:
``aws/accounts/regions.py`` then asks it once per account too.
"""

from types import MappingProxyType
from typing import Final

MAIN_REGIONS: Final = MappingProxyType(
    {
        "aws": "us-east-1",
        "aws-cn": "cn-northwest-1",
        "aws-eusc": "eusc-de-east-1",
        "aws-iso": "us-iso-east-1",
        "aws-iso-b": "us-isob-east-1",
        "aws-iso-e": "eu-isoe-west-1",
        "aws-iso-f": "us-isof-south-1",
        "aws-us-gov": "us-gov-west-1",
    }
)
"""The implicit global region of each partition, as botocore's partition data names it."""

HOME_REGIONS: Final = MappingProxyType(
    {
        # What each of these answers is about the whole account, though its endpoint is regional.
        "cost-optimization-hub": "us-east-1",
        "cur": "us-east-1",
        "ecr-public": "us-east-1",
        "globalaccelerator": "us-west-2",
        "health": "us-east-1",
        "networkmanager": "us-west-2",
        "route53-recovery-control-config": "us-west-2",
        "route53domains": "us-east-1",
        "trustedadvisor": "us-east-1",
    }
)
"""Services whose home in the partition ``aws`` is named here rather than by its endpoint rules."""


def home_region(service: str, *, partition: str = "aws") -> str:
    """
    Return the real region to ask `service` in when it is asked once per account.

    A partition this version does not know gives ``us-east-1``, as the SDK would.
    """
    if partition == "aws" and service in HOME_REGIONS:
        return HOME_REGIONS[service]
    return MAIN_REGIONS.get(partition, MAIN_REGIONS["aws"])
