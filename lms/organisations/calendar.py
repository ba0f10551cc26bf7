"""Days and school years on the Vietnamese clock. Pure but for the clock."""

import re
from datetime import date

from lms.core import clock
from lms.core.i18n import ZONE

FIRST_MONTH = 8
"""A school year begins with August: classes are formed then, lessons begin in September."""
YEAR = re.compile(r"(\d{4})-(\d{4})")


def today() -> date:
    """The day in Viet Nam."""
    return clock.now().astimezone(ZONE).date()


def school_year(day: date | None = None) -> str:
    """The school year of a day (today), as "2026-2027"."""
    day = day or today()
    first = day.year if day.month >= FIRST_MONTH else day.year - 1
    return f"{first}-{first + 1}"


def next_year(year: str) -> str:
    """The school year after one."""
    first = int(year[:4]) + 1
    return f"{first}-{first + 1}"


def is_school_year(text: str) -> bool:
    """Whether it is written as a school year is."""
    found = YEAR.fullmatch(text)
    return found is not None and int(found[2]) == int(found[1]) + 1


def last_day(year: str) -> date:
    """The last day of a school year."""
    return date(int(year[5:]), FIRST_MONTH - 1, 31)
