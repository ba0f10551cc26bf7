"""What the page of reasons knows itself: people, organisations and jobs."""

from uuid import UUID

from flask import Flask

from lms.core import jobs
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.i18n import _l
from lms.core.permissions import Kind, know_kind
from lms.identity.services import reach
from lms.organisations import services as organisations


def init_app(_app: Flask) -> None:
    """The kinds of the rooms below; those above tell theirs."""
    know_kind(Kind("person", _l("A person"), "person_id", ("person:*", "permission:explain"), "person:read",
                   reach.find_person_row, lambda person: str(person.name)))
    know_kind(Kind("organisation", _l("Organisation"), "organisation_id",
                   ("organisation:*", "person:create", "work:place"), "organisation:read",
                   _organisation, lambda row: str(row.name)))
    know_kind(Kind("job", _l("Job"), "job_id", ("job:read", "job:manage"), "job:read",
                   lambda job_id: db.session.get(jobs.Job, job_id), lambda job: str(job.name)))


def _organisation(organisation_id: UUID) -> organisations.OrganisationRef | None:
    try:
        return organisations.find_organisation(organisation_id)
    except NotFound:
        return None
