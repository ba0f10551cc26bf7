r"""What `\ce{}` holds, in words: formulas of substances, ions and reactions, as the extension mhchem writes them."""

import re

from assessment.bank.spoken.names import canonical
from assessment.bank.spoken.voice import Voice

_ARROWS = {"->": "yields", "<-": "back", "<->": "both", "<-->": "balance", "<=>": "balance", "<=>>": "balance",
           "<<=>": "balance", "→": "yields", "⇌": "balance"}
_STATES = {"aq": "aq", "dd": "aq", "s": "s", "r": "s", "l": "l", "g": "g", "k": "g"}
"""As schoolbooks write them in either language: `(dd)` is dung dịch, `(r)` rắn, `(k)` khí."""
_BONDS = {"-": "bond_1", "=": "bond_2", "#": "bond_3", "≡": "bond_3"}
_PART = re.compile(r"""
    (?P<arrow><=>>|<<=>|<=>|<-->|<->|->|<-|→|⇌)(?P<on>(?:\[[^\]]*\])*)
  | (?P<state>\((?:aq|dd|s|r|l|g|k)\))
  | (?P<falls>(?:(?<=\s)|^)(?:v|\(v\))(?=\s|$)|↓) | (?P<rises>(?:(?<=\s)|^)(?:\^|\(\^\))(?=\s|$)|↑)
  | \^(?:\{(?P<long_charge>\d*[+−-])\}|(?P<charge>\d*[+−-]))
  | (?P<hot>\^(?:o|\{o\}|\\circ|\{\\circ\})|°)
  | \^(?:\{(?P<long_above>[^{}]*)\}|(?P<above>[^\s{}]))
  | _(?:\{(?P<long_below>[^{}]*)\}|(?P<below>[^\s{}]))
  | (?P<sign>(?<=[\w\])}])[+−-](?=[\s\])]|$))
  | (?P<half>\d+/\d+) | (?P<number>\d+(?:[.,]\d+)?) | (?P<element>[A-Z][a-z]?)
  | (?P<command>\\[a-zA-Z]+) | (?P<word>[^\W\d_]+) | (?P<space>\s+) | (?P<other>.)
""", re.X | re.S)


def say_chemistry(written: str, voice: Voice) -> str:
    r"""The words of what stands in `\ce{}`; several spaces and commas are left to whoever joins them."""
    matches = list(_PART.finditer(written))
    return " ".join(_say(match, written, voice) for match in matches)


def _say(match: re.Match[str], written: str, voice: Voice) -> str:
    kind = match.lastgroup or ""
    if match["arrow"]:
        arrow = voice.phrase(_ARROWS[match["arrow"]])
        on = " ".join(re.findall(r"\[([^\]]*)\]", match["on"]))
        return voice.phrase("condition", arrow, say_chemistry(on, voice)) if on.strip() else arrow
    if kind in _SAYS:
        return _SAYS[kind](match[kind], voice)
    if kind in ("long_above", "above", "long_below", "below"):
        return _beside(match, kind.removeprefix("long_"), written, voice)
    return _sign(match, written, voice) if kind == "other" else match[0].strip()


def _charge(text: str, voice: Voice) -> str:
    signs = {"+": "+", "-": "-", "−": "-"}
    return f"{voice.phrase('charge', f'{text[:-1]} {voice.sign(signs[text[-1]])}')},"


def _half(text: str, voice: Voice) -> str:
    return voice.phrase("over", *text.split("/"))


def _beside(match: re.Match[str], where: str, written: str, voice: Voice) -> str:
    """Before a letter the numbers of an isotope, after it how many atoms there are."""
    text = say_chemistry(match[match.lastgroup or 0], voice)
    before = written[:match.start()].rstrip()
    begins = match.start() == 0 or written[match.start() - 1] in " ({[+" or before.endswith(("}", ">"))
    if begins and where == "above":
        return voice.phrase("mass", text)
    isotope = re.search(r"\^(?:\{\d+\}|\d)$", before)
    if where == "below" and (isotope or begins):
        return voice.phrase("atomic", text)
    return text


def _sign(match: re.Match[str], written: str, voice: Voice) -> str:
    text = match[0]
    if text in "*·." and text:
        return f"{voice.phrase('hydrate')}"
    touches = match.start() > 0 and not written[match.start() - 1].isspace()
    if text in _BONDS and touches and match.end() < len(written):
        return voice.phrase(_BONDS[text])
    return "" if text in "{}_^$~&" else voice.sign(canonical(text))


_SAYS = {
    "state": lambda text, voice: voice.phrase(_STATES[text[1:-1]]), "falls": lambda _text, voice: voice.phrase("solid"),
    "rises": lambda _text, voice: voice.phrase("gas"), "long_charge": _charge, "charge": _charge, "sign": _charge,
    "hot": lambda _text, voice: voice.phrase("degree"), "half": _half,
    "command": lambda text, voice: voice.sign(canonical(text[1:])),
}
