"""Networks by their CIDR, IPv4 and IPv6. Plain values in and out."""

import ipaddress
import re

SEVERAL = re.compile(r"[\s,;]+")


def split_list(text: str) -> list[str]:
    """The entries of a field that holds several, one a line or with commas."""
    return [each for each in SEVERAL.split(text) if each]


def is_network(text: str) -> bool:
    """Whether this is an address or a network."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def normal_network(text: str) -> str:
    """The network as it is stored; raises ValueError."""
    return str(ipaddress.ip_network(text, strict=False))


def holds(network: str, address: str) -> bool:
    """Whether an address is in a stored network; what is no address is in none."""
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network)
    except ValueError:
        return False
