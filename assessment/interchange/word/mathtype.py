"""Formulas of MathType in a Word file as TeX: the object's stream is found, and its templates are said in TeX.

Strict: a formula is said only when each of its signs and templates is known, else it is Unknown and stays a picture.
"""

import io
import re
import struct
import unicodedata
from collections.abc import Callable, Sequence

import olefile

from assessment.bank.markup import formula_fault
from assessment.interchange.word.formulas import FUNCTIONS, LONGEST, Unknown, signs_of, word_of
from assessment.interchange.word.mtef import Char, Grid, Item, Lines, Row, Template, parse

_STREAM = "Equation Native"
_MOST_BYTES = 1024**2
_HEAD = 28
_TEXT, _FUNCTION, _VARIABLE, _LOWER_GREEK, _UPPER_GREEK, _SYMBOL, _VECTOR, _NUMBER = range(1, 9)
_MT_EXTRA, _EXPANDING, _SPACE = 11, 22, 24
_SPACES = {0xEF00: "", 0xEF01: "", 0xEF02: "\\,", 0xEF03: "\\;", 0xEF04: "\\;", 0xEF05: "\\quad ", 0xEF06: "\\qquad ",
           0xEF08: "", 0xEF0A: "", 0x20: "\\ ", 0xA0: "\\ "}
_MARKS = {2: "dot", 3: "ddot", 8: "tilde", 9: "hat", 11: "vec", 17: "bar"}
_PRIMES = {5: "'", 6: "''", 18: "'''"}
_FENCES = {0: ("\\langle ", "\\rangle "), 1: ("(", ")"), 2: ("\\{", "\\}"), 3: ("[", "]"), 4: ("|", "|"),
           5: ("\\|", "\\|"), 6: ("\\lfloor ", "\\rfloor "), 7: ("\\lceil ", "\\rceil ")}
_INTERVAL = 9
_EDGES = {ord(sign): sign for sign in "()[]"}
_OPERATORS = {0x222B: "int", 0x222C: "iint", 0x222D: "iiint", 0x222E: "oint", 0x2211: "sum", 0x220F: "prod",
              0x22C3: "bigcup", 0x22C2: "bigcap"}
_COVERS = {13: "overline", 12: "underline", 32: "widetilde", 33: "widehat"}
_ARROWS = {1: "overleftarrow", 2: "overrightarrow", 3: "overleftrightarrow"}
_REACTIONS = {16: "xleftarrow", 32: "xrightarrow", 48: "xleftrightarrow"}
_SUB, _SUP, _BOTH = 27, 28, 29
_LOWER, _UPPER = 0x10, 0x20
_WORDS = re.compile(r" *(?P<words>[^\W\d_\u0370-\u03ff]+(?: +[^\W\d_\u0370-\u03ff]+)*) *|[\W\d_\u0370-\u03ff]")
"""Words of letters that are not Greek, with the spaces at their ends; else one sign."""


