"""Where objects (files, renditions) are kept: one port of a few verbs, a folder or an S3 service behind it."""

from typing import cast

from flask import Flask, current_app

from lms.core.config import Settings
from lms.core.storage.folder import FolderStorage
from lms.core.storage.port import SMALLEST_PART, Storage
from lms.core.storage.s3 import S3Storage

__all__ = ["SMALLEST_PART", "FolderStorage", "S3Storage", "Storage", "init_app", "make_storage", "storage"]


def make_storage(given: Settings) -> Storage:
    """The storage that the settings name."""
    return S3Storage(given) if given.s3_endpoint else FolderStorage(given.data_folder / "objects")


def init_app(app: Flask, given: Settings) -> None:
    """Give the application its storage."""
    app.extensions["lms.storage"] = make_storage(given)


def storage() -> Storage:
    """The storage of the current application."""
    return cast(Storage, current_app.extensions["lms.storage"])
