"""The pages of this room: the teacher's and the candidate's."""

from assessment.delivery import (
    candidate_views,
    desk_views,
    hall_views,
    integrity_views,
    invigilation_views,
    list_views,
    part_views,
    receipt_views,
    recovery_views,
    registration_views,
    rules_views,
    sitting_views,
    teacher_views,
    withdrawal_views,
)
from assessment.delivery.blueprint import blueprint

__all__ = [
    "blueprint",
    "candidate_views",
    "desk_views",
    "hall_views",
    "integrity_views",
    "invigilation_views",
    "list_views",
    "part_views",
    "receipt_views",
    "recovery_views",
    "registration_views",
    "rules_views",
    "sitting_views",
    "teacher_views",
    "withdrawal_views",
]
