"""
Whether ranges are the whole internet, and whether rules let it in.

The whole internet is every public address: ``0.0.0.0/0``, but also ``0.0.0.0/1`` beside
``128.0.0.0/1``, everything but the private ranges, and ``2000::/3``, outside of which no public
IPv6 address is.

Source: IANA, IPv4 and IPv6 Special-Purpose Address Registries; RFC 4291, 2.4 and RFC 3587.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.resources.ports import ALL, protocol_name, span
from aibrain_jupyter.aws.resources.values import READ_FAULTS, readable
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_RESERVED: Final = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
    224.0.0.0/3
"""
_NOT_PUBLIC: Final = tuple(map(ipaddress.IPv4Network, _RESERVED.split()))
_EVERY_IPV4: Final = ipaddress.IPv4Network("0.0.0.0/0")
_PUBLIC_IPV6: Final = ipaddress.IPv6Network("2000::/3")
_LEAST_PUBLIC: Final = 2**32 - sum(network.num_addresses for network in _NOT_PUBLIC)
_WIDE: Final = 13
"""A thousand ranges, the most that a group can have, are the internet only with one this wide."""


@lru_cache(maxsize=4096)
def _network(text: str) -> Network:
    return ipaddress.ip_network(text, strict=False)


def is_internet(networks: Iterable[Network]) -> bool:
    """Tell whether ranges together have every public address of IPv4, or of IPv6."""
    found = list(networks)
    four = [each for each in found if isinstance(each, ipaddress.IPv4Network)]
    six = [each for each in found if isinstance(each, ipaddress.IPv6Network)]
    if any(_PUBLIC_IPV6.subnet_of(each) for each in ipaddress.collapse_addresses(six)):
        return True
    if sum(each.num_addresses for each in four) < _LEAST_PUBLIC:
        return False
    return [_EVERY_IPV4] == list(ipaddress.collapse_addresses([*four, *_NOT_PUBLIC]))


def are_internet(cidrs: Any) -> Any:
    """
    Tell whether a range, or several together, are the whole internet; None: there is none.

    Entries of a prefix list may stand for their ranges.
    """
    given = [cidrs] if isinstance(cidrs, str) else cidrs
    if not isinstance(given, list) or not any(given):
        return None
    found = [each.get("Cidr") if isinstance(each, dict) else each for each in given]
    return readable(lambda texts: is_internet(map(_network, texts)), found, "it is not a range")


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule with a range: what it allows or denies, `order` of evaluation (lowest first)."""

    peer: Network
    protocol: str | None
    ports: tuple[int, int]
    allows: bool = True
    order: int | None = None

    def overlaps(self, other: _Rule) -> bool:
        """Tell whether some traffic from one place meets both rules."""
        return (
            self.protocol in (other.protocol, ALL)
            and self.peer.version == other.peer.version
            and self.ports[0] <= other.ports[1]
            and other.ports[0] <= self.ports[1]
        )

    def has(self, other: _Rule) -> bool:
        """Tell whether its range has the other's and more: beside it the other adds nothing."""
        return self.peer != other.peer and other.peer.subnet_of(self.peer)  # type: ignore[arg-type]

    def takes_all_of(self, other: _Rule) -> bool:
        """Tell whether all traffic of another rule meets this one."""
        return (
            self.overlaps(other)
            and self.ports[0] <= other.ports[0]
            and other.ports[1] <= self.ports[1]
            and other.peer.subnet_of(self.peer)  # type: ignore[arg-type]  # of one version
        )


def group_opens(rule: Any, rules: Any, entries: Any = None) -> Any:
    """
    Tell whether a rule of a security group lets the whole internet in.

    Args:
        rule: A SecurityGroupRule.

        rules: All of its group: one may need another beside it.

        entries: The PrefixListEntry records of its prefix list, if it has one.

    Returns:
        True also where rules of the group do so together on one of the rule's ports (of a prefix
        list beside ranges the list's own rule says so); False for egress; None without a rule, and
        for a prefix list whose entries are not known.
    """
    if not isinstance(rule, dict) or not rule:
        return None
    if rule.get("IsEgress"):
        return False
    if rule.get("PrefixListId"):
        return _list_opens(rule, rules, entries)
    own = _group_rule(rule)
    if own is None or isinstance(own, Unreadable):
        return False if own is None and rule.get("ReferencedGroupInfo") else own
    if (alone := _by_itself(own)) is not None:
        return alone
    return _open_together(own, _readable(rules))


