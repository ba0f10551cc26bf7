"""Teaching text: HTML that is safe to show, with formulas in `\\( \\)` and `\\[ \\]`.

Pure: strings in and out. Three shapes of the same text: *source* is what a teacher types (plain text, or
HTML), *html* is what is stored and shown, *plain* is one line for lists and search.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from html import escape, unescape

import nh3

# A formula holds no second opening of its kind, so a text is walked through once whatever it holds.
FORMULA = re.compile(
    r"(?<!\\)\\\((?P<inline>(?:[^\\]|\\[^(]){1,2000}?)\\\)|(?<!\\)\\\[(?P<display>(?:[^\\]|\\[^\[]){1,2000}?)\\\]")
TAGS = frozenset({
    "p", "br", "b", "strong", "i", "em", "u", "s", "sub", "sup", "small", "ul", "ol", "li", "table",
    "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "blockquote", "pre", "code", "div", "span", "hr",
    "h3", "h4", "h5", "h6", "img", "audio", "figure", "figcaption",
})
ATTRIBUTES = {
    "img": {"src", "alt", "width", "height", "class"}, "audio": {"src", "controls"},
    "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"}, "span": {"lang"}, "p": {"lang"},
}
DROPPED_WITH_CONTENT = {"script", "style", "template", "noscript", "title", "textarea", "select", "option",
                        "button", "head", "iframe", "object", "noembed", "noframes", "svg", "math"}
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but for tab and line ends, and halves of signs."""
_MARKUP = re.compile(r"[<>&\xa0\r]")
"""What is not plain text already: without any of these, cleaning would change nothing."""
OWN_PICTURE = re.compile(r"/items/media/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
"""The address of a picture or sound of the bank."""
STAGED_PICTURE = re.compile(r"media:[0-9a-f]{64}\Z")
"""What stands for one that an import has read and the bank does not have yet."""
FORMULA_PICTURE = "formula"
"""The one class that a picture may have: it stands in a line of text as a letter does."""
SHORT = 1_000
"""Signs of a text that is remembered without its tags."""
UNSHOWN = re.compile(r"<(video|iframe|object|embed|applet|canvas|svg|math)\b", re.I)
_BLOCK = re.compile(r"</?(?:p|div|table|thead|tbody|tr|td|th|ul|ol|li|h[1-6])\b", re.I)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_BLOCK_END = re.compile(r"</(?:p|div|li|td|th|tr|h[1-6]|table|caption)>|<br\s*/?>|<hr\s*/?>", re.I)
_NAMES = "|".join(sorted(TAGS, key=len, reverse=True))
_HTML_TAG = re.compile(
    rf"</?(?:{_NAMES})(?:\s+[a-z-]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s<>]+))?)*\s*/?>", re.I)
_PARAGRAPHS = re.compile(r"(?:<p>(?:(?!<(?!br>)).)*</p>\s*)+\Z", re.S)
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p\b).)*)</p>\Z", re.S)


_staged: ContextVar[bool] = ContextVar("staged pictures are let through", default=False)


@contextmanager
def staged_pictures() -> Iterator[None]:
    """While this lasts, staged pictures are kept in texts: for questions of an import."""
    token = _staged.set(True)
    try:
        yield
    finally:
        _staged.reset(token)


def is_own_picture(address: str) -> bool:
    """Whether an address is one of the bank's pictures or sounds, or a staged one where these may stand."""
    return bool(OWN_PICTURE.match(address) or (_staged.get() and STAGED_PICTURE.match(address)))


_SILENT_AUDIO = re.compile(r"<audio(?![^>]*\ssrc=)[^>]*>(.*?)</audio>", re.S)
_EMPTY_PICTURE = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")


