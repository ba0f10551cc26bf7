"""What other rooms and the doors of this one may do with works."""

from content_repo.works.models import Work, WorkFile
from content_repo.works.services.document import list_ids_below, list_indexed_ids, search_document
from content_repo.works.services.files import (
    add_file,
    attach_file,
    change_rights,
    file_access,
    find_player,
    open_work_file,
    refusal_text,
    remove_file,
)
from content_repo.works.services.life import (
    catalogue_work,
    completeness_problems,
    possible_steps,
    retract_work,
    state_label,
    submit_work,
    take_step,
    withdraw_work,
)
from content_repo.works.services.lists import (
    WorkCard,
    count_published,
    count_published_by,
    count_submitted,
    list_my_works,
    list_published,
    list_submitted,
)
from content_repo.works.services.pages import RecordPage, record_page
from content_repo.works.services.records import (
    WorkRecord,
    find_return_reason,
    find_work,
    get_work,
    list_history,
    organisation_of,
)
from content_repo.works.services.writing import create_work, edit_work, find_kind

__all__ = [
    "RecordPage",
    "Work",
    "WorkCard",
    "WorkFile",
    "WorkRecord",
    "add_file",
    "attach_file",
    "catalogue_work",
    "change_rights",
    "completeness_problems",
    "count_published",
    "count_published_by",
    "count_submitted",
    "create_work",
    "edit_work",
    "file_access",
    "find_kind",
    "find_player",
    "find_return_reason",
    "find_work",
    "get_work",
    "list_history",
    "list_ids_below",
    "list_indexed_ids",
    "list_my_works",
    "list_published",
    "list_submitted",
    "open_work_file",
    "organisation_of",
    "possible_steps",
    "record_page",
    "refusal_text",
    "remove_file",
    "retract_work",
    "search_document",
    "state_label",
    "submit_work",
    "take_step",
    "withdraw_work",
]
