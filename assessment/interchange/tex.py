r"""Whether two spellings of TeX are the same formula: `canonical` gives one spelling for all that look alike.

Word keeps a formula as a tree, not as TeX: `x^2` comes back as `x^{2}`, `\le` as `\leq`, `{Fe}` as `Fe`. The rules
here leave what a reader sees (signs, their order, what is raised, lowered, above, below, upright or bold) and drop
what only the spelling knows: grouping braces, spaces, the size of brackets, the width of accents, the length of
arrows, names of signs. A word with letters like `ã` is upright as a whole, as formula typesetters set it in Word.
It is used to compare, never to write. Names of commands: the LaTeX2e reference manual, chapter 16.
"""

import re
import unicodedata
from collections.abc import Iterator
from html import escape, unescape
from itertools import groupby

from assessment.interchange.word.formulas import FUNCTIONS, SIGNS

_TOKEN = re.compile(r"\\(?:[A-Za-z]+\*?|.)|\s+|.", re.S)
_LETTER = re.compile(r"[^\W\d_](?::r )?")
_FORMULA = re.compile(r"\\\((.*?)\\\)|\\\[(.*?)\\\]", re.S)
_ALIASES = {
    "le": "leq", "ge": "geq", "ne": "neq", "to": "rightarrow", "gets": "leftarrow", "wedge": "land", "vee": "lor",
    "lnot": "neg", "emptyset": "varnothing", "dots": "ldots", "dotsc": "ldots", "dotsb": "cdots", "perp": "bot",
    "vert": "|", "lvert": "|", "rvert": "|", "mid": "|", "|": "parallel", "Vert": "parallel",
    "lbrace": "{", "rbrace": "}", "lbrack": "[",
    "rbrack": "]", "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "dbinom": "binom", "leqslant": "leq",
    "geqslant": "geq", "iff": "Leftrightarrow", "implies": "Rightarrow",
    "longrightarrow": "rightarrow", "longleftarrow": "leftarrow", "Longrightarrow": "Rightarrow",
    "Longleftrightarrow": "Leftrightarrow", "longleftrightarrow": "leftrightarrow", "backslash": "setminus",
    "overrightarrow": "vec", "widehat": "hat", "overline": "bar", "widetilde": "tilde", "prime": "'", "ast": "*",
    "colon": ":", "nobreakspace": " ", "lt": "<", "gt": ">", "owns": "ni", "bigtriangleup": "triangle",
    "vartriangle": "triangle", "stackrel": "overset",
}
_SPACES = frozenset({" ", ",", ":", ";", "!", ">", "quad", "qquad", "thinspace", "enspace", "hfill", "medspace"})
_SILENT = frozenset(
    {"left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr",
     "limits", "nolimits", "displaystyle", "textstyle", "scriptstyle", "mathop", "mathrel", "mathbin", "mathord",
     "mathopen", "mathclose", "mathstrut", "hline"}
)
_STYLES = {
    "mathrm": "r", "text": "r", "textrm": "r", "operatorname": "r", "operatorname*": "r", "mbox": "r", "rm": "r",
    "textnormal": "r", "mathit": "", "mathnormal": "", "textit": "", "mathbf": "b", "textbf": "b", "boldsymbol": "b",
    "bm": "b", "bf": "b", "mathbb": "d", "mathcal": "c", "mathscr": "c", "mathfrak": "f", "mathsf": "s",
}
_TEXTS = frozenset({"text", "textrm", "mbox", "textnormal", "textbf", "textit"})
_ARGUMENTS = {"frac": 2, "binom": 2, "overset": 2, "underset": 2}
_ONE = frozenset(
    {"vec", "hat", "bar", "tilde", "dot", "ddot", "underline", "overbrace", "underbrace", "boxed", "overleftarrow",
     "underrightarrow", "phantom", "cancel", "sqrt"}
)
_FENCED = {"pmatrix": "()", "bmatrix": "[]", "vmatrix": "||", "Vmatrix": "∥∥", "Bmatrix": "{}", "cases": "{"}
DEEPEST = 60


