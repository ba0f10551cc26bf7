r"""GIFT, Moodle's text format for questions.

A block of lines without a blank line is one question; `{...}` in it holds the answers. Signs that are
meant as text are escaped (`\=`, `\{`). One thing is kinder than Moodle: inside a formula, `\( \)`, `\[ \]`
or `$$ $$`, nothing needs an escape.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from io import StringIO
from itertools import chain
from typing import Any, BinaryIO

from assessment.interchange import building as b
from assessment.interchange import questions as q
from assessment.interchange.categories import topic_of
from assessment.interchange.decoding import decode
from assessment.interchange.tags import tagged
from assessment.interchange.texts import Texts
from lms.core.i18n import _

# What is not a sign of GIFT is put aside first, as \ue000<index>\ue001, and put back into each piece.
_ASIDE = re.compile(
    r"(?P<escape>\\[\\~=#{}:])|(?P<formula>\\\((?:[^\\]|\\[^(]){1,2000}?\\\)"
    r"|\\\[(?:[^\\]|\\[^\[]){1,2000}?\\\]|\$\$.{1,2000}?\$\$)"
    r"|(?P<newline>\\n(?![a-z]))", re.S)
_MARK = re.compile(r"\ue000(\d+)\ue001")
_NAME = re.compile(r"\s*::(.*?)::", re.S)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.I)
_DATA = re.compile(r"data(?:\\)?:[^\"'\s>]+")
_COMMENT_MARK = re.compile(r"\[(id|tag):((?:\\.|[^\]\\])*)\]")
_CATEGORY = re.compile(r"\s*\$CATEGORY:\s*(.*)", re.I)
_SPLIT = re.compile(r"(~=|~|=)")
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d{1,7})?)%")
_TRUE_FALSE = re.compile(r"\s*(TRUE|FALSE|T|F)\s*(?:#(.*?))?(?:#(.*))?\Z", re.I | re.S)



@dataclass(frozen=True)
class _Block:
    """The lines of one question, joined; `line` is that of the first, `said` the comment just above it."""

    line: int
    category: str
    text: str
    said: str = ""


@dataclass(frozen=True)
class _Parts:
    """A question taken apart: HTML before the answers, the marked text of the answers, its format."""

    prompt: str
    answers: str | None
    general: str
    format: str
    texts: Texts


def read(stream: BinaryIO, media: q.MediaSink) -> Iterator[q.Parsed]:
    """Every question of a GIFT file, taken or refused."""
    text = decode(stream.read(q.LARGEST_TEXT + 1))
    if text is None:
        yield q.FileProblem(0, _("this is not a text file in UTF-8; save it again as UTF-8"))
        return
    for block in _blocks(text):
        yield _read_block(block, Texts(media))


def _blocks(text: str) -> Iterator[_Block]:
    lines: list[str] = []
    first, category, said = 0, "", ""
    for number, line in enumerate(chain(StringIO(text, newline=None), [""]), start=1):
        line = line.removesuffix("\n")
        if line.lstrip().startswith("//"):
            said = line if not lines else said
            continue
        heading = _CATEGORY.match(line)
        if lines and (heading or not line.strip()):
            yield _Block(first, category, "\n".join(lines), said)
            lines, said = [], ""
        if heading:
            category = topic_of(heading[1])
        elif line.strip():
            first = first if lines else number
            lines.append(line)
        else:
            said = ""


def _read_block(block: _Block, texts: Texts) -> q.ParsedQuestion:
    found = q.Found(block.line, "", "", block.category)
    if len(block.text) > q.LONGEST_QUESTION and len(_DATA.sub("", block.text)) > q.LONGEST_QUESTION:
        return q.refuse(found, _("the question has more than %(n)s characters", n=q.LONGEST_QUESTION),
                        block.text[:200])
    marked, kept = _put_aside(block.text)
    if name := _NAME.match(marked):
        found = replace(found, name=_back(name[1], kept).strip())
        marked = marked[name.end():]
    try:
        parts = _take_apart(marked, kept, texts)
        found = replace(found, source_type=_kind(parts.answers))
        built = _build(found.source_type, parts, kept)
        built = replace(built, problems=tuple(texts.problems), metadata=_metadata(block.said),
                        notes=(*built.notes, *texts.notes))
        return b.finish(found, built, parts.prompt)
    except q.Refused as refusal:
        return q.refuse(found, str(refusal), _back(marked, kept))


def _metadata(comment: str) -> dict[str, Any]:
    """`// [id:abc] [tag:NB]` above a question."""
    marks = [(name, re.sub(r"\\(.)", r"\1", value)) for name, value in _COMMENT_MARK.findall(comment)]
    said = tagged(value for name, value in marks if name == "tag")
    numbers = [value for name, value in marks if name == "id"]
    return said | ({"idnumber": numbers[0][:100]} if numbers else {})


def _put_aside(text: str) -> tuple[str, list[str]]:
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if match["formula"]:
            kept.append(_formula(match[0]))
        else:
            kept.append("\n" if match["newline"] else match[0][1])
        return f"\ue000{len(kept) - 1}\ue001"

    return _ASIDE.sub(keep, text.replace("\ue000", "").replace("\ue001", "")), kept


def _formula(tex: str) -> str:
    """A formula with plain braces was typed as TeX; without any, its signs may be escaped as GIFT wants."""
    return tex if re.search(r"(?<!\\)[{}]", tex) else re.sub(r"\\([~=#{}:])", r"\1", tex)


def _back(marked: str, kept: list[str]) -> str:
    return _MARK.sub(lambda match: kept[int(match[1])] if int(match[1]) < len(kept) else "", marked)


def _take_apart(marked: str, kept: list[str], texts: Texts) -> _Parts:
    format_mark = _FORMAT.match(marked)
    format = format_mark[1] if format_mark else ""
    marked = marked[format_mark.end():] if format_mark else marked
    opening, closing = marked.find("{"), marked.find("}")
    if opening < 0 and closing < 0:
        return _Parts(texts.html(_back(marked, kept), format), None, "", format, texts)
    if opening < 0 or 0 <= closing < opening:
        raise q.Refused(_("a brace } closes answers that were not opened (as text it is written \\})"))
    if closing < 0:
        raise q.Refused(_("the answers are opened with { and not closed before the next blank line"))
    inside, after = marked[opening + 1:closing], marked[closing + 1:]
    if "{" in inside or "{" in after or "}" in after:
        raise q.Refused(_("there is more than one pair of braces (as text they are written \\{ and \\})"))
    before = marked[:opening]
    prompt = f"{before.rstrip()} _____ {after.strip()}" if after.strip(" .\n") else before
    answers, _mark, general = inside.partition("####")
    said = _formatted(_back(general, kept).strip(), format, texts)
    return _Parts(texts.html(_back(prompt, kept), format), answers, said, format, texts)


def _kind(answers: str | None) -> str:
    """The type of a question, from the signs of its answers, as Moodle decides it."""
    if answers is None:
        return "description"
    stripped = answers.strip()
    if not stripped:
        return "essay"
    if stripped.startswith("#"):
        return "numerical"
    if "~" in stripped:
        return "multichoice"
    if "=" in stripped:
        return "matching" if "->" in stripped else "shortanswer"
    if _TRUE_FALSE.match(stripped):
        return "truefalse"
    raise q.Refused(_("the answers have no sign: = before a right one, ~ before a wrong one, # before "
                      "a number"))


def _build(kind: str, parts: _Parts, kept: list[str]) -> b.Built:
    answers = parts.answers or ""
    if kind == "truefalse":
        return _build_true_false(parts, answers.strip(), kept)
    if kind == "numerical":
        return b.build_numeric(parts.prompt, list(_numbers(answers.strip()[1:], parts, kept)),
                               general=parts.general)
    if kind == "shortanswer":
        return b.build_text(parts.prompt, _answers(answers, parts, kept, html=False), general=parts.general)
    if kind == "multichoice":
        options = _answers(answers, parts, kept, html=True)
        single = any(sign != "~" for sign in _SPLIT.findall(answers))
        return b.build_choice(parts.prompt, options, single=single, general=parts.general)
    if kind == "matching":
        return b.build_matching(parts.prompt, _pairs(answers, parts, kept), general=parts.general)
    if kind == "essay":
        return b.build_essay(parts.prompt, general=parts.general)
    raise q.Refused(_("a text without answers in braces is not a question"))


def _pairs(text: str, parts: _Parts, kept: list[str]) -> list[tuple[str, str]]:
    """`=left -> right`, left in the format of the question and right as plain text."""
    pairs = []
    for piece in text.split("=")[1:]:
        left, arrow, right = piece.partition("->")
        if not arrow:
            raise q.Refused(_("a pair has no -> between its sides: “%(text)s”", text=_back(piece, kept).strip()[:40]))
        pairs.append((_formatted(_back(left, kept).strip(), parts.format, parts.texts), _back(right, kept).strip()))
    b.check_count(len(pairs))
    return pairs


def _build_true_false(parts: _Parts, answers: str, kept: list[str]) -> b.Built:
    """`{T#said when wrong#said when right}`."""
    match = _TRUE_FALSE.match(answers)
    assert match is not None
    true = match[1].upper().startswith("T")
    when_wrong, when_right = (_formatted(_back(match[n] or "", kept).strip(), parts.format, parts.texts)
                              for n in (2, 3))
    return b.build_true_false(parts.prompt, true=true, general=parts.general,
                              when_true=when_right if true else when_wrong,
                              when_false=when_wrong if true else when_right)


def _answers(text: str, parts: _Parts, kept: list[str], *, html: bool) -> list[b.Answer]:
    """Answers that begin with = or ~, each with its weight and feedback."""
    first, *pieces = _SPLIT.split(text)
    if first.strip():
        raise q.Refused(_("there is text before the first answer: “%(text)s”",
                          text=_back(first, kept).strip()[:40]))
    b.check_count(len(pieces) // 2)
    answers = []
    for sign, piece in zip(pieces[::2], pieces[1::2], strict=True):
        worth, rest = _weight(piece, Decimal(0) if sign == "~" else b.FULL)
        body, _mark, feedback = rest.partition("#")
        raw = _back(body, kept).strip()
        answers.append(b.Answer(_formatted(raw, parts.format, parts.texts) if html else raw, worth,
                                _formatted(_back(feedback, kept).strip(), parts.format, parts.texts)))
    return answers


def _numbers(text: str, parts: _Parts, kept: list[str]) -> Iterator[b.Answer]:
    """`1822:5`, `3.1..3.2`, or several of them that begin with = (and ~ for what is said when wrong)."""
    pieces = _SPLIT.split(text) if "=" in text else ["", "=", text]
    b.check_count(len(pieces) // 2)
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        worth, rest = _weight(piece, Decimal(0) if sign == "~" else b.FULL)
        body, _mark, feedback = rest.partition("#")
        raw = _back(body, kept).strip()
        said = _formatted(_back(feedback, kept).strip(), parts.format, parts.texts)
        if worth == 0:
            continue
        value, tolerance = b.interval(*raw.split("..", 1)) if ".." in raw else _with_tolerance(raw)
        yield b.Answer(value, worth, said, tolerance)


def _with_tolerance(raw: str) -> tuple[str, str]:
    value, _mark, tolerance = raw.partition(":")
    return value.strip(), tolerance.strip() or "0"


def _weight(piece: str, without: Decimal) -> tuple[Decimal, str]:
    match = _WEIGHT.match(piece)
    return (b.percent(match[1]), piece[match.end():]) if match else (without, piece)


def _formatted(raw: str, format: str, texts: Texts) -> str:
    if not raw:
        return ""
    own = _FORMAT.match(raw)
    return texts.html(raw[own.end():] if own else raw, own[1] if own else format)
