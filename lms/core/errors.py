"""What services raise. The web turns each into a page, the API into problem+json (RFC 9457)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where: a field, a line, a question."""

    where: str
    message: str


class PlatformError(Exception):
    """A refusal that a person should read; `message` is already in his language."""

    status = 500
    code = "error"

    def __init__(self, message: object, problems: list[Problem] | None = None) -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.problems = problems or []


class SignInRequired(PlatformError):
    """Nobody is signed in and somebody must be."""

    status, code = 401, "sign-in-required"


class Forbidden(PlatformError):
    """This person may not do this."""

    status, code = 403, "forbidden"


class NotFound(PlatformError):
    """No such thing, or none that this person may know of."""

    status, code = 404, "not-found"


class Conflict(PlatformError):
    """It changed meanwhile, or the step is not legal from here."""

    status, code = 409, "conflict"


class TooLarge(PlatformError):
    """More than is taken in one piece."""

    status, code = 413, "too-large"


class Invalid(PlatformError):
    """The input is wrong; `problems` says what and where."""

    status, code = 422, "invalid"


class TooMany(PlatformError):
    """Too many tries in too short a time."""

    status, code = 429, "too-many"


class Unavailable(PlatformError):
    """A part that this needs does not answer now; `service` names it."""

    status, code = 503, "unavailable"

    def __init__(self, message: object, service: str = "", retry_after: int = 10) -> None:
        super().__init__(message)
        self.service = service
        self.retry_after = retry_after
