"""Aiken: a line of question, options `A.` or `A)` each in a line, `ANSWER: B`. One kind of question, plain text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO

from assessment.bank.markup import plain_to_html
from assessment.interchange import building as b
from assessment.interchange import questions as q
from assessment.interchange.decoding import decode
from lms.core.i18n import _

_OPTION = re.compile(r"\s*([A-Z])[.)]\s*(.*)")
_ANSWER = re.compile(r"\s*(?:ANSWER|ĐÁP ÁN)\s*:\s*(.*)", re.I)
_GIFT = re.compile(r"(?<![\\^_}a-zA-Z])\{\s*(?:[=~#}]|(?:T|F|TRUE|FALSE)\s*[#}])", re.I)
_SIGN = re.compile(r"^\s*(?:ANSWER|ĐÁP ÁN)\s*:", re.I | re.M)


@dataclass
class _Lines:
    """The question that is being read."""

    line: int = 0
    prompt: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_begun(self) -> bool:
        return bool(self.prompt or self.options)


def looks_like_aiken(text: str) -> bool:
    """Whether lines give the answers, and not braces as in GIFT."""
    return _SIGN.search(text) is not None and len(_SIGN.findall(text)) >= len(_GIFT.findall(text))


def read(stream: BinaryIO, _media: q.MediaSink) -> Iterator[q.Parsed]:
    """Every question of an Aiken file, taken or refused."""
    text = decode(stream.read(q.LARGEST_TEXT + 1))
    if text is None:
        yield q.FileProblem(0, _("this is not a text file in UTF-8; save it again as UTF-8"))
        return
    now = _Lines()
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if answer := _ANSWER.match(line):
            yield _finish(now, answer[1].strip(), number)
            now = _Lines()
        elif line.strip():
            if now.options and not _OPTION.match(line):
                yield q.refuse(_found(now, number), _("the question has no line ANSWER: after its options"))
                now = _Lines()
            _add(now, line, number)
    if now.is_begun:
        yield q.refuse(_found(now, now.line), _("the question has no line ANSWER: after its options"))


def _add(now: _Lines, line: str, number: int) -> None:
    now.line = now.line or number
    option = _OPTION.match(line)
    if option and (now.prompt or now.options):
        now.options.append((option[1], option[2].strip()))
    else:
        now.prompt.append(line.strip())


def _found(now: _Lines, line: int) -> q.Found:
    return q.Found(now.line or line, "multichoice", " ".join(now.prompt))


def _finish(now: _Lines, answer: str, line: int) -> q.ParsedQuestion:
    found = _found(now, line)
    try:
        letters = [letter for letter, _text in now.options]
        if not now.prompt or (_OPTION.match(now.prompt[0]) and not now.options):
            raise q.Refused(_("there are options and an answer, but no question before them"))
        b.check_count(len(letters))
        right = answer.strip(" .)").upper()
        if len(set(letters)) < len(letters):
            raise q.Refused(_("two options have the same letter"))
        if right not in letters:
            raise q.Refused(_("the answer “%(text)s” is none of the options", text=answer[:20]))
        answers = [b.Answer(_html(text), b.FULL if letter == right else Decimal(0)) for letter, text in now.options]
        built = b.build_choice(_html("\n".join(now.prompt)), answers, single=True)
        return b.finish(found, built, _html("\n".join([*now.prompt, *(f"{a}. {t}" for a, t in now.options)])))
    except q.Refused as refusal:
        return q.refuse(found, str(refusal), _html("\n".join(now.prompt)))


def _html(text: str) -> str:
    if len(text) > q.LONGEST_QUESTION:
        raise q.Refused(_("the question has more than %(n)s characters", n=q.LONGEST_QUESTION))
    return plain_to_html(text)
