"""Forms of marking."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from assessment.marking.services.appeals import LONGEST_TEXT
from lms.core.forms import Form
from lms.core.i18n import _l


class AppealForm(Form):
    """What a candidate wants to be looked at again."""

    text = TextAreaField(_l("What should be looked at again, and why?"),
                         validators=[DataRequired(), Length(max=LONGEST_TEXT)])


class ReplyForm(Form):
    """What came of it."""

    reply = TextAreaField(_l("Reply to the candidate"), validators=[DataRequired(), Length(max=LONGEST_TEXT)])
