"""Question files: read and stage, look at the report, put right, import, undo; and out again in other formats."""

from assessment.interchange.services.exporting import (
    MOST_ITEMS,
    ExportFile,
    Loss,
    begin_export,
    forget_old_exports,
    get_export,
    list_losses,
    open_export,
    take_secure_export,
    write_in_steps,
)
from assessment.interchange.services.fixing import (
    VIEWS,
    Fix,
    accept_keys_of_all,
    accept_question,
    drop_question,
    drop_twins,
    fix_question,
    get_question,
    list_questions,
    list_stimuli,
    open_medium,
    set_for_all,
)
from assessment.interchange.services.places import (
    KEPT,
    LARGEST_FILE,
    MOST_TOLD,
    Counts,
    ImportPlace,
    count_questions,
    get_import,
    list_imports,
    problems_of,
)
from assessment.interchange.services.staging import forget_old_imports, read_in_steps, stage_import
from assessment.interchange.services.taking import (
    confirm_import,
    forget_media,
    imported_items,
    resume_import,
    take_in_steps,
    undo_import,
)

__all__ = [
    "KEPT", "LARGEST_FILE", "MOST_ITEMS", "MOST_TOLD", "VIEWS", "Counts", "ExportFile", "Fix", "ImportPlace", "Loss",
    "accept_keys_of_all", "accept_question", "begin_export", "confirm_import", "count_questions",
    "drop_question", "drop_twins", "fix_question", "forget_media", "forget_old_exports", "forget_old_imports",
    "get_export", "get_import", "get_question", "imported_items", "list_imports", "list_losses",
    "list_questions", "list_stimuli", "open_export", "open_medium", "problems_of", "read_in_steps", "resume_import",
    "set_for_all", "stage_import", "take_in_steps", "take_secure_export", "undo_import", "write_in_steps",
]
