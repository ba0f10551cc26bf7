r"""Formulas of Word (OMML) as TeX. Bounded and of our own, because pandoc loses upright letters (`\mathrm{Na}`).

What the page can set and pandoc can read again is written; anything unknown makes the formula `unsure`.
"""

import unicodedata

from lxml import etree

from assessment.interchange.word.package import M, W

LONGEST = 2_000
FUNCTIONS = frozenset(
    {
        "sin",
        "cos",
        "tan",
        "cot",
        "log",
        "ln",
        "lim",
        "max",
        "min",
        "arcsin",
        "arccos",
        "arctan",
        "exp",
        "det",
        "gcd",
        "sinh",
        "cosh",
        "tanh",
        "sup",
        "inf",
        "deg",
        "lg",
        "sec",
        "csc",
        "arg",
        "dim",
    }
)
SIGNS = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "varepsilon",
    "ϵ": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ϑ": "vartheta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "ς": "varsigma",
    "τ": "tau",
    "υ": "upsilon",
    "φ": "varphi",
    "ϕ": "phi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
    "Γ": "Gamma",
    "Δ": "Delta",
    "Θ": "Theta",
    "Λ": "Lambda",
    "Ξ": "Xi",
    "Π": "Pi",
    "Σ": "Sigma",
    "Φ": "Phi",
    "Ψ": "Psi",
    "Ω": "Omega",
    "∞": "infty",
    "±": "pm",
    "∓": "mp",
    "×": "times",
    "÷": "div",
    "⋅": "cdot",
    "·": "cdot",
    "≤": "leq",
    "≥": "geq",
    "≠": "neq",
    "≈": "approx",
    "≡": "equiv",
    "∼": "sim",
    "∈": "in",
    "∉": "notin",
    "⊂": "subset",
    "⊃": "supset",
    "⊆": "subseteq",
    "⊇": "supseteq",
    "∪": "cup",
    "∩": "cap",
    "∅": "varnothing",
    "∀": "forall",
    "∃": "exists",
    "→": "rightarrow",
    "←": "leftarrow",
    "↔": "leftrightarrow",
    "⇒": "Rightarrow",
    "⇐": "Leftarrow",
    "⇔": "Leftrightarrow",
    "⇌": "rightleftharpoons",
    "↑": "uparrow",
    "↓": "downarrow",
    "∠": "angle",
    "⊥": "bot",
    "⟂": "perp",
    "∥": "parallel",
    "∘": "circ",
    "°": "{}^{\\circ}",
    "∂": "partial",
    "∇": "nabla",
    "…": "ldots",
    "⋯": "cdots",
    "ℏ": "hbar",
    "ℓ": "ell",
    "△": "triangle",
    "∖": "setminus",
    "∗": "ast",
    "∣": "mid",
    "∑": "sum",
    "∏": "prod",
    "∫": "int",
    "∧": "land",
    "∨": "lor",
    "¬": "neg",
    "⟨": "langle",
    "⟩": "rangle",
    "∝": "propto",
    "∴": "therefore",
    "⟶": "longrightarrow",
    "⟹": "Longrightarrow",
    "⟺": "Longleftrightarrow",
    "↦": "mapsto",
    "∄": "nexists",
}
_PLAIN = {
    "−": "-",
    "–": "-",
    "′": "'",
    "″": "''",
    "\u2061": "",
    "\u200b": "",
    "\u2062": "",
    "\u00a0": "\\ ",
    "\u2003": "\\quad ",
    "\u2009": "\\, ",
    "\u2005": "\\: ",
    "\u2004": "\\: ",
    "\u2006": "\\, ",
    "\u2002": "\\ ",
    "’": "'",
    "{": "\\{",
    "}": "\\}",
    "%": "\\%",
    "#": "\\#",
    "&": "\\&",
    "$": "\\$",
    "_": "\\_",
    "\\": "\\setminus ",
    "^": "\\hat{}",
    "~": "\\sim ",
}
_DOUBLE = {"ℝ": "R", "ℕ": "N", "ℤ": "Z", "ℚ": "Q", "ℂ": "C"}
_ACCENTS = {
    "\u20d7": "overrightarrow",
    "→": "overrightarrow",
    "\u0302": "widehat",
    "^": "widehat",
    "\u0304": "bar",
    "\u0305": "overline",
    "¯": "bar",
    "‾": "bar",
    "\u0307": "dot",
    "\u0308": "ddot",
    "\u0303": "widetilde",
    "~": "widetilde",
    "\u20d6": "overleftarrow",
}
_NARY = {"∫": "int", "∬": "iint", "∭": "iiint", "∮": "oint", "∑": "sum", "∏": "prod", "⋃": "bigcup", "⋂": "bigcap"}
_FENCES = {
    "{": "\\{",
    "}": "\\}",
    "": ".",
    "‖": "\\|",
    "⟨": "\\langle",
    "⟩": "\\rangle",
    "⌊": "\\lfloor",
    "⌋": "\\rfloor",
    "⌈": "\\lceil",
    "⌉": "\\rceil",
    "〈": "\\langle",
    "〉": "\\rangle",
}