def canonical_html(html: str) -> str:
    """A text with each formula in its canonical spelling; a set-off formula stands between paragraphs."""

    def said(match: re.Match[str]) -> str:
        tex = escape(canonical(unescape(match[1] if match[1] is not None else match[2])), quote=False)
        return f"\\({tex}\\)" if match[1] is not None else f"</p><p>\\[{tex}\\]</p><p>"

    return re.sub(r"<p>\s*</p>", "", _FORMULA.sub(said, html)) if "\\" in html else html


def canonical(tex: str) -> str:
    """One spelling for all TeX that looks alike; what is nested too deeply is left as it is."""
    try:
        return "".join(_Reader(tex).row(""))
    except RecursionError:
        return tex


class _Reader:
    """Walks through the tokens once; what it gives are pieces: signs, and commands with their arguments."""

    def __init__(self, tex: str) -> None:
        self.tokens = _TOKEN.findall(unicodedata.normalize("NFC", tex))
        self.at = self.depth = 0

    def row(self, style: str, *ends: str) -> list[str]:
        """The pieces up to one of the ends, which is taken too; scripts in a fixed order, the lower one first."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise RecursionError
        pieces: list[str] = []
        low, high = "", ""
        while self.at < len(self.tokens):
            each = self._next()
            if each in ends:
                break
            if each == "_":
                low += _bare("_", self.argument(style))
            elif each == "^":
                high += _bare("^", self.argument(style))
            elif each in ("'", "\\prime"):
                high += "'"
            elif each == "°":
                high += "\\circ "
            elif made := list(self._piece(each, style)):
                style = self._style_from(each, style)
                pieces, low, high = [*pieces, *_scripts(low, high), *made], "", ""
            else:
                style = self._style_from(each, style)
        self.depth -= 1
        return _words([*pieces, *_scripts(low, high)])

    def _next(self) -> str:
        each = self.tokens[self.at]
        self.at += 1
        return each

    @staticmethod
    def _style_from(each: str, style: str) -> str:
        """`\\rm` and `\\bf` hold until their group ends."""
        return {"\\rm": "r", "\\bf": "b"}.get(each, style)

    def argument(self, style: str) -> list[str]:
        """The next group, or the next sign alone."""
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        if self.at >= len(self.tokens) or self.tokens[self.at] == "}":
            return []
        each = self._next()
        if each == "{":
            return self.row(style, "}")
        return ["'"] if each in ("'", "\\prime") else list(self._piece(each, style))

    def _piece(self, each: str, style: str) -> Iterator[str]:
        if each == "{":
            yield from self.row(style, "}")
        elif each.startswith("\\") and len(each) > 1:
            yield from self._command(each[1:], style)
        elif not each.isspace() and each not in "~}":
            yield from _sign(each, style)

    def _command(self, written: str, style: str) -> Iterator[str]:
        name = _ALIASES.get(written, written)
        if name in _STYLES:
            yield from self._styled(name, style)
        elif name in _SPACES or name in _SILENT:
            if name in _SILENT and self.tokens[self.at : self.at + 1] == ["."]:
                self.at += 1  # `\left.` is no bracket
        elif name in FUNCTIONS:
            yield from (f"{sign}:r " for sign in name)
        elif name == "begin":
            yield from self._rows(style)
        elif name in ("xrightarrow", "xleftarrow"):
            below, above = self._option(style), "".join(self.argument(style))
            yield f"\\overset{{{above}}}{{\\{name[1:]} }}" + "".join(_scripts(below, ""))
        elif name == "underset":
            limit = "".join(self.argument(style))
            yield from [*self.argument(style), *_scripts(limit, "")]
        elif name in _ARGUMENTS or name in _ONE:
            option = f"[{self._option(style)}]" if name == "sqrt" else ""
            arguments = ["".join(self.argument(style)) for _each in range(_ARGUMENTS.get(name, 1))]
            yield f"\\{name}{option}" + "".join(f"{{{each}}}" for each in arguments)
        elif len(name) > 1:
            yield f"\\{name} "
        else:
            yield from _sign(name, style)

    def _option(self, style: str) -> str:
        """What stands in square brackets, if anything does."""
        if self.tokens[self.at : self.at + 1] != ["["]:
            return ""
        self.at += 1
        return "".join(self.row(style, "]"))

    def _styled(self, name: str, style: str) -> Iterator[str]:
        if name in ("rm", "bf"):
            return
        if name not in _TEXTS:
            yield from self.argument(_STYLES[name])
            return
        words = self._raw().split()
        yield " ".join("".join(piece for sign in word for piece in _sign(sign, _STYLES[name])) for word in words)

    def _raw(self) -> str:
        """The letters of a group of words, in which spaces count."""
        out, depth = "", 0
        while self.at < len(self.tokens):
            each = self._next()
            if depth == 0 and each.isspace():
                continue
            depth += (each == "{") - (each == "}")
            out += each.removeprefix("\\") if each not in "{}" else ""
            if depth <= 0:
                break
        return out

    def _rows(self, style: str) -> Iterator[str]:
        """An environment: its cells; an array with one column, `cases` and `matrix` look alike."""
        name = self._raw()
        if name.startswith("array") or name == "tabular":
            self._raw()
        fences = _FENCED.get(name, "")
        yield from fences[:1]
        cells: list[str] = [""]
        rows: list[list[str]] = []
        while self.at < len(self.tokens):
            each = self._next()
            if each == "\\end":
                self._raw()
                break
            if each == "&":
                cells.append("")
            elif each == "\\\\":
                rows, cells = [*rows, cells], [""]
            else:
                self.at -= 1
                cells[-1] += "".join(self._cell(style))
        rows = [row for row in [*rows, cells] if any(row)]
        yield "\\rows{" + "\\\\".join("&".join(row).rstrip("&") for row in rows) + "}"
        yield from fences[1:]

    def _cell(self, style: str) -> list[str]:
        stop = self.at
        while stop < len(self.tokens) and not self._ends_cell(stop):
            stop += 1
        inner = _Reader("")
        inner.tokens, inner.depth = self.tokens[self.at : stop], self.depth
        self.at = stop
        return inner.row(style)

    def _ends_cell(self, place: int) -> bool:
        """Whether a cell ends here: outside of groups and of environments inside it."""
        if self.tokens[place] not in ("&", "\\\\", "\\end"):
            return False
        before = self.tokens[self.at : place]
        return before.count("{") == before.count("}") and before.count("\\begin") == before.count("\\end")


def _sign(sign: str, style: str) -> Iterator[str]:
    """One sign: letters carry their style, other signs their name."""
    plain = unicodedata.normalize("NFKC", sign) if ord(sign) >= 0x1D400 else sign
    plain = {"−": "-", "–": "-", "’": "'", "∗": "*", "∣": "|", "‖": "∥"}.get(plain, plain)
    if plain in SIGNS and SIGNS[plain].isalpha():
        name = _ALIASES.get(SIGNS[plain], SIGNS[plain])
        yield f"\\{name} " if len(name) > 1 else name
    elif plain.isalpha() and not plain.isascii():
        yield f"{plain}:r "
    elif style and (plain.isalpha() or (style == "b" and plain.isdigit())):
        yield f"{plain}:{style} "
    elif not plain.isspace():
        yield plain


def _words(pieces: list[str]) -> list[str]:
    """Letters in a row, of which one is not ASCII, are a word: all of it upright."""
    out: list[str] = []
    for is_letter, run in groupby(pieces, key=lambda piece: bool(_LETTER.fullmatch(piece))):
        row = list(run)
        foreign = is_letter and any(not piece[0].isascii() for piece in row)
        out += [f"{piece[0]}:r " for piece in row] if foreign else row
    return out


def _bare(sign: str, pieces: list[str]) -> str:
    """A script that holds nothing but a script, as in `f^{\\prime}`: the inner one."""
    alone = len(pieces) == 1 and pieces[0].startswith(f"{sign}{{")
    return pieces[0][2:-1] if alone else "".join(pieces)


def _scripts(low: str, high: str) -> list[str]:
    return [each for each in (f"_{{{low}}}" if low else "", f"^{{{high}}}" if high else "") if each]
