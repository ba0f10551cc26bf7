"""What a person calls the device that he signed in on, and the network that it stood in. Pure."""

from ipaddress import ip_address, ip_network

BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("coc_coc", "Cốc Cốc"), ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("CrOS", "ChromeOS"), ("Mac OS", "macOS"), ("Linux", "Linux"))
KEPT_BITS = {4: 24, 6: 48}


def device_name(user_agent: str) -> str:
    """`Chrome · Windows`, or what can be said of it; empty if nothing can."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)


def network_of(address: str | None) -> str:
    """`203.162.4.*` or `2405:4800:1::*`: enough to notice a stranger, not to follow a person. Empty if unknown."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    network = ip_network((found, KEPT_BITS[found.version]), strict=False).network_address
    return f"{str(network).rpartition('.')[0]}.*" if found.version == 4 else f"{network}*"
