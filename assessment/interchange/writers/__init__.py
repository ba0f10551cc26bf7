"""Questions of the bank in the formats of other systems. `FORMATS` lists them in the order of the export page."""

from assessment.interchange.writers.base import ExportItem, ExportStimulus, Format, MediaSource

__all__ = ["FORMATS", "ExportItem", "ExportStimulus", "Format", "MediaSource"]

FORMATS: dict[str, Format] = {}
