"""Names as people look for them: without tone marks, in small letters."""

import unicodedata


def searchable(text: str) -> str:
    """`text` without tone marks and in small letters, đ as d: "Điện Biên" becomes "dien bien"."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())