def tex_of_object(data: bytes) -> str:
    """The TeX of an embedded object of MathType (an OLE file); raises Unknown."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            if file.get_size(_STREAM) > _MOST_BYTES:
                raise Unknown("size")
            native = file.openstream(_STREAM).read()
        head, _version, _format, size = struct.unpack_from("<HIHI", native)
    except Unknown:
        raise
    except Exception as error:  # a damaged compound file raises OSError, struct.error, and others
        raise Unknown("object") from error
    if head != _HEAD or head + size > len(native):
        raise Unknown("object")
    return tex_of_equation(native[head:head + size])


def tex_of_equation(data: bytes) -> str:
    """The TeX of a formula in MTEF; raises Unknown."""
    tex = _several(parse(data)).strip()
    if not tex or len(tex) > LONGEST or formula_fault(f"\\({tex}\\)") is not None:
        raise Unknown("length")
    return tex


def _several(items: Sequence[Item]) -> str:
    """The lines of a formula, one below the other where there are several."""
    if len(items) == 1:
        return _slot(items[0])
    if items and all(isinstance(each, Row) for each in items):
        return _array([_slot(each) for each in items])
    raise Unknown("lines")


def _array(rows: list[str]) -> str:
    return "\\begin{array}{l} " + " \\\\ ".join(rows) + " \\end{array}"


def _slot(item: Item) -> str:
    """What stands in a slot: a line, or lines below each other."""
    if isinstance(item, Row):
        return _row(item.items or ())
    if isinstance(item, Lines) and item.rows:
        return _array([_slot(each) for each in item.rows])
    raise Unknown("slot")


def _row(items: Sequence[Item]) -> str:
    """A line: words are taken together, scripts follow what they belong to."""
    out, place, raised = "", 0, False
    while place < len(items):
        item = items[place]
        end = place + 1
        if isinstance(item, Char) and item.style in (_TEXT, _FUNCTION) and not item.marks:
            while end < len(items) and _goes_on(items[end], item.style):
                end += 1
            made = _word(items[place:end], item.style)
        else:
            made = _item(item)
        script = isinstance(item, Template) and item.selector in (_SUB, _SUP, _BOTH)
        if made.startswith(("^", "_", "'")) and (raised or not out.strip()):
            out += "{}"
        out += (" " if _runs_together(out, made) else "") + made
        raised, place = script or (raised and not made.strip()), end
    return out.strip()


def _goes_on(item: Item, style: int) -> bool:
    return isinstance(item, Char) and item.style == style and not item.marks


def _runs_together(before: str, after: str) -> bool:
    rest = before.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return rest != before and rest.endswith("\\") and after[:1].isalpha()


def _word(items: Sequence[Item], style: int) -> str:
    """A run of upright letters: functions by their names, else words; figures and signs among them as they are."""
    text = unicodedata.normalize("NFC", "".join(_letter(each) for each in items if isinstance(each, Char)))
    out = ""
    for match in _WORDS.finditer(text):
        word = match[0]
        if word.isascii() and word.isalpha() and (style == _FUNCTION or word in FUNCTIONS or len(word) == 1):
            made = word_of(word)
        else:
            made = f"\\text{{{word}}}" if match["words"] else signs_of(word)
        out += (" " if _runs_together(out, made) else "") + made
    return out


def _letter(char: Char) -> str:
    if 0xD800 <= char.code <= 0xF8FF or char.code < 0x20:
        raise Unknown(f"{char.code:04X}")
    return chr(char.code)


def _item(item: Item) -> str:
    if isinstance(item, Char):
        return _char(item)
    if isinstance(item, Template):
        return _template(item)
    if isinstance(item, Grid):
        return _grid(item)
    return _slot(item)


def _char(char: Char) -> str:
    if char.style == _SPACE:
        if char.code not in _SPACES or char.marks:
            raise Unknown(f"{char.code:04X}")
        return _SPACES[char.code]
    if char.style not in (_TEXT, _FUNCTION, _VARIABLE, _LOWER_GREEK, _UPPER_GREEK, _SYMBOL, _VECTOR, _NUMBER, _MT_EXTRA,
                          _EXPANDING):
        raise Unknown(f"style {char.style}")
    tex = signs_of(_letter(char))
    if char.style == _VECTOR:
        tex = f"\\mathbf{{{tex.strip()}}}"
    for mark in char.marks:
        if mark in _PRIMES:
            tex = tex.rstrip() + _PRIMES[mark]
        elif mark in _MARKS:
            tex = f"\\{_MARKS[mark]}{{{tex.strip()}}}"
        else:
            raise Unknown(f"mark {mark}")
    return tex


def _grid(grid: Grid) -> str:
    cells = [_slot(each) for each in grid.cells]
    rows = [" & ".join(cells[start:start + grid.columns]) for start in range(0, len(cells), max(grid.columns, 1))]
    return "\\begin{matrix} " + " \\\\ ".join(rows) + " \\end{matrix}"


def _template(template: Template) -> str:
    if template.selector in _FENCES:
        return _fence(template)
    act = _TEMPLATES.get(template.selector)
    if act is None:
        raise Unknown(f"template {template.selector}")
    return act(template)


def _slots(template: Template, count: int) -> list[str]:
    """What stands in the slots, which must be so many; an empty slot is an empty text. Other signs only draw it."""
    slots = [each for each in template.items if not isinstance(each, Char)]
    drawn = [each.style for each in template.items if isinstance(each, Char)]
    if len(slots) != count or not all(style in (_SYMBOL, _MT_EXTRA, _EXPANDING) for style in drawn):
        raise Unknown("slots")
    return [_slot(each) for each in slots]


def _signs(template: Template) -> list[int]:
    return [each.code for each in template.items if isinstance(each, Char)]


def _fence(template: Template) -> str:
    """A pair of brackets, or one of them (form 1 is left, 2 is right); one brace before lines is a system."""
    [inner] = _slots(template, 1)
    if template.form & ~3 or len(_signs(template)) != (template.form & 1) + (template.form >> 1 & 1):
        raise Unknown("fence")
    left, right = _FENCES[template.selector]
    return f"\\left{left if template.form & 1 else '.'} {inner} \\right{right if template.form & 2 else '.'}"


def _interval(template: Template) -> str:
    [inner] = _slots(template, 1)
    signs = _signs(template)
    if len(signs) != 2 or not all(each in _EDGES for each in signs):
        raise Unknown("interval")
    return f"\\left{_EDGES[signs[0]]} {inner} \\right{_EDGES[signs[1]]}"


def _root(template: Template) -> str:
    inner, degree = _slots(template, 2)
    if template.form not in (0, 1) or bool(degree) != bool(template.form):
        raise Unknown("root")
    return f"\\sqrt[{degree}]{{{inner}}}" if degree else f"\\sqrt{{{inner}}}"


def _fraction(template: Template) -> str:
    top, bottom = _slots(template, 2)
    if template.form not in (0, 1):
        raise Unknown("fraction")
    return f"\\frac{{{top}}}{{{bottom}}}"


def _cover(template: Template) -> str:
    [inner] = _slots(template, 1)
    if template.form:
        raise Unknown("bar")
    return f"\\{_COVERS[template.selector]}{{{inner}}}"


def _arc(template: Template) -> str:
    [inner] = _slots(template, 1)
    return f"\\overset{{\\frown}}{{{inner}}}"


def _vector(template: Template) -> str:
    [inner] = _slots(template, 1)
    if template.form not in _ARROWS:
        raise Unknown("arrow")
    return f"\\{_ARROWS[template.form]}{{{inner}}}"


def _reaction(template: Template) -> str:
    """An arrow with words above and below: single ones only, to the left (16), to the right (32), or both."""
    above, below = _slots(template, 2)
    name = _REACTIONS.get(template.form & ~12)
    if name is None or (bool(above), bool(below)) != (bool(template.form & 4), bool(template.form & 8)):
        raise Unknown("arrow")
    return f"\\{name}" + (f"[{below}]" if below else "") + f"{{{above}}}"


def _operator(template: Template) -> str:
    """A large operator: what it is for, below, above, and its sign."""
    inner, low, high = _slots(template, 3)
    _check_limits(template, low, high)
    return _large(_signs(template), low, high) + (f"{{{inner}}}" if inner else "")


def _check_limits(template: Template, low: str, high: str) -> None:
    """The form says which limits there are, and the slots must agree."""
    if (bool(low), bool(high)) != (bool(template.form & _LOWER), bool(template.form & _UPPER)):
        raise Unknown("limits")


def _operator_in_slot(template: Template) -> str:
    """A large operator whose sign stands in a slot of its own, the last one."""
    slots = [each for each in template.items if isinstance(each, Row)]
    if len(slots) != 4 or len(template.items) != 4:
        raise Unknown("slots")
    signs = [each.code for each in slots[3].items or () if isinstance(each, Char)]
    if len(signs) != len(slots[3].items or ()):
        raise Unknown("operator")
    inner, low, high = (_slot(each) for each in slots[:3])
    _check_limits(template, low, high)
    return _large(signs, low, high) + (f"{{{inner}}}" if inner else "")


def _large(signs: list[int], low: str, high: str) -> str:
    if len(signs) != 1 or signs[0] not in _OPERATORS:
        raise Unknown("operator")
    return f"\\{_OPERATORS[signs[0]]}" + (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else "") + " "


def _limit(template: Template) -> str:
    inner, low, high = _slots(template, 3)
    _check_limits(template, low, high)
    if high or not low or not inner:
        raise Unknown("limit")
    return f"{inner}_{{{low}}}" if inner.strip("\\ ") in FUNCTIONS else f"\\underset{{{low}}}{{{inner}}}"


def _brace(template: Template) -> str:
    inner, note = _slots(template, 2)
    if template.form not in (0, 1):
        raise Unknown("brace")
    over = template.form == 1
    return f"\\{'over' if over else 'under'}brace{{{inner}}}" + (f"{'^' if over else '_'}{{{note}}}" if note else "")


def _scripts(template: Template) -> str:
    """Scripts of what stands before them."""
    low, high = _slots(template, 2)
    if template.form or not (low or high):
        raise Unknown("scripts")
    raised = high if high and not high.strip("'") else f"^{{{high}}}" if high else ""
    return (f"_{{{low}}}" if low else "") + raised


_TEMPLATES: dict[int, Callable[[Template], str]] = {
    _INTERVAL: _interval, 10: _root, 11: _fraction, 12: _cover, 13: _cover, 14: _reaction, 32: _cover, 33: _cover,
    34: _arc, 15: _operator, 16: _operator, 17: _operator, 19: _operator, 20: _operator, 21: _operator_in_slot,
    22: _operator_in_slot, 23: _limit, 24: _brace, _SUB: _scripts, _SUP: _scripts, _BOTH: _scripts, 31: _vector}
