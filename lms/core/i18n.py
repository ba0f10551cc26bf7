"""Vietnamese and English: the locale of a request, catalogues of every room, dates and numbers.

The source strings are English; each room keeps its Vietnamese in `translations/vi/LC_MESSAGES/`.
"""

from datetime import date as Date
from datetime import datetime as DateTime
from decimal import Decimal
from pathlib import Path

from babel.dates import get_timezone
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext as _n

LOCALES = {"vi": "Tiếng Việt", "en": "English"}
DEFAULT_LOCALE = "vi"
LOCALE_COOKIE = "language"
ZONE = get_timezone("Asia/Ho_Chi_Minh")

__all__ = ["DEFAULT_LOCALE", "LOCALES", "LOCALE_COOKIE", "_", "_l", "_n", "current_locale", "init_app"]


def current_locale() -> str:
    """`vi` or `en`."""
    return str(get_locale() or DEFAULT_LOCALE)


def choose_locale() -> str:
    """What `?lang=` says, else the cookie, else Vietnamese."""
    if not has_request_context():
        return DEFAULT_LOCALE
    wanted = request.args.get("lang") or request.cookies.get(LOCALE_COOKIE)
    return wanted if wanted in LOCALES else DEFAULT_LOCALE


def catalogue_folders(root: Path) -> list[Path]:
    """The `translations` folder of every room under `root` that has one."""
    packages = ("lms", "assessment", "content_repo", "search", "worker")
    return sorted(folder for package in packages for folder in (root / package).rglob("translations")
                  if folder.is_dir())


def format_number(value: float | int | Decimal | None, digits: int | None = None) -> str:
    """`1.234,5` in Vietnamese, `1,234.5` in English; `digits` fixes the decimals."""
    if value is None:
        return "–"
    pattern = "#,##0" + ("." + "0" * digits if digits else "") if digits is not None else "#,##0.####"
    return str(format_decimal(value, format=pattern, locale=current_locale()))


def format_date(value: Date | DateTime | None) -> str:
    """dd/mm/yyyy, of the Vietnamese day."""
    if value is None:
        return ""
    local = value.astimezone(ZONE) if isinstance(value, DateTime) else value
    return local.strftime("%d/%m/%Y")


def format_datetime(value: DateTime | None) -> str:
    """HH:MM dd/mm/yyyy, on the Vietnamese clock."""
    return "" if value is None else value.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")


def format_size(size: int | None) -> str:
    """Bytes as a person reads them: `1,4 MB`."""
    if size is None:
        return ""
    number, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            break
        number /= 1000
    return f"{format_number(round(number, 1))} {unit}"


def format_duration(milliseconds: int | None) -> str:
    """`4:05` or `1:02:03`."""
    seconds = round((milliseconds or 0) / 1000)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def init_app(app: Flask, root: Path) -> None:
    """Load the catalogues of every room and offer the filters to templates."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(f) for f in catalogue_folders(root))
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT_LOCALE
    Babel(app, locale_selector=choose_locale)
    app.jinja_env.filters.update(
        date=format_date, datetime=format_datetime, number=format_number,
        filesize=format_size, duration=format_duration)
    app.before_request(lambda: setattr(g, "locale", choose_locale()))
