"""Archived sittings: the form in which their events are kept as objects, and how they are read there."""
