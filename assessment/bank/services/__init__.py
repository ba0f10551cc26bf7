"""What the bank does for its own pages and for the rooms above it."""

from assessment.bank.services.lists import (
    ItemFilter,
    count_pool,
    draw_pool,
    list_items,
)
from assessment.bank.services.moves import (
    make_item_ready,
    restore_item,
    retire_item,
)
from assessment.bank.services.records import (
    ItemDetail,
    ItemDraft,
    ItemVersionData,
    find_item,
    get_item,
    get_versions,
    list_versions,
)
from assessment.bank.services.writing import (
    create_item,
    create_items,
    revise_item,
)

__all__ = [
    "ItemDetail",
    "ItemDraft",
    "ItemFilter",
    "ItemVersionData",
    "count_pool",
    "create_item",
    "create_items",
    "draw_pool",
    "find_item",
    "get_item",
    "get_versions",
    "list_items",
    "list_versions",
    "make_item_ready",
    "restore_item",
    "retire_item",
    "revise_item",
]
