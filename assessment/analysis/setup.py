"""What analysis tells the roof: that it can wait."""

from flask import Flask

from lms.core.i18n import _l
from lms.core.switches import know_feature


def init_app(_app: Flask) -> None:
    """Analyses of exams can be turned off; those that are stored stay to be read."""
    know_feature("analysis", _l("Analysis of exams"),
                 _l("New analyses wait in the queue; those that are made can be read."),
                 jobs=("assessment.analyse_exam",))
