"""Licences that a work may carry, each with what it means said in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lms.core.i18n import _l


@dataclass(frozen=True)
class Licence:
    """A licence: its code in the database, short name, plain meaning and, for Creative Commons, its deed."""

    code: str
    label: Any
    meaning: Any
    url: str = ""


_CC = "https://creativecommons.org/licenses/{}/4.0/deed.vi"

LICENCES: tuple[Licence, ...] = (
    Licence(
        "cc-by",
        _l("Creative Commons Attribution 4.0 (CC BY)"),
        _l("Anyone may copy, share and adapt it, also commercially, if the author is named."),
        _CC.format("by"),
    ),
    Licence(
        "cc-by-sa",
        _l("Creative Commons Attribution, ShareAlike 4.0 (CC BY-SA)"),
        _l(
            "Anyone may copy, share and adapt it if the author is named and the result carries the same "
            "licence."
        ),
        _CC.format("by-sa"),
    ),
    Licence(
        "cc-by-nc",
        _l("Creative Commons Attribution, NonCommercial 4.0 (CC BY-NC)"),
        _l("Anyone may copy, share and adapt it if the author is named, but not commercially."),
        _CC.format("by-nc"),
    ),
    Licence(
        "cc-by-nc-sa",
        _l("Creative Commons Attribution, NonCommercial, ShareAlike 4.0 (CC BY-NC-SA)"),
        _l(
            "Anyone may copy, share and adapt it, not commercially, if the author is named and the result "
            "carries the same licence."
        ),
        _CC.format("by-nc-sa"),
    ),
    Licence(
        "cc-by-nd",
        _l("Creative Commons Attribution, NoDerivatives 4.0 (CC BY-ND)"),
        _l("Anyone may copy and share it unchanged, also commercially, if the author is named."),
        _CC.format("by-nd"),
    ),
    Licence(
        "cc-by-nc-nd",
        _l("Creative Commons Attribution, NonCommercial, NoDerivatives 4.0 (CC BY-NC-ND)"),
        _l("Anyone may copy and share it unchanged, not commercially, if the author is named."),
        _CC.format("by-nc-nd"),
    ),
    Licence(
        "cc0",
        _l("Public domain dedication (CC0 1.0)"),
        _l("The author gives up all rights: anyone may use it for anything, without asking."),
        "https://creativecommons.org/publicdomain/zero/1.0/deed.vi",
    ),
    Licence(
        "all-rights-reserved",
        _l("All rights reserved"),
        _l(
            "It may be read here; copying or sharing it needs the rights holder's permission, "
            "except where the law allows."
        ),
    ),
)
_BY_CODE = {licence.code: licence for licence in LICENCES}


def find_licence(code: str | None) -> Licence | None:
    """The licence with this code; None when there is none."""
    return _BY_CODE.get(code or "")
