"""The letters of a metafile's text: bytes of its fonts as Unicode, and the few signs that are drawn as lines. Pure.

The encodings are those of Adobe's Symbol font and of MT Extra, which comes with MathType. A sign that is not known is
refused: in a formula a wrong letter is worse than none.
"""

from dataclasses import dataclass

from assessment.bank import old_fonts
from assessment.bank.metafile.limits import Unreadable
from lms.core.i18n import _

_SYMBOL_LOW = (" !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾"
               "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼")
_SYMBOL_HIGH = ("€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"
                "◊⟨®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\0⟩∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭")
SYMBOL = dict(zip(range(0x20, 0x7F), _SYMBOL_LOW, strict=True)) | {
    code: sign for code, sign in zip(range(0xA0, 0xFF), _SYMBOL_HIGH, strict=True) if sign != "\0"}
MT_EXTRA = {0x20: " ", 0x23: "`", 0x24: "ˆ", 0x25: "˜", 0x26: "˙", 0x28: "⌣", 0x29: "⌢"} | dict(
    zip(range(0x3A, 0x45), "∼≃⊲≪⊳≫≜≙≐∐ƛ", strict=True)) | {
    0x49: "∩", 0x4A: "℧", 0x4B: "…", 0x4C: "⋯", 0x4D: "⋮", 0x4E: "⋰", 0x4F: "⋱", 0x50: "∥", 0x51: "∵", 0x52: "∡",
    0x53: "∢", 0x55: "∪", 0x56: "△", 0x57: "□", 0x58: "▭", 0x59: "▱", 0x5A: "↗", 0x5B: "↙", 0x5D: "↘", 0x5E: "↖",
    0x60: "‵", 0x61: "↦", 0x62: "↕", 0x63: "⇕", 0x64: "○", 0x65: "⊙", 0x66: "≻", 0x68: "ℏ", 0x6C: "ℓ", 0x6D: "∓",
    0x6F: "∘", 0x70: "≺", 0x80: "⇄", 0x83: "⇌", 0x86: "⇀", 0x87: "↽", 0xA1: "ℝ", 0xA2: "ℤ", 0xA3: "ℂ", 0xA4: "ℚ",
    0xA5: "ℕ"}
_OWN = {"symbol": SYMBOL, "euclid symbol": SYMBOL, "mt symbol": SYMBOL, "mt extra": MT_EXTRA, "euclid extra": MT_EXTRA}
_PAGES = {0: "cp1252", 1: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "cp950",
          161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
          222: "cp874", 238: "cp1250", 255: "cp437"}
SYMBOL_CHARSET = 2
_SERIF = "'Times New Roman', 'Liberation Serif', Tinos, 'STIX Two Text', 'Noto Serif', serif"
_SANS = "Arial, 'Liberation Sans', Arimo, 'Noto Sans', sans-serif"
_MONO = "'Courier New', 'Liberation Mono', Cousine, monospace"
_MATHS = "'Times New Roman', 'Liberation Serif', Tinos, 'Cambria Math', 'STIX Two Math', 'DejaVu Serif', serif"
_AVERAGE_WIDTHS = {"symbol": 0.59, "times new roman": 0.401}
"""Of an average letter, in em: what a font's width in a metafile is measured by."""


