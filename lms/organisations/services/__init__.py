"""What other rooms and the pages may ask of the organisations."""

from lms.organisations import permissions as permissions
from lms.organisations.services.changes import (
    TreeRefused,
    add_organisation,
    close_organisation,
    ensure_organisation,
    move_organisation,
    record_refused_change,
    rename_organisation,
    reopen_organisation,
)
from lms.organisations.services.history import (
    AsOf,
    Event,
    FormerCode,
    get_organisation_as_of,
    list_former_codes,
    list_history,
)
from lms.organisations.services.home import count_managed, count_people, home_of
from lms.organisations.services.imports import (
    ImportResult,
    Row,
    at,
    columns_of,
    import_organisations,
    read_rows,
)
from lms.organisations.services.members import (
    Member,
    PersonRef,
    Place,
    add_member,
    count_members,
    end_membership,
    is_active,
    list_class_members,
    list_members,
    memberships_of,
    organisation_ids_of,
    people_below,
    people_beyond,
    people_with,
    places_by_person,
    places_of,
    positions_of,
    replace_claimed_memberships,
    when_positions_change,
)
from lms.organisations.services.mergers import MergePreview, merge_organisations, preview_merge
from lms.organisations.services.reference import load_departments
from lms.organisations.services.roll_over import (
    LEAVES,
    ClassPlan,
    Plan,
    do_roll_over,
    list_pupils,
    list_roll_overs,
    plan_roll_over,
    save_exceptions,
    save_names,
)
from lms.organisations.services.tree import (
    Child,
    Found,
    OrganisationRef,
    ancestors,
    find_organisation,
    find_organisation_by_code,
    get_organisation,
    get_tree,
    lineage,
    list_children,
    list_classes,
    list_managed,
    list_organisations,
    organisation_names,
    paths_of,
    search_organisations,
    subtree,
    walk_up,
    with_ancestors,
)
from lms.organisations.services.undo import undo_roll_over

__all__ = [
    "LEAVES", "AsOf", "Child", "ClassPlan", "Event", "FormerCode", "Found", "ImportResult", "Member", "MergePreview",
    "OrganisationRef", "PersonRef", "Place", "Plan", "Row", "TreeRefused", "add_member", "add_organisation",
    "ancestors", "at", "close_organisation", "columns_of", "count_managed", "count_members", "count_people",
    "do_roll_over", "end_membership", "ensure_organisation", "find_organisation", "find_organisation_by_code",
    "get_organisation", "get_organisation_as_of", "get_tree", "home_of", "import_organisations", "is_active",
    "lineage", "list_children", "list_class_members", "list_classes", "list_former_codes", "list_history",
    "list_managed", "list_members", "list_organisations", "list_pupils", "list_roll_overs", "load_departments",
    "memberships_of", "merge_organisations", "move_organisation", "organisation_ids_of", "organisation_names",
    "paths_of", "people_below", "people_beyond", "people_with", "places_by_person", "places_of", "plan_roll_over",
    "positions_of", "preview_merge", "read_rows", "record_refused_change", "rename_organisation",
    "reopen_organisation", "replace_claimed_memberships", "save_exceptions", "save_names", "search_organisations",
    "subtree", "undo_roll_over", "walk_up", "when_positions_change", "with_ancestors",
]
