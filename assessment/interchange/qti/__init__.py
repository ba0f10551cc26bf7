"""QTI of every age: items, tests and packages of 2.0 to 3.0, and the QTI 1.2 that Canvas speaks."""

import re

from assessment.interchange.qti import canvas, package

_ROOTS = re.compile(rb"<(?:\w+:)?(?:qti-assessment-|assessment)(?:item|test|stimulus|section)[\s>]", re.I)
_OFFICE = ("word/", "xl/", "ppt/", "content.xml")

read_file, read_package, read_canvas = package.read_file, package.read_package, canvas.read_file


def is_canvas(head: bytes) -> bool:
    """Whether a file begins as QTI 1.2 does."""
    return b"<questestinterop" in head.replace(b"\0", b"")


def is_item(head: bytes) -> bool:
    """Whether a file begins as an item, a test or a shared text of QTI 2 or 3 does."""
    return _ROOTS.search(head.replace(b"\0", b"")) is not None


def is_package(names: frozenset[str]) -> bool:
    """Whether a zip holds a manifest, or XML and nothing of an office program."""
    if any(name.rpartition("/")[2] == "imsmanifest.xml" for name in names):
        return True
    return any(name.endswith((".xml", ".qti")) for name in names) and not any(
        name.startswith(_OFFICE) for name in names)
