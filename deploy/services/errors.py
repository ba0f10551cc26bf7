"""What can go wrong, in words for the person at the terminal."""


class ServiceError(Exception):
    """A step failed; the message says which and what to do about it."""
