"""What types, levels and states are called on pages."""

from lms.core.i18n import _l

TYPE_NAMES = {
    "single_choice": _l("One right answer"), "multiple_response": _l("Several right answers"),
    "true_false": _l("True/false statements"), "short_numeric": _l("Short answer: number"),
    "short_text": _l("Short answer: words"),
}
TYPE_HINTS = {
    "single_choice": _l("Some options, one of them is right (part I of the graduation exam)."),
    "multiple_response": _l("Some options, one or more of them are right."),
    "true_false": _l("Four statements, each true or false (part II of the graduation exam)."),
    "short_numeric": _l("The candidate types a number (part III of the graduation exam)."),
    "short_text": _l("The candidate types some words; for practice, not yet in exams."),
}
TYPE_ICONS = {
    "single_choice": "record-circle", "multiple_response": "ui-checks", "true_false": "list-check",
    "short_numeric": "123", "short_text": "input-cursor-text",
}
LEVEL_NAMES = {"know": _l("Knowing"), "understand": _l("Understanding"), "apply": _l("Applying")}
LEVEL_TONES = {"know": "neutral", "understand": "info", "apply": "accent"}
STATE_NAMES = {
    "draft": _l("Draft"), "content_review": _l("Content review"), "language_review": _l("Language and bias review"),
    "pilot": _l("Pilot"), "ready": _l("Ready"), "retired": _l("Retired"),
}
STATE_TONES = {"draft": "warning", "content_review": "info", "language_review": "info", "pilot": "accent",
               "ready": "success", "retired": "neutral"}
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