def _list_opens(rule: Mapping[str, Any], rules: Any, entries: Any) -> Any:
    """Tell the same of a rule about a prefix list: whether one of its ranges does."""
    if not isinstance(entries, list):
        return None
    ranges = [_group_rule({**rule, "CidrIpv4": e.get("Cidr") or "no range"}) for e in entries]
    if odd := next((r for r in ranges if isinstance(r, Unreadable)), None):
        return odd
    beside = [*ranges, *_readable(rules)]
    if not is_internet(each.peer for each in beside):
        return False
    return any(is_internet([own.peer]) or _open_together(own, beside) for own in ranges)


def _readable(rules: Any) -> list[_Rule]:
    return [r for r in map(_group_rule, rules or ()) if isinstance(r, _Rule)]


def acl_opens(entry: Any, entries: Any) -> Any:
    """
    Tell whether an entry of a network ACL lets the whole internet in.

    Args:
        entry: A NetworkAclEntry.

        entries: All of its ACL: one may need another beside it, or be denied by one before it.

    Returns:
        False for egress, for a denial, and where one denial with a lower number takes all that
        the entry allows. An entry that denials take only a part of still counts. None without
        an entry or a range.
    """
    if not isinstance(entry, dict) or not entry:
        return None
    if entry.get("Egress") or entry.get("RuleAction") == "deny":
        return False
    own = _acl_rule(entry)
    if own is None or isinstance(own, Unreadable):
        return own
    others = [r for r in map(_acl_rule, entries or ()) if isinstance(r, _Rule)]
    denials = [r for r in others if not r.allows]
    if _is_denied(own, denials):
        return False
    if (alone := _by_itself(own)) is not None:
        return alone
    return _open_together(own, [r for r in others if r.allows and not _is_denied(r, denials)])


def _group_rule(record: Mapping[str, Any]) -> Any:
    """Return an ingress rule with a range; None: it is another; an `Unreadable`: nobody knows."""
    if not record or record.get("IsEgress"):
        return None
    return _rule(
        record.get("CidrIpv4") or record.get("CidrIpv6"),
        record.get("IpProtocol"),
        (record.get("FromPort"), record.get("ToPort")),
    )


def _acl_rule(record: Mapping[str, Any]) -> Any:
    if not record or record.get("Egress"):
        return None
    ends = record.get("PortRange") or {}
    types = record.get("IcmpTypeCode") or {}
    return _rule(
        record.get("CidrBlock") or record.get("Ipv6CidrBlock"),
        record.get("Protocol"),
        (ends.get("From", types.get("Type")), ends.get("To", types.get("Code"))),
        allows=record.get("RuleAction") != "deny",
        order=record.get("RuleNumber"),
    )


@lru_cache(maxsize=4096)
def _rule(cidr: Any, protocol: Any, ends: tuple[Any, Any], **more: Any) -> Any:
    # Each row looks at all rules of its group, of which there may be a thousand.
    if not cidr:
        return None
    try:
        return _Rule(_network(cidr), protocol_name(protocol), span(protocol, *ends), **more)
    except READ_FAULTS:
        return Unreadable(cidr, "it is not a range")


def _by_itself(rule: _Rule) -> bool | None:
    """Tell whether a rule alone allows the internet; None: with others it may."""
    if is_internet([rule.peer]):
        return True
    if isinstance(rule.peer, ipaddress.IPv6Network):
        return None if rule.peer.overlaps(_PUBLIC_IPV6) else False
    return False if any(rule.peer.subnet_of(each) for each in _NOT_PUBLIC) else None


def _open_together(own: _Rule, allowed: Sequence[_Rule]) -> bool:
    """Tell whether a rule is one of several that allow the internet on one of its ports."""
    if not any(rule.peer.prefixlen <= _WIDE for rule in allowed):
        return False
    parts = [own, *(rule for rule in allowed if rule.overlaps(own) and not rule.has(own))]
    if not is_internet(rule.peer for rule in parts):
        return False
    # What is open changes only where a rule begins.
    starts = {max(own.ports[0], rule.ports[0]) for rule in parts}
    return any(
        is_internet(rule.peer for rule in parts if rule.ports[0] <= start <= rule.ports[1])
        for start in starts
    )


def _is_denied(rule: _Rule, denials: Iterable[_Rule]) -> bool:
    return any(
        rule.order is not None
        and denial.order is not None
        and denial.order < rule.order
        and denial.takes_all_of(rule)
        for denial in denials
    )