@dataclass(frozen=True)
class Font:
    """A font as a metafile asks for it ([MS-WMF] 2.2.1.2, [MS-EMF] 2.2.13); sizes in logical units."""

    height: float = -12
    width: float = 0
    angle: float = 0
    """Tenths of a degree against the clock."""
    bold: bool = False
    italic: bool = False
    underline: bool = False
    struck: bool = False
    charset: int = 0
    face: str = ""

    @property
    def key(self) -> str:
        """Its name as tables know it."""
        return self.face.strip().lower()

    @property
    def is_own(self) -> bool:
        """Whether its letters have an order of their own."""
        return self.key in _OWN or self.charset == SYMBOL_CHARSET

    @property
    def em(self) -> float:
        """The size of its em: a height below zero is one, a height above is that of the cell."""
        ascent, descent = self.extents
        return -self.height if self.height < 0 else (self.height or 12) / (ascent + descent)

    @property
    def extents(self) -> tuple[float, float]:
        """Ascent and descent in em."""
        return (1.005, 0.22) if self.key in _OWN else (0.891, 0.216)

    @property
    def squeeze(self) -> float:
        """How much wider than usual its letters are; 1 where it does not say or cannot be known."""
        average = _AVERAGE_WIDTHS.get(self.key)
        return abs(self.width) / (average * self.em) if self.width and average and self.em else 1.0

    @property
    def family(self) -> str:
        """What a browser looks for: what it has for the same name, with fonts of equal widths first."""
        if self.key in _OWN:
            return _MATHS
        if any(part in self.key for part in ("arial", "helvetica", "tahoma", "verdana", "calibri", "segoe", "sans")):
            return _SANS
        return _MONO if "courier" in self.key or "consol" in self.key else _SERIF

    def decode(self, data: bytes) -> str:
        """The text of some bytes; raises Unreadable. Most often a letter for each."""
        if self.is_own:
            return self.known("".join(map(chr, data)))
        page = "cp1252" if old_fonts.is_old_font(self.face) else _PAGES.get(self.charset, "cp1252")
        return self.known(data.decode(page, "replace").replace("\ufffd", "?"))

    def known(self, text: str) -> str:
        """A text that came as code points: signs of fonts with an order of their own as what they show."""
        if not self.is_own:
            return old_fonts.decode(text, self.face)
        table = _OWN.get(self.key)
        codes = [ord(sign) - 0xF000 if 0xF000 <= ord(sign) <= 0xF0FF else ord(sign) for sign in text]
        if table is None or any(code not in table for code in codes):
            raise Unreadable(_("it uses signs of the font “%(font)s” that are not known here.", font=self.face[:40]))
        return "".join(table[code] for code in codes)


# Parts of tall brackets and integrals: an em is 1000, y counts upwards from the baseline. They are drawn, for the parts
# of one bracket must meet, and no two fonts of a browser agree on where. The frames are those of Adobe's Symbol.
PARTS = {
    "⎛": "M436 900 C240 700 120 400 120 -293 L30 -293 C30 420 190 740 436 926 Z",
    "⎜": "M30 -300 H120 V930 H30 Z",
    "⎝": "M436 -267 C240 -67 120 233 120 926 L30 926 C30 213 190 -107 436 -293 Z",
    "⎞": "M54 900 C250 700 370 400 370 -293 L460 -293 C460 420 300 740 54 926 Z",
    "⎟": "M370 -300 H460 V930 H370 Z",
    "⎠": "M54 -267 C250 -67 370 233 370 926 L460 926 C460 213 300 -107 54 -293 Z",
    "⎡": "M0 -85 V926 H349 V866 H77 V-85 Z",
    "⎢": "M0 -85 H77 V930 H0 Z",
    "⎣": "M0 930 V-80 H349 V-20 H77 V930 Z",
    "⎤": "M371 -85 V926 H22 V866 H294 V-85 Z",
    "⎥": "M294 -85 H371 V930 H294 Z",
    "⎦": "M371 930 V-80 H22 V-20 H294 V930 Z",
    "⎧": "M209 -85 V500 C209 760 300 900 445 925 V900 C340 860 284 740 284 520 V-85 Z",
    "⎨": "M209 -85 V160 C209 320 150 400 20 425 C150 450 209 530 209 690 V935 H284 V680 C284 530 230 460 120 425 "
         "C230 390 284 320 284 170 V-85 Z",
    "⎩": "M209 935 V340 C209 90 300 -50 445 -75 V-50 C340 -10 284 110 284 330 V935 Z",
    "⎪": "M209 -85 H284 V935 H209 Z",
    "⎫": "M284 -85 V500 C284 760 193 900 48 925 V900 C153 860 209 740 209 520 V-85 Z",
    "⎬": "M284 -85 V160 C284 320 343 400 473 425 C343 450 284 530 284 690 V935 H209 V680 C209 530 263 460 373 425 "
         "C263 390 209 320 209 170 V-85 Z",
    "⎭": "M284 935 V340 C284 90 193 -50 48 -75 V-50 C153 -10 209 110 209 330 V935 Z",
    "⌠": "M308 -88 V520 C308 780 410 920 560 920 C640 920 675 880 675 830 C675 790 650 765 612 765 C560 765 575 870 "
         "500 870 C420 870 378 760 378 540 V-88 Z",
    "⎮": "M308 -88 H378 V975 H308 Z",
    "⌡": "M378 921 V313 C378 53 276 -87 126 -87 C46 -87 11 -47 11 3 C11 43 36 68 74 68 C126 68 111 -37 186 -37 "
         "C266 -37 308 73 308 293 V921 Z",
}
