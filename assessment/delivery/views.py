"""The pages of this room: the teacher's and the candidate's."""

from assessment.delivery import candidate_views, teacher_views
from assessment.delivery.blueprint import blueprint

__all__ = ["blueprint", "candidate_views", "teacher_views"]
