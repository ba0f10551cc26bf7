"""The words of a page's formulas, beside the page: the browser sets a formula and takes its words from this table."""

import json
import re
from html import escape

from flask import Response

from assessment.bank.markup import formulas
from assessment.bank.spoken import VOICES, say
from lms.core.i18n import current_locale

MOST_FORMULAS = 2_000
TABLE = "data-formula-words"
_LANGUAGE = re.compile(r'\blang="(vi|en)')
_FORMULA_STARTS = (b"\\(", b"\\[")


def words_table(html: str, locale: str) -> str:
    """HTML that shows nothing: the words of the formulas of a page by language and TeX, "" where it has none.

    The languages are that of the page, and those in which something on it is written.
    """
    found = sorted(set(formulas(html)))[:MOST_FORMULAS]
    if not found:
        return ""
    languages = ({locale} | set(_LANGUAGE.findall(html))) & set(VOICES)
    table = {language: {tex: say(tex, language) for tex in found} for language in sorted(languages)}
    return f'<div hidden {TABLE}="{escape(json.dumps(table, ensure_ascii=False))}"></div>'


def add_words(response: Response) -> Response:
    """Put the table on a page that has formulas and no table of its own."""
    if response.mimetype != "text/html" or response.is_streamed or response.direct_passthrough:
        return response
    data = response.get_data()
    if TABLE.encode() in data or not any(start in data for start in _FORMULA_STARTS):
        return response
    page = data.decode()
    head, end, rest = page.rpartition("</body>")
    table = words_table(page, current_locale())
    response.set_data(f"{head}{table}{end}{rest}" if end else page + table)
    return response
