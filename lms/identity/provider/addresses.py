"""Which addresses a client may register. Pure."""

from urllib.parse import SplitResult, urlsplit

from lms.identity.provider.models import NATIVE

LOOPBACK = ("127.0.0.1", "::1", "localhost")
LOOPBACK_NUMBERS = ("127.0.0.1", "::1")


def may_return_to(address: str, *, kind: str, development: bool) -> bool:
    """Whether people may be sent to this address: https; http on the same machine for an app, or in development; a
    scheme of its own for an app (RFC 8252: a domain name turned round)."""
    parts = _split(address)
    if parts is None:
        return False
    if parts.scheme in ("http", "https"):
        return _is_web(parts, loopback=development or kind == NATIVE)
    return kind == NATIVE and "." in parts.scheme and not parts.netloc


def may_be_told(address: str, *, development: bool) -> bool:
    """Whether logout tokens may be sent to this address: https, or this machine in development."""
    parts = _split(address)
    return parts is not None and _is_web(parts, loopback=development)


def matches(address: str, registered: list[str], *, kind: str) -> bool:
    """Whether an address is registered, to the letter; an app on the same machine chooses its port (RFC 8252)."""
    if address in registered:
        return True
    if kind != NATIVE:
        return False
    wanted = _portless(address)
    return wanted is not None and any(_portless(each) == wanted for each in registered)


def _split(address: str) -> SplitResult | None:
    """The parts of an absolute address without signs that programs read differently; else None."""
    if not address.isascii() or not address.isprintable() or any(c in address for c in " \\*#<>\"'"):
        return None
    try:
        parts = urlsplit(address)
        _unused = parts.port
    except ValueError:
        return None
    return None if not parts.scheme or parts.username is not None or ".." in parts.path.split("/") else parts


def _is_web(parts: SplitResult, *, loopback: bool) -> bool:
    if not parts.hostname:
        return False
    return parts.scheme == "https" or (loopback and parts.hostname in LOOPBACK)


def _portless(address: str) -> tuple[str, str, str] | None:
    """Host, path and query of an http address on this machine."""
    parts = _split(address)
    if parts is None or parts.scheme != "http" or parts.hostname not in LOOPBACK_NUMBERS:
        return None
    return parts.hostname, parts.path, parts.query
