"""Moodle XML, written question by question."""
