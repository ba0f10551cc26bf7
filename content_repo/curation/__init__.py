"""Curation: what librarians do with deposited works: the queue, the review, collections."""
