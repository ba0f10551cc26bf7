"""Word papers as Vietnamese teachers write them, made from a seed, each with what is true of it.

`papers(seed, questions)` yields papers, `grading` holds the rule by which a reader of them is judged. Both were
written before the reader, and the reader is tuned on one seed and reported on another that nobody looked at.
"""
