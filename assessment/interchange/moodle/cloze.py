"""Moodle's embedded answers: `{1:SHORTANSWER:=Hà Nội#Đúng~*#Sai}` in a text, each a gap of its own."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import unescape

from assessment.bank.markup import plain_text
from assessment.interchange import building as b
from assessment.interchange.questions import Refused
from lms.core.i18n import _

_GAP = re.compile(
    r"\{(?P<weight>\d{0,4}):(?P<type>[A-Z_]{2,20}):(?P<answers>(?:\\.|[^\\{}]|\{(?:\\.|[^\\{}])*\})*)\}", re.S)
_OPENING = re.compile(r"\{\d{0,4}:[A-Z_]{2,20}:")
_ANSWER = re.compile(r"(?:=|%(?P<percent>-?\d{1,3}(?:\.\d{1,7})?)%)?(?P<rest>.*)\Z", re.S)
_KINDS = {
    "text": ("SHORTANSWER", "SA", "MW"), "exact": ("SHORTANSWER_C", "SAC", "MWC"), "number": ("NUMERICAL", "NM"),
    "choice": ("MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS",
               "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"),
    "several": ("MULTIRESPONSE", "MR", "MULTIRESPONSE_H", "MRH", "MULTIRESPONSE_S", "MRS", "MULTIRESPONSE_HS", "MRHS"),
}
KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}


@dataclass
class _Gap:
    kind: str
    weight: str
    answers: list[b.Answer]


def read_cloze(prompt: str, general: str) -> b.Built:
    """A text with gaps; raises Refused naming the gap that cannot be read."""
    gaps: list[_Gap] = []

    def keep(match: re.Match[str]) -> str:
        gaps.append(_read_gap(match, len(gaps) + 1))
        return f"[[g{len(gaps)}]]"

    marked = _GAP.sub(keep, prompt)
    if broken := _OPENING.search(marked):
        raise Refused(_("an embedded answer is not closed: “%(text)s”", text=plain_text(marked[broken.start():], 40)))
    if not gaps:
        raise Refused(_("the text holds no embedded answer such as {1:SHORTANSWER:=…}"))
    if any(gap.kind == "several" for gap in gaps):
        return _several(marked, gaps, general)
    return _cloze(marked, gaps, general)


def _read_gap(match: re.Match[str], number: int) -> _Gap:
    kind = KIND_OF.get(match["type"])
    if kind is None:
        raise Refused(_("gap %(n)s is of a type that is not known: %(type)s", n=number, type=match["type"]))
    pieces = re.split(r"(?<!\\)~", match["answers"])
    b.check_count(len(pieces))
    answers = [_read_answer(piece) for piece in pieces if piece.strip()]
    return _Gap(kind, match["weight"] or "1", answers)


def _read_answer(piece: str) -> b.Answer:
    plain = piece.strip()
    match = _ANSWER.match(plain)
    assert match is not None
    worth = b.FULL if plain.startswith("=") else b.percent(match["percent"]) if match["percent"] else Decimal(0)
    text, _mark, feedback = _split(match["rest"], "#")
    return b.Answer(_unescape(text).strip(), worth, _unescape(feedback).strip())


def _split(text: str, sign: str) -> tuple[str, str, str]:
    """At the first `sign` that is not escaped and not part of an entity such as `&#39;`."""
    found = re.search(rf"(?<![\\&]){sign}", text)
    return (text[:found.start()], sign, text[found.end():]) if found else (text, "", "")


def _unescape(text: str) -> str:
    r"""`\}`, `\#`, `\~`, `\"`, `\/` and `\\` are signs; a backslash before anything else stays, for formulas."""
    return re.sub(r'\\([}#~"/\\])', r"\1", text)


def _cloze(marked: str, gaps: list[_Gap], general: str) -> b.Built:
    content_gaps, right, notes = [], {}, []
    if len({gap.weight for gap in gaps}) > 1:
        notes.append(_("the different weights of the gaps are not kept"))
    for number, gap in enumerate(gaps, start=1):
        name, wrong_parts = f"g{number}", any(0 < answer.percent < b.FULL for answer in gap.answers)
        if wrong_parts:
            notes.append(_("answers worth a part of the marks are not kept"))
        shown, key = _BUILT[gap.kind](gap, number)
        content_gaps.append({"id": name, **shown})
        right[name] = key
    said = [answer for gap in gaps for answer in gap.answers]
    return b.Built("cloze", {"prompt": marked, "gaps": content_gaps},
                   {"gaps": right, "explanation": b.explain(general, said)}, tuple(dict.fromkeys(notes)))


def _plain(html: str) -> str:
    """What a candidate types, of an answer that stands in HTML."""
    return " ".join(unescape(re.sub(r"<[a-zA-Z/][^>]*>", " ", html)).split())


def _right(gap: _Gap, number: int) -> list[str]:
    full = [text for answer in gap.answers if answer.percent == b.FULL and (text := _plain(answer.text)) != "*"]
    if not full:
        raise Refused(_("gap %(n)s has no answer that earns the full marks", n=number))
    return full


def _text_gap(gap: _Gap, number: int) -> tuple[dict[str, object], dict[str, object]]:
    return {"kind": "text"}, {**b.accepted_texts(_right(gap, number)), "case_sensitive": gap.kind == "exact"}


def _number_gap(gap: _Gap, number: int) -> tuple[dict[str, object], dict[str, object]]:
    accepted = []
    for text in _right(gap, number):
        value, _mark, tolerance = text.partition(":")
        accepted.append({"value": value.strip(), "tolerance": tolerance.strip() or "0"})
    return {"kind": "number"}, {"accepted": accepted}


def _choice_gap(gap: _Gap, number: int) -> tuple[dict[str, object], dict[str, object]]:
    full = [place for place, answer in enumerate(gap.answers, start=1) if answer.percent == b.FULL]
    if len(full) != 1:
        raise Refused(_("gap %(n)s needs exactly one option that earns the full marks", n=number))
    options = [{"id": f"o{place}", "text": answer.text} for place, answer in enumerate(gap.answers, start=1)]
    return {"kind": "choice", "options": options}, {"correct": f"o{full[0]}"}


_BUILT: dict[str, Callable[[_Gap, int], tuple[dict[str, object], dict[str, object]]]] = {
    "text": _text_gap, "exact": _text_gap, "number": _number_gap, "choice": _choice_gap}


def _several(marked: str, gaps: list[_Gap], general: str) -> b.Built:
    """A text with nothing but one list of boxes is a question with several right options."""
    if len(gaps) > 1:
        raise Refused(_("a gap in which several boxes may be ticked can only stand alone"))
    return b.build_choice(marked.replace("[[g1]]", ""), gaps[0].answers, single=False, general=general)
