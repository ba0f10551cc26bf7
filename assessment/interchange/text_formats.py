"""The text formats of Moodle (HTML, auto, plain, Markdown) as HTML, which the bank then cleans."""

import re

from assessment.bank.content import PROMPT_LIMIT
from assessment.bank.markup import FORMULA, plain_to_html, source_to_html
from assessment.interchange.questions import Refused
from lms.core.i18n import _

NAMES = {"html": "html", "moodle": "auto", "moodle_auto_format": "auto", "": "auto", "plain": "plain",
         "plain_text": "plain", "markdown": "markdown"}
_DOLLARS = re.compile(r"\$\$(.{1,2000}?)\$\$", re.S)
_LIST_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s+(.*)")
_INLINE = (
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.S), r"<strong>\1</strong>"),
    (re.compile(r"__(?=\S)(.+?)(?<=\S)__", re.S), r"<strong>\1</strong>"),
    (re.compile(r"(?<![*\w])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![*\w])"), r"<em>\1</em>"),
    (re.compile(r"(?<![_\w])_(?=\S)([^_\n]+?)(?<=\S)_(?![_\w])"), r"<em>\1</em>"),
)


def to_html(text: str, format: str) -> str:
    """HTML of a text in a named format (see NAMES; an unknown name is read as auto).

    `$$x$$`, Moodle's way to write a formula, becomes `\\(x\\)`. Raises Refused when the text is too long.
    """
    if len(text) > PROMPT_LIMIT:
        raise Refused(_("a text is longer than %(n)s characters", n=PROMPT_LIMIT))
    plain = _DOLLARS.sub(r"\\(\1\\)", text)
    kind = NAMES.get(format.strip().lower(), "auto")
    if kind == "html":
        return plain.strip()
    if kind == "plain":
        return plain_to_html(plain)
    return _markdown(plain) if kind == "markdown" else source_to_html(plain)


def _markdown(text: str) -> str:
    """The Markdown that questions use: paragraphs, lists, emphasis, code; formulas are left alone."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\ue000{len(kept) - 1}\ue001"

    html = source_to_html(FORMULA.sub(keep, text.replace("\ue000", "").replace("\ue001", "")))
    blocks = [_markdown_list(block) for block in html.split("\n")]
    html = "\n".join(blocks)
    for pattern, replacement in _INLINE:
        html = pattern.sub(replacement, html)
    return re.sub(r"\ue000(\d+)\ue001", lambda match: kept[int(match[1])], html)


def _markdown_list(paragraph: str) -> str:
    lines = paragraph.removeprefix("<p>").removesuffix("</p>").split("<br>")
    items = [_LIST_ITEM.match(line) for line in lines]
    if not items or not all(items):
        return paragraph
    tag = "ol" if lines[0][0].isdigit() else "ul"
    return f"<{tag}>{''.join(f'<li>{item[1]}</li>' for item in items if item)}</{tag}>"
