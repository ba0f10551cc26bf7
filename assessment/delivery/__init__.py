"""Exams, sittings, attempts, the event log and the player."""
