"""File names from strangers, made safe to show, to store in a header and to save on any computer. Pure."""

import re
import unicodedata

LONGEST = 150
"""Characters that a name keeps; Vietnamese ones take up to three bytes in a header or on a disk."""
LONGEST_EXTENSION = 12
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
FORBIDDEN = re.compile(r'[<>:"|?*]')
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean_name(name: str | None, fallback: str = "file") -> str:
    """`name` without path, control, direction and reserved characters, at most LONGEST long; never empty."""
    text = unicodedata.normalize("NFC", (name or "").replace("\\", "/").rsplit("/", 1)[-1])
    text = "".join(letter for letter in text if unicodedata.category(letter) not in INVISIBLE)
    text = " ".join(FORBIDDEN.sub("_", text).split()).strip(". ")
    stem, dot, extension = text.rpartition(".")
    if not dot or not stem or len(extension) > LONGEST_EXTENSION:
        stem, dot, extension = text, "", ""
    if stem.lower() in RESERVED:
        stem = f"_{stem}"
    stem = stem[:LONGEST - len(extension) - 1].rstrip(". ")
    return f"{stem}{dot}{extension}" if stem else fallback