class Unknown(Exception):
    """The formula has a part that has no TeX here."""


def tex_of(maths: etree._Element) -> str:
    """The TeX of an `m:oMath`; raises Unknown for what cannot be said."""
    tex = _join(maths).strip()
    if len(tex) > LONGEST:
        raise Unknown("too long")
    return tex


def _join(element: etree._Element | None) -> str:
    """All parts of an element, one after the other; neighbouring upright letters as one word."""
    if element is None:
        return ""
    out, word = "", ""
    for child in element:
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        upright = _upright(child) if name == "r" else None
        if upright is not None:
            word += upright
            continue
        out, word = out + word_of(word), ""
        made = _run(child) if name == "r" else _part(name, child)
        out += (" " if out[-1:].isalpha() and made[:1].isalpha() and _ends_in_command(out) else "") + made
    return out + word_of(word)


def _ends_in_command(tex: str) -> bool:
    rest = tex.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return rest.endswith("\\")


def _upright(run: etree._Element) -> str | None:
    """The letters of a run that is upright and nothing but letters, else None."""
    text = _text(run) if run.find(f"{M}rPr/{M}scr") is None else ""
    plain = run.find(f"{M}rPr/{M}nor") is not None or run.find(f"{M}rPr/{M}sty[@{M}val='p']") is not None
    return text if plain and text and all(sign.isalpha() and sign.isascii() for sign in text) else None


def word_of(word: str) -> str:
    """Upright letters: the name of a function, or any word."""
    if not word:
        return ""
    return f"\\{word} " if word in FUNCTIONS and word != "lg" else f"\\mathrm{{{word}}}"


def _text(run: etree._Element) -> str:
    return unicodedata.normalize("NFC", "".join(each.text or "" for each in run.iter(f"{M}t", f"{W}t")))


def _run(run: etree._Element) -> str:
    text = _text(run)
    if run.find(f"{M}rPr/{M}nor") is not None and any(sign.isalpha() for sign in text):
        return "\\text{" + "".join(_PLAIN[s] if s in "{}%#&$_" else s for s in text if s not in "\\^~") + "}"
    script = run.find(f"{M}rPr/{M}scr")
    style = run.find(f"{M}rPr/{M}sty")
    made = signs_of(text)
    if script is not None and script.get(f"{M}val") in ("double-struck", "script", "fraktur"):
        name = {"double-struck": "mathbb", "script": "mathcal", "fraktur": "mathfrak"}[script.get(f"{M}val") or ""]
        return f"\\{name}{{{made.strip()}}}"
    if style is not None and style.get(f"{M}val") == "b":
        return f"\\mathbf{{{made}}}"
    return made


