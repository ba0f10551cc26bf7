"""Vietnamese text typed before Unicode: bytes that only look like Vietnamese in a `.Vn…` (TCVN3) or `VNI-…` font."""

import re

_VOWELS = "aàảãáạ ăằẳẵắặ âầẩẫấậ eèẻẽéẹ êềểễếệ iìỉĩíị oòỏõóọ ôồổỗốộ ơờởỡớợ uùủũúụ ưừửữứự yỳỷỹýỵ"
_TCVN3_SIGNS = "aµ¶·¸¹ ¨»¼½¾Æ ©ÇÈÉÊË eÌÎÏÐÑ ªÒÓÔÕÖ i×ØÜÝÞ oßáâãä «åæçèé ¬êëìíî uïñòóô \xadõö÷øù yúûüýþ"
TCVN3 = {old: new for old, new in zip(_TCVN3_SIGNS, _VOWELS, strict=True) if old != new}
TCVN3 |= {"®": "đ", "¡": "Ă", "¢": "Â", "£": "Ê", "¤": "Ô", "¥": "Ơ", "¦": "Ư", "§": "Đ"}
_VNI_SIGNS = {"a": "øûõùï", "e": "øûõùï", "o": "øûõùï", "u": "øûõùï", "y": "øûõù", "ô": "øûõùï", "ö": "øûõùï"}
_VNI_BASE = {"ô": "ơ", "ö": "ư"}
_VNI_HAT = {"a": ("â", "âàåãáä"), "e": ("ê", "âàåãáä"), "o": ("ô", "âàåãáä")}


def _vni() -> dict[str, str]:
    rows = {row[0]: row for row in _VOWELS.split()}
    table = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "í": "í", "ì": "ì"}
    for letter, signs in _VNI_SIGNS.items():
        row = rows[_VNI_BASE.get(letter, letter)]
        table |= {letter + sign: row[n] for n, sign in enumerate(signs, start=1)}
    for letter, (hat, signs) in _VNI_HAT.items():
        table |= {letter + sign: rows[hat][n] for n, sign in enumerate(signs)}
    table |= {"a" + sign: rows["ă"][n] for n, sign in enumerate("êèúüéë")}
    return table | {old.upper(): new.upper() for old, new in table.items()}


VNI = _vni()
_VNI_ANY = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))


def is_old_font(font: str) -> bool:
    """Whether text in this font is not Unicode."""
    return font.startswith((".Vn", "VNI-"))


def decode(text: str, font: str) -> str:
    """The Unicode of a text that was typed for `font`; text of other fonts is returned as it is."""
    if font.startswith(".Vn"):
        plain = "".join(TCVN3.get(sign, sign) for sign in text)
        return plain.upper() if font.endswith("H") else plain
    if font.startswith("VNI-"):
        return _VNI_ANY.sub(lambda match: VNI[match[0]], text)
    return text
