"""What the pages that show items may do beyond other pages: only as much as their types need."""

from collections.abc import Set as AbstractSet

from lms.core.web import allow_microphone, allow_style_attributes


def open_page_for(types: AbstractSet[str]) -> None:
    """Relax the policy of this page for items of these types that can be answered on it."""
    if "maths" in types:
        allow_style_attributes()
    if "oral" in types:
        allow_microphone()