def signs_of(text: str) -> str:
    """The TeX of signs one after the other; raises Unknown for one that has none here."""
    out, upright = "", ""
    for sign in text:
        if ord(sign) > 0x2E7F and not (0x1D400 <= ord(sign) <= 0x1D7FF):
            raise Unknown(sign)
        plain = unicodedata.normalize("NFKC", sign) if ord(sign) >= 0x1D400 else sign
        if not plain.isascii() and plain.isalpha() and plain not in SIGNS and plain not in _DOUBLE:
            upright += plain
            continue
        out, upright = out + (f"\\text{{{upright}}}" if upright else ""), ""
        out += _sign(plain, out)
    return out + (f"\\text{{{upright}}}" if upright else "")


def _sign(sign: str, before: str) -> str:
    if sign in SIGNS:
        name = SIGNS[sign]
        return name if name.startswith("{") else f"\\{name} "
    if sign in _PLAIN:
        return _PLAIN[sign]
    if sign in _DOUBLE:
        return f"\\mathbb{{{_DOUBLE[sign]}}}"
    if sign.isascii():
        return sign
    if unicodedata.category(sign)[0] in "SPZ":
        return sign
    raise Unknown(sign)


def _part(name: str, element: etree._Element) -> str:
    made = _PARTS.get(name)
    if made is not None:
        return made(element)
    if name in _INVISIBLE:
        return ""
    if name in ("oMath", "e", "box", "phant", "ins", "smartTag", "sdt", "sdtContent", "argPr"):
        return _join(element)
    raise Unknown(name)


def _of(element: etree._Element, name: str) -> str:
    return _join(element.find(f"{M}{name}")).strip()


def _value(element: etree._Element, path: str, default: str) -> str:
    found = element.find("/".join(f"{M}{step}" for step in path.split("/")))
    return default if found is None else found.get(f"{M}val", "")


def _fraction(element: etree._Element) -> str:
    kind, top, bottom = _value(element, "fPr/type", "bar"), _of(element, "num"), _of(element, "den")
    if kind == "noBar":
        return f"\\begin{{matrix}} {top} \\\\ {bottom} \\end{{matrix}}"
    if kind == "lin":
        return f"{{{top}}}/{{{bottom}}}"
    return f"\\frac{{{top}}}{{{bottom}}}"


def _base(element: etree._Element) -> str:
    tex = _of(element, "e")
    simple = len(tex) <= 1 or (tex.startswith("\\mathrm{") and tex.count("}") == 1) or tex.lstrip("\\").isalpha()
    return tex if simple else f"{{{tex}}}"


def _root(element: etree._Element) -> str:
    degree = _of(element, "deg")
    return f"\\sqrt[{degree}]{{{_of(element, 'e')}}}" if degree else f"\\sqrt{{{_of(element, 'e')}}}"


def _fence(element: etree._Element) -> str:
    left, right = _value(element, "dPr/begChr", "("), _value(element, "dPr/endChr", ")")
    between = _value(element, "dPr/sepChr", "|") or "|"
    if (
        (left, right) == ("(", ")")
        and _value(element, "e/f/fPr/type", "") == "noBar"
        and len(element.findall(f"{M}e/*")) == 1
    ):
        pair = element.find(f"{M}e/{M}f")
        return f"\\binom{{{_of(pair, 'num')}}}{{{_of(pair, 'den')}}}" if pair is not None else ""
    inner = f" {between} ".join(_join(each).strip() for each in element.findall(f"{M}e"))
    return f"\\left{_FENCES.get(left, left)} {inner} \\right{_FENCES.get(right, right)}"


def _nary(element: etree._Element) -> str:
    sign = _value(element, "naryPr/chr", "∫")
    if sign not in _NARY:
        raise Unknown(sign)
    low, high = _of(element, "sub"), _of(element, "sup")
    limits = (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else "")
    return f"\\{_NARY[sign]}{limits}{{{_of(element, 'e')}}}"


