"""What other rooms may ask of files. They decide who may open a file; this room keeps it."""

from content_repo.files.services.store import (
    check_file,
    delete_file,
    delete_objects,
    file_url,
    get_owned_file,
    get_stored_file,
    require_bytes,
    store_file,
)
from content_repo.files.services.uploads import (
    abandon_upload,
    accept_upload,
    append_to_upload,
    count_offset,
    count_owned_uploads,
    find_owned_upload,
    forget_old_uploads,
    get_upload,
    start_upload,
)

__all__ = [
    "abandon_upload", "accept_upload", "append_to_upload", "check_file", "count_offset", "count_owned_uploads",
    "delete_file", "delete_objects", "file_url", "find_owned_upload", "forget_old_uploads", "get_owned_file",
    "get_stored_file", "get_upload", "require_bytes", "start_upload", "store_file",
]
