"""
Protocols and ports of security groups and network ACLs, in one spelling.

"Every port" is 0 to 65535, so that ``from_port <= 22 and to_port >= 22`` finds a rule that opens
everything. ICMP has no ports: EC2 writes its type and code where ports stand, and a type 8 must
not read as port 8.

Source: EC2 API reference, SecurityGroupRule, IpPermission and NetworkAclEntry ("a protocol number
other than tcp, udp, icmp, or icmpv6 allows traffic on all ports").
"""

from typing import Any, Final

from aibrain_jupyter.aws.policies.columns import left_out

ALL: Final = "all"
LAST_PORT: Final = 65535
_ICMP: Final = frozenset({"icmp", "icmpv6"})
_WITH_PORTS: Final = frozenset({"tcp", "udp"})
_EVERY: Final = -1
_CODES: Final = 256
"""Codes that a type of ICMP can have."""
_NAMES: Final = {"-1": ALL, "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}


def protocol_name(protocol: Any) -> str | None:
    """Return ``all``, ``tcp``, ``udp``, ``icmp``, ``icmpv6`` or a number; None: not said."""
    if isinstance(protocol, int) and not isinstance(protocol, bool):
        protocol = str(protocol)
    if not isinstance(protocol, str) or not protocol:
        return None
    return _NAMES.get(protocol, protocol.lower())


def port(protocol: Any, number: Any, every: int) -> Any:
    """
    Return the first or last port of a rule.

    Args:
        protocol: In any spelling.

        number: What the rule says; -1: every port.

        every: What every port is here: 0 as the first one, `LAST_PORT` as the last one.

    Returns:
        A port; None: ICMP, which has none, or there is no rule. An `Unreadable` where a TCP or
        UDP rule has no port, which AWS always gives.
    """
    name = protocol_name(protocol)
    if name in _ICMP:
        return None
    if name in _WITH_PORTS and number is None:
        return left_out()
    if name is None or name in _WITH_PORTS:
        return every if number == _EVERY else number
    return every


def icmp_words(protocol: Any, kind: Any, code: Any) -> str | None:
    """
    Return the ICMP messages of a rule: ``all``, ``8/all`` (a type with every code) or ``3/4``.

    None: the rule is not about ICMP. A rule about every protocol is.
    """
    name = protocol_name(protocol)
    if name == ALL:
        return ALL
    if name not in _ICMP:
        return None
    if kind in (None, _EVERY):
        return ALL
    return f"{kind}/{ALL if code in (None, _EVERY) else code}"


def span(protocol: Any, first: Any, last: Any) -> tuple[int, int]:
    """
    Return what a rule is about as a range of numbers, to compare it with another of its protocol.

    Ports as they are; of ICMP type and code in one number, 256 codes a type.
    """
    if protocol_name(protocol) in _ICMP:
        if not isinstance(first, int) or first == _EVERY:
            return 0, LAST_PORT
        low = first * _CODES
        has_code = isinstance(last, int) and last != _EVERY
        return (low + last, low + last) if has_code else (low, low + _CODES - 1)
    low, high = port(protocol, first, 0), port(protocol, last, LAST_PORT)
    return (low, high) if isinstance(low, int) and isinstance(high, int) else (0, LAST_PORT)
