"""The minimum of technical proof that goes with an answer: too little to follow anyone by. Pure."""

import ipaddress

from consent.browsers import browser_words

_KEPT_BITS = {4: 24, 6: 48}


def minimal_evidence(*, address: str, user_agent: str) -> dict[str, str]:
    """The network an answer came from (last parts dropped) and the family of the browser."""
    return {"network": truncated_address(address), "browser": browser_words(user_agent)}


def truncated_address(address: str) -> str:
    """203.0.113.7 becomes 203.0.113.0/24, an IPv6 address its first 48 bits; what is no address becomes empty."""
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network((parsed, _KEPT_BITS[parsed.version]), strict=False))
