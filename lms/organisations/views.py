"""The pages of this room: looking at the tree, changing it, turning a school year."""

from lms.organisations import change_views, roll_over_views, tree_views
from lms.organisations.blueprint import blueprint

__all__ = ["blueprint", "change_views", "roll_over_views", "tree_views"]
