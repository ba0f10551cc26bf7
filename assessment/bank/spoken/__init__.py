"""Formulas in words, Vietnamese and English: what a screen reader and the player's voice say of TeX. Pure.

`speak(tex, language)` is all that others need. Whatever the TeX, it ends soon, raises nothing and says at most LONGEST
characters; a command that is not known is said by its name, never left out.
"""

from functools import lru_cache

from assessment.bank.spoken.reading import read
from assessment.bank.spoken.saying import Speaker
from assessment.bank.spoken.words import ENGLISH, VIETNAMESE

LONGEST = 2_000
LONGEST_TEX = 2_000
LANGUAGES = {"vi": VIETNAMESE, "en": ENGLISH}


@lru_cache(maxsize=8_192)
def speak(tex: str, language: str) -> str:
    """A formula in the words of a language ("vi", "en"; any other: English), on one line."""
    said = Speaker(LANGUAGES.get(language, ENGLISH)).say(read(tex[:LONGEST_TEX]))
    return said if len(said) <= LONGEST else said[:LONGEST - 1] + "…"
