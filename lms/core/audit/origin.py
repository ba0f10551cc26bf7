"""From where an act came: address and device of the request, and the program that asked."""

from dataclasses import dataclass

from flask import g, has_request_context, request

MOST_DEVICE = 200


@dataclass(frozen=True)
class Origin:
    """Nothing of it where no request is: a job, a command."""

    address: str | None = None
    device: str | None = None
    program: str | None = None


def here() -> Origin:
    """The origin of the current request. `g.program` is the client id of a token that was accepted."""
    if not has_request_context():
        return Origin()
    device = "".join(sign for sign in request.user_agent.string if sign.isprintable())[:MOST_DEVICE]
    return Origin(request.remote_addr, device or None, g.get("program"))
