"""Moodle XML: what a `question` element of each type is in the bank."""
