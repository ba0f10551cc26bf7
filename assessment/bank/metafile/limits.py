"""How much of a metafile is read, and what is raised when it is not."""

MOST_BYTES = 4 * 1024**2
MOST_RECORDS = 60_000
MOST_POINTS = 150_000
MOST_ELEMENTS = 15_000
MOST_OBJECTS = 4_096
MOST_SAVED = 64
MOST_LETTERS = 4_000
LARGEST_SIDE = 2_000.0
"""Of the drawing, in pixels."""


class Unreadable(Exception):
    """This metafile is not shown; the message is the reason, for a person."""