def _accent(element: etree._Element) -> str:
    sign = _value(element, "accPr/chr", "\u0302")
    if sign not in _ACCENTS:
        raise Unknown(sign)
    return f"\\{_ACCENTS[sign]}{{{_of(element, 'e')}}}"


def _bar(element: etree._Element) -> str:
    name = "overline" if _value(element, "barPr/pos", "bot") == "top" else "underline"
    return f"\\{name}{{{_of(element, 'e')}}}"


def _group(element: etree._Element) -> str:
    sign, top = _value(element, "groupChrPr/chr", "⏟"), _value(element, "groupChrPr/pos", "bot") == "top"
    names = {"⏞": "overbrace", "⏟": "underbrace", "→": "overrightarrow" if top else "underrightarrow", "¯": "overline"}
    if sign not in names:
        raise Unknown(sign)
    return f"\\{names[sign]}{{{_of(element, 'e')}}}"


def _limit(element: etree._Element) -> str:
    below = element.tag == f"{M}limLow"
    base, limit = _of(element, "e"), _of(element, "lim")
    if below and base.lstrip("\\").strip() in FUNCTIONS:
        return f"{base}_{{{limit}}}"
    return f"\\underset{{{limit}}}{{{base}}}" if below else f"\\overset{{{limit}}}{{{base}}}"


def _function(element: etree._Element) -> str:
    return f"{_of(element, 'fName')}{{{_of(element, 'e')}}}"


def _matrix(element: etree._Element) -> str:
    rows = [" & ".join(_join(cell).strip() for cell in row.findall(f"{M}e")) for row in element.findall(f"{M}mr")]
    kinds = [each.get(f"{M}val") for each in element.iter(f"{M}mcJc")]
    if kinds and kinds[0] in ("left", "right"):
        columns = (kinds[0] or "c")[0] * max(row.count(" & ") + 1 for row in rows)
        return f"\\begin{{array}}{{{columns}}} " + " \\\\ ".join(rows) + " \\end{array}"
    return "\\begin{matrix} " + " \\\\ ".join(rows) + " \\end{matrix}"


def _rows(element: etree._Element) -> str:
    rows = [_join(each).strip() for each in element.findall(f"{M}e")]
    return "\\begin{array}{l} " + " \\\\ ".join(rows) + " \\end{array}"


def _scripts(element: etree._Element) -> str:
    low, high = _of(element, "sub"), _of(element, "sup")
    raised = high if high and not high.strip("'") else f"^{{{high}}}" if high else ""
    return _base(element) + (f"_{{{low}}}" if low else "") + raised


def _before(element: etree._Element) -> str:
    return f"{{}}_{{{_of(element, 'sub')}}}^{{{_of(element, 'sup')}}}{_base(element)}"


def _boxed(element: etree._Element) -> str:
    return f"\\boxed{{{_of(element, 'e')}}}"


_INVISIBLE = frozenset(
    {
        "rPr",
        "ctrlPr",
        "oMathParaPr",
        "bookmarkStart",
        "bookmarkEnd",
        "proofErr",
        "del",
        "fPr",
        "radPr",
        "dPr",
        "naryPr",
        "accPr",
        "barPr",
        "groupChrPr",
        "limLowPr",
        "limUppPr",
        "funcPr",
        "mPr",
        "eqArrPr",
        "sSupPr",
        "sSubPr",
        "sSubSupPr",
        "sPrePr",
        "borderBoxPr",
        "boxPr",
        "phantPr",
        "sdtPr",
        "sdtEndPr",
        "",
    }
)
_PARTS = {
    "f": _fraction,
    "rad": _root,
    "d": _fence,
    "nary": _nary,
    "acc": _accent,
    "bar": _bar,
    "groupChr": _group,
    "limLow": _limit,
    "limUpp": _limit,
    "func": _function,
    "m": _matrix,
    "eqArr": _rows,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _before,
    "borderBox": _boxed,
    "r": _run,
}