class _WithoutCombining(dict[int, int | None]):
    """For str.translate: each sign is itself, one that combines with the letter before it is nothing."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_BARE = _WithoutCombining()


def _own_pictures_only(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if is_own_picture(value) else None
    if attribute == "class":
        return value if value == FORMULA_PICTURE else None
    if attribute in {"width", "height", "colspan", "rowspan", "start"}:
        return value if re.fullmatch(r"\d{1,4}", value) else None
    return value


_CLEANER = nh3.Cleaner(tags=set(TAGS), attributes=ATTRIBUTES, attribute_filter=_own_pictures_only,
                       clean_content_tags=DROPPED_WITH_CONTENT, link_rel=None, url_schemes={"media"})
_STRIPPER = nh3.Cleaner(tags=set(), attributes={}, clean_content_tags=DROPPED_WITH_CONTENT, link_rel=None)


def sanitise(html: str) -> str:
    """`html` with only the tags and attributes of teaching text; formulas keep their `<` and `&` as text."""
    text = printable(html)
    if not _MARKUP.search(text):
        return text.strip()
    cleaned = _CLEANER.clean(_protect_formulas(text) if "\\" in text else text)
    shown = _SILENT_AUDIO.sub(r" \1 ", cleaned) if "<audio" in cleaned else cleaned
    return (_EMPTY_PICTURE.sub("", shown) if "<img" in shown else shown).strip()


def source_to_html(source: str) -> str:
    """What a teacher typed, as HTML that is yet to be cleaned; text without any known tag is plain."""
    return source.strip() if looks_like_html(source) else plain_to_html(source)


def plain_to_html(source: str) -> str:
    """Plain text as paragraphs: `a < b` stays `a < b`, a blank line ends a paragraph."""
    text = printable(source).replace("\r\n", "\n").replace("\r", "\n").strip()
    paragraphs = [part.strip() for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
    return "\n".join(f"<p>{_plain_paragraph(part)}</p>" for part in paragraphs)


def html_to_source(html: str) -> str:
    """The text to edit: plain where the HTML is only paragraphs and line breaks, else the HTML itself."""
    if "<" not in _BREAK.sub("", html):
        parts = [html]
    elif _PARAGRAPHS.match(html.strip()):
        parts = re.findall(r"<p>(.*?)</p>", html, re.S)
    else:
        return html
    plain = "\n\n".join(unescape(re.sub(r"<br>\n?", "\n", part)).strip() for part in parts)
    return html if looks_like_html(plain) else plain


def one_line(html: str) -> str:
    """Without the paragraph around it, where there is only one: for options, which stand in a label."""
    match = _ONE_PARAGRAPH.match(html.strip())
    return match[1].strip() if match else html


def looks_like_html(text: str) -> bool:
    """Whether a tag of teaching text stands outside the formulas."""
    return _HTML_TAG.search(FORMULA.sub(" ", text)) is not None


def plain_text(html: str, limit: int = 400) -> str:
    """One line without tags, formulas as TeX, at most `limit` characters."""
    if not _MARKUP.search(html):
        text = html
    else:
        text = _without_tags(html) if len(html) <= SHORT else _without_tags.__wrapped__(html)
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


@lru_cache(maxsize=2_048)
def _without_tags(html: str) -> str:
    """A short text is asked for several times in a row: for the list, the search, its likeness to others."""
    return unescape(_STRIPPER.clean(_BLOCK_END.sub(" ", html)))


def printable(text: str) -> str:
    """Without control characters, which no page can show; composed, so that what looks equal is equal."""
    return unicodedata.normalize("NFC", _UNSHOWABLE.sub("", text))


def without_marks(text: str) -> str:
    """Lower case without tone marks, one space between words: what a search for `dao ham` compares with."""
    decomposed = unicodedata.normalize("NFD", printable(text).lower().replace("đ", "d"))
    return " ".join(decomposed.translate(_BARE).split())


def formulas(html: str) -> Iterator[str]:
    """The TeX of each formula, in order."""
    for match in FORMULA.finditer(html):
        yield unescape(match["inline"] or match["display"])


def formula_fault(html: str) -> str | None:
    """The first formula that cannot be set (left open, or braces that do not match); None when all can."""
    if "\\" not in html:
        return None
    rest = FORMULA.sub(" ", html)
    stray = re.search(r"(?<!\\)\\[()\[\]]", rest)
    if stray:
        return plain_text(rest[stray.start():], limit=40)
    return next((tex for tex in formulas(html) if not _braces_match(tex)), None)


def lost_parts(html: str) -> list[str]:
    """What showing `html` would lose though a question may depend on it: pictures, sound, embedded things."""
    if "<" not in html:
        return []
    lost = [match[1].lower() for match in UNSHOWN.finditer(html)]
    for tag in re.findall(r"<(?:img|audio)\b[^>]*>", html, re.I):
        source = re.search(r"\bsrc\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", tag, re.I)
        address = next((group for group in source.groups() if group), "") if source else ""
        if not is_own_picture(address):
            inline = address.startswith("data:")
            lost.append("data:" if inline else unescape(address).rsplit("/", 1)[-1][-80:])
    return list(dict.fromkeys(lost))


def _plain_paragraph(text: str) -> str:
    return "<br>".join(escape(line.strip(), quote=False) for line in text.split("\n"))


def _protect_formulas(html: str) -> str:
    """Inside a formula `<` is a sign and not a tag, unless whole blocks lie between the brackets."""
    def as_text(match: re.Match[str]) -> str:
        if _BLOCK.search(match[0]):
            return match[0]
        return escape(unescape(_BREAK.sub(" ", match[0])), quote=False)
    return FORMULA.sub(as_text, html)


def _braces_match(tex: str) -> bool:
    depth = 0
    for match in re.finditer(r"\\.|[{}]", tex, re.S):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth < 0:
            return False
    return depth == 0
