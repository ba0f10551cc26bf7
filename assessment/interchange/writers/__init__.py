"""Questions of the bank in the formats of other systems. `FORMATS` lists them in the order of the export page."""

from assessment.interchange.writers.base import ExportItem, ExportStimulus, Format, MediaSource
from assessment.interchange.writers.moodle.writer import MOODLE_XML
from assessment.interchange.writers.pdf import PDF, PDF_PAPER
from assessment.interchange.writers.qti import CANVAS, QTI_3, QTI_21, QTI_22
from assessment.interchange.writers.sheets import CSV, XLSX
from assessment.interchange.writers.text_files import AIKEN, GIFT
from assessment.interchange.writers.word import WORD, WORD_PAPER

__all__ = ["FORMATS", "ExportItem", "ExportStimulus", "Format", "MediaSource"]

FORMATS: dict[str, Format] = {each.code: each for each in (
    MOODLE_XML, WORD, WORD_PAPER, PDF, PDF_PAPER, GIFT, AIKEN, CSV, XLSX, QTI_3, QTI_22, QTI_21, CANVAS)}
