"""Vietnamese words as a search engine needs them. Pure: text in, text out.

Both engines get text that is cut into terms here, so that they agree. A word has two terms:

- *folded*: without marks, one spelling for i and y ("Lý" and "lí" are both "li");
- *exact*: marks kept, the tone moved to the end, so that "hoà" and "hòa" are the same term "hoa2".

Text without a single Vietnamese mark (file names, old catalogues, English) gets exact terms of another form,
"~hoa": a word typed with marks finds it, because nobody knows which marks it would have had.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

TONES = {"\u0300": "1", "\u0301": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_QUALITY = "\u031b\u0302\u0306"
_WORD = re.compile("(?:[^\\W_]|[\u0300-\u036f])+")
_CLUSTER = re.compile("[^\\W\\d_][\u0300-\u036f]+")
_I_OR_Y = re.compile(r"(?:h|k|l|m|s|t|qu)[iy]")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_UNMARKED = "~"


@dataclass(frozen=True)
class Word:
    """A word of a query; `exact` is None when it was typed without marks."""

    folded: str
    exact: str | None = None

    @property
    def unmarked(self) -> str:
        """The exact term of this word in text that has no marks at all."""
        return _UNMARKED + self.folded


def tidy(text: str) -> str:
    """Return the text in NFC with the marks of each letter in order, and without characters nobody sees.

    Some catalogues write the tone before the letter's own mark; NFC leaves that, and it is another letter.
    """
    seen = "".join(" " if char in "\t\n\r\v\f" else char for char in text if _is_seen(char))
    return _CLUSTER.sub(_ordered, unicodedata.normalize("NFC", seen))


def words(text: str) -> Iterator[str]:
    """Yield the words of tidy text: runs of letters and digits."""
    return (found.group() for found in _WORD.finditer(text))


@lru_cache(65_536)
def fold(word: str) -> str:
    """Return the folded term of a word; '' for a word of nothing but marks."""
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", word.lower()) if unicodedata.category(char) != "Mn"
    )
    plain = plain.replace("đ", "d")
    return plain[:-1] + "i" if _I_OR_Y.fullmatch(plain) else plain


@lru_cache(65_536)
def exact(word: str) -> str:
    """Return the exact term of a word: "thuỷ" and "thủy" are both "thuy3", "Lý" and "lí" both "li2"."""
    letters = unicodedata.normalize("NFD", word.lower())
    tone = next((TONES[char] for char in letters if char in TONES), "")
    shape = unicodedata.normalize("NFC", "".join(char for char in letters if char not in TONES))
    return (shape[:-1] + "i" if _I_OR_Y.fullmatch(shape) else shape) + tone


def has_marks(text: str) -> bool:
    """Whether any letter carries a Vietnamese mark."""
    letters = unicodedata.normalize("NFD", text.lower())
    return "đ" in letters or any(char in TONES or char in _QUALITY for char in letters)


def folded_terms(text: str) -> str:
    """Return the folded terms of a text, parted by spaces."""
    return " ".join(filter(None, map(fold, words(tidy(text)))))


def exact_terms(text: str) -> str:
    """Return the exact terms of a text, parted by spaces."""
    clean = tidy(text)
    if has_marks(clean):
        return " ".join(map(exact, words(clean)))
    return " ".join(_UNMARKED + term for term in map(fold, words(clean)) if term)


def query_words(text: str, limit: int) -> list[Word]:
    """Return the different words of a query in their order, `limit` at most."""
    found: dict[Word, None] = {}
    for typed in words(tidy(text)):
        if folded := fold(typed):
            found[Word(folded, exact(typed) if has_marks(typed) else None)] = None
        if len(found) == limit:
            break
    return list(found)


def fold_in_place(text: str) -> str:
    """Fold tidy text letter by letter, so that every place in it stays the same (i and y stay apart)."""
    return text.translate(_PLAIN)


class _PlainLetters(dict[int, str]):
    """What each letter becomes without marks: one letter for one letter, worked out when first met."""

    def __missing__(self, code: int) -> str:
        plain = fold(chr(code)) if chr(code).isalnum() else ""
        self[code] = plain if len(plain) == 1 else chr(code).lower()[:1]
        return self[code]


_PLAIN = _PlainLetters()


def _is_seen(char: str) -> bool:
    return (
        (char.isascii() and char.isprintable())
        or char in "\t\n\r\v\f"
        or (unicodedata.category(char) not in _UNSEEN)
    )


def _ordered(found: re.Match[str]) -> str:
    """Compose a letter that NFC could not, with its own mark first and the tone last."""
    letters = unicodedata.normalize("NFD", found.group())
    marks = sorted(letters[1:], key=lambda char: (char in TONES, char not in _QUALITY))
    return unicodedata.normalize("NFC", letters[0] + "".join(marks))
