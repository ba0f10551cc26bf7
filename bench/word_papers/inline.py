"""Marked-up text as runs of Word, in the hand of one writer: split runs, odd spaces, old fonts, real formulas."""

import re
import unicodedata
from dataclasses import dataclass
from random import Random

from assessment.bank.old_fonts import TCVN3, VNI
from bench.word_papers import ooxml
from bench.word_papers.omml import omml

TOKEN = re.compile(r"(\$\$?[^$]+\$\$?|\[/?(?:u|b|i|sub|sup)\]|\[pic\])")
PROPS = {"u": '<w:u w:val="single"/>', "b": "<w:b/>", "i": "<w:i/>", "sub": '<w:vertAlign w:val="subscript"/>',
         "sup": '<w:vertAlign w:val="superscript"/>'}
_TO_TCVN3 = {new: old for old, new in TCVN3.items()}
_TO_VNI = {new: old for old, new in VNI.items()}


def formulas_of(text: str) -> list[str]:
    """The TeX of a marked-up text."""
    return [tex.strip("$") for tex in re.findall(r"\$\$?[^$]+\$\$?", text)]


@dataclass
class Hand:
    """How one person types: `font` old or empty, `decomposed` letters, runs split as Word splits them."""

    random: Random
    package: ooxml.Package
    font: str = ""
    decomposed: bool = False
    split: bool = True

    def runs(self, text: str, *props: str) -> str:
        """The runs of one paragraph of marked-up text, all with `props`."""
        made, on = "", list[str]()
        ready = omml(formulas_of(text))
        for token in TOKEN.split(text):
            if token.startswith("$$"):
                made += f"<m:oMathPara>{ready[token.strip('$')]}</m:oMathPara>"
            elif token.startswith("$"):
                made += ready[token.strip("$")]
            elif token == "[pic]":
                data = ooxml.png(self.random.randint(0, 255))
                made += ooxml.picture(self.package.add_picture(data), floating=self.random.random() < 0.4)
            elif token.startswith("[/"):
                on.remove(PROPS[token[2:-1]])
            elif TOKEN.fullmatch(token):
                on.append(PROPS[token[1:-1]])
            elif token:
                made += self.plain(token, *props, *(each for each in on if each not in props))
        return made

    def plain(self, text: str, *props: str) -> str:
        """Runs of a text without markup, cut where Word would cut it."""
        pieces = re.split(r"(?<=\s)", text) if self.split and self.random.random() < 0.3 else [text]
        noise = '<w:proofErr w:type="spellStart"/>' if len(pieces) > 1 else ""
        return noise + "".join(ooxml.run(self._typed(piece), *props, font=self._font(piece)) for piece in pieces if piece)

    def _font(self, text: str) -> str:
        return self.font if self._old(text) else "Times New Roman" if self.font else ""

    def _old(self, text: str) -> bool:
        known = _TO_TCVN3 if self.font.startswith(".Vn") else _TO_VNI
        return bool(self.font) and all(sign.isascii() or sign in known for sign in text)

    def _typed(self, text: str) -> str:
        if self._old(text):
            if self.font.startswith(".Vn"):
                return "".join(_TO_TCVN3.get(sign, sign) for sign in text)
            return "".join(_TO_VNI.get(sign, sign) for sign in text)
        return unicodedata.normalize("NFD", text) if self.decomposed else text
