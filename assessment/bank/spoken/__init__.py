"""Formulas in words, for those who hear them: TeX in, a line of Vietnamese or English out. Pure.

Whatever is written is said: what is not understood by its name or sign, what is too long or too deep in part.
"""

import re
from functools import lru_cache

from assessment.bank.spoken import english, vietnamese
from assessment.bank.spoken.reading import read_tree
from assessment.bank.spoken.saying import Speaker
from assessment.bank.spoken.tree import MOST_SIGNS, MOST_WORDS, items_of

VOICES = {"vi": vietnamese.VOICE, "en": english.VOICE}
_PAUSES = re.compile(r"\s*,(?:[\s,]*,)?(?=\s|$)")


@lru_cache(maxsize=4_096)
def say(tex: str, language: str) -> str:
    """The words of a formula in `language` (vi, else en), one line of at most MOST_WORDS signs; never raises."""
    voice = VOICES.get(language, english.VOICE)
    said = " ".join(_PAUSES.sub(", ", Speaker(voice).row(items_of(read_tree(tex)))).split()).strip(" ,")
    cut = voice.phrase("cut")
    if len(said) <= MOST_WORDS - len(cut) and len(tex) <= MOST_SIGNS:
        return said
    return said[:MOST_WORDS - len(cut)].rpartition(" ")[0].rstrip(" ,") + cut
