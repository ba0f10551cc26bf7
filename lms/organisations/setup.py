"""What the organisations tell the kernel: the shape of their tree, which permissions ask for."""

from flask import Flask

from lms.core.permissions import know_tree
from lms.organisations import services


def init_app(_app: Flask) -> None:
    """Say how to find what is above an organisation, and what below some."""
    know_tree(services.lineage, services.subtree)
