"""Forms of marking."""

from wtforms import BooleanField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length

from assessment.marking.services.appeals import LONGEST_TEXT
from assessment.marking.services.rulings import KINDS, LONGEST_REASON, POLICIES, REASONS, RulingDraft
from lms.core.forms import Form
from lms.core.i18n import _l


class AppealForm(Form):
    """What a candidate wants to be looked at again."""

    text = TextAreaField(_l("What should be looked at again, and why?"),
                         validators=[DataRequired(), Length(max=LONGEST_TEXT)])


class ReplyForm(Form):
    """What came of it."""

    reply = TextAreaField(_l("Reply to the candidate"), validators=[DataRequired(), Length(max=LONGEST_TEXT)])


class RulingForm(Form):
    """What becomes of a question found wrong; the service says what fits the question."""

    kind = SelectField(_l("What becomes of the question"), choices=list(KINDS.items()))
    policy = SelectField(_l("Its points, where it is left out"), choices=list(POLICIES.items()))
    right = SelectMultipleField(_l("Right, where the key is put right"), validate_choice=False)
    also = TextAreaField(_l("Also right, where the key is put right"), validators=[Length(max=LONGEST_TEXT)])
    code = SelectField(_l("What is wrong with the question"), choices=list(REASONS.items()))
    reason = TextAreaField(_l("Why"), validators=[DataRequired(), Length(max=LONGEST_REASON)])
    tells = BooleanField(_l("Tell the candidates who are writing now, and their rooms"))

    def draft(self) -> RulingDraft:
        """The same as the service reads it."""
        return RulingDraft(self.kind.data, self.code.data, self.reason.data or "", self.policy.data,
                           self.right.data or (), (self.also.data or "").splitlines(), self.tells.data)
