"""From LaTeX (as a visual editor writes it) or plain typing to tokens; anything unknown is refused."""

import re
from dataclasses import dataclass

from assessment.bank.algebra.tree import MOST_DIGITS, MOST_SIGNS, MOST_TOKENS, Unreadable

FUNCTIONS = ("arcsin", "arccos", "arctan", "sin", "cos", "tan", "cot", "ln", "log", "exp", "sqrt", "abs")
_OTHER_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "tg": "tan", "cotg": "cot", "lg": "log"}
_NAMES = sorted((*FUNCTIONS, *_OTHER_NAMES, "pi"), key=len, reverse=True)
_SPACES = re.compile(r"\\(?:[,;:!> ]|quad|qquad|displaystyle|limits|nolimits)(?![a-z])|[\s~&\u200b]+")
_SAME = str.maketrans({
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "∶": "/", ":": "/", "′": "'",
    "（": "(", "）": ")", "≡": "=", "∣": "|", "{": "{", "}": "}"})
_SIGNS = {"√": r"\sqrt ", "π": r"\pi ", "∞": r"\infty ", "∪": r"\cup ", "²": "^{2}", "³": "^{3}", "°": r"^{\circ}",
          "½": r"\frac{1}{2}", "**": "^"}
_COMMANDS = {
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "lbrace": r"\{", "rbrace": r"\}", "lbrack": "[", "rbrack": "]",
    "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "lparen": "(", "rparen": ")", "exponentialE": "e",
    "imaginaryI": "i", "dfrac": r"\frac", "tfrac": r"\frac", "minus": "-", "colon": "/", "semicolon": ";"}
_KEPT = frozenset({"frac", "sqrt", "pi", "infty", "cup", "circ", "log", "emptyset", "varnothing"})
_DROPPED = frozenset({"left", "right", "big", "Big", "bigl", "bigr"})
_UPRIGHT = re.compile(r"\\(?:operatorname|mathrm|mathit|text)\s*\{\s*([a-zA-Z]{0,12})\s*\}")
_TOKEN = re.compile(
    r"(?P<number>\d+(?:(?:\{,\}|[.,])\d+)?)|(?P<command>\\[a-zA-Z]+|\\[{}|%])|(?P<word>[a-zA-Z]+)|(?P<sign>[-+*/^_=()\[\]{}|;,])")


@dataclass(frozen=True)
class Token:
    """`kind` is number, letter, function, constant or a sign (then `kind` is the sign itself)."""

    kind: str
    text: str = ""


def tokens_of(text: str, letters: tuple[str, ...]) -> list[Token]:
    """The tokens of a formula; raises Unreadable."""
    if len(text) > MOST_SIGNS:
        raise Unreadable("too long")
    for sign, written in _SIGNS.items():
        text = text.replace(sign, written)
    plain = _UPRIGHT.sub(r" \1 ", text.translate(_SAME))
    found: list[Token] = []
    place = 0
    while place < len(plain):
        if space := _SPACES.match(plain, place):
            place = space.end()
            continue
        match = _TOKEN.match(plain, place)
        if match is None:
            raise Unreadable("an unknown sign")
        found += _read(match, letters)
        place = match.end()
        if len(found) > MOST_TOKENS:
            raise Unreadable("too long")
    return found


def _read(match: re.Match[str], letters: tuple[str, ...]) -> list[Token]:
    text = match[0]
    if match["number"]:
        if len(text) > MOST_DIGITS:
            raise Unreadable("too many digits")
        return [Token("number", text.replace("{,}", ".").replace(",", "."))]
    if match["word"]:
        return _read_word(text, letters)
    if match["command"]:
        return _read_command(text[1:], letters)
    return [Token(text)]


def _read_command(name: str, letters: tuple[str, ...]) -> list[Token]:
    if name in ("{", "}"):
        return [Token("\\" + name)]
    if name in ("|",) or name in _COMMANDS:
        sign = _COMMANDS.get(name, "|")
        return _read_word(sign, letters) if sign.isalpha() else [Token(sign)]
    if name in _DROPPED:
        return []
    if name in FUNCTIONS and name != "sqrt":
        return [Token("function", name)]
    if name in _OTHER_NAMES:
        return [Token("function", _OTHER_NAMES[name])]
    if name == "pi":
        return [Token("constant", "pi")]
    if name in _KEPT:
        return [Token("\\" + name)]
    raise Unreadable("an unknown command")


def _read_word(word: str, letters: tuple[str, ...]) -> list[Token]:
    """Letters that stand together: names of functions, constants, and letters that are multiplied."""
    found: list[Token] = []
    while word:
        name = next((each for each in _NAMES if word.startswith(each) and not set(each) <= set(letters)), "")
        if name == "pi":
            found.append(Token("constant", "pi"))
        elif name == "sqrt":
            found.append(Token("\\sqrt"))
        elif name:
            found.append(Token("function", _OTHER_NAMES.get(name, name)))
        elif word[0] in letters:
            found.append(Token("letter", word[0]))
        elif word[0] in "ei":
            found.append(Token("constant", word[0]))
        else:
            raise Unreadable("a letter that is not asked")
        word = word[len(name) or 1:]
    return found
