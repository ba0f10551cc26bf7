"""Papers as teachers write them, made by the generator and read back: right, or said to be unsure."""

from io import BytesIO

import pytest

from assessment.interchange.questions import MediaInMemory
from assessment.interchange.word.reader import read
from bench.word_papers.grading import grade
from bench.word_papers.papers import papers
from bench.word_papers.ways import WAYS

SEED = 11


@pytest.mark.parametrize("way", WAYS[::3], ids=lambda way: way.name)
def test_a_paper_is_read_as_it_was_meant(way):
    for paper in papers(SEED, ways=(way,)):
        judged = grade(paper.questions, list(read(BytesIO(paper.data), MediaInMemory())))
        assert judged.silent == 0, judged.wrong
        assert judged.found >= 0.95 * judged.questions
        assert judged.both >= 0.85 * judged.questions
        assert judged.formulas_right >= 0.95 * judged.formulas


def test_the_same_seed_makes_the_same_papers():
    one, other = ([paper.data for paper in papers(3, ways=WAYS[:2])] for _round in range(2))
    assert [len(each) for each in one] == [len(each) for each in other]
    assert len({paper.way for paper in papers(3, ways=WAYS[:4])}) == 4
