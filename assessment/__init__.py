"""Assessment: the bank of items, exams built from it, what candidates answered, and what that says."""
