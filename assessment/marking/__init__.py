"""Marking: score tables, automatic marks and the results that candidates see."""
