"""Switches by which a feature that is not essential is turned off for everybody, as long as a row says so.

Every process looks at the rows again after SECONDS: no request waits for it, and no save of an answer ever asks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import audit, clock
from lms.core.db import Model, db
from lms.core.errors import Conflict, Invalid, NotFound, Problem, Unavailable
from lms.core.i18n import _, _l
from lms.core.permissions import NATIONWIDE, Actor, authorize, rule, to

SECONDS = 5
LONGEST_REASON = 200
_KEPT = "lms.switches"

rule("switch:manage", _l("Turn features off and on for everybody"), to("administrator", scope=NATIONWIDE))


@dataclass(frozen=True)
class Feature:
    """What can be turned off: its name, what people call it, what then happens, and the jobs that wait meanwhile."""

    name: str
    label: Any
    effect: Any
    jobs: tuple[str, ...] = ()


_features: dict[str, Feature] = {}


class FeatureSwitch(Model):
    """A feature that is turned off, by whom and why; on again when the row is gone."""

    __tablename__ = "feature_switch"
    name: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    actor_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(default=clock.now)


def init_app(app: Flask) -> None:
    """Templates may ask `feature_is_on("name")`."""
    app.jinja_env.globals["feature_is_on"] = feature_is_on


def know_feature(name: str, label: Any, effect: Any, *, jobs: tuple[str, ...] = ()) -> None:
    """Told by the room that asks for it, as the application is set up."""
    _features[name] = Feature(name, label, effect, jobs)


def list_features(actor: Actor) -> list[tuple[Feature, FeatureSwitch | None]]:
    """Every feature that can be turned off, with its switch where it is."""
    authorize(actor, "switch:manage")
    off = {each.name: each for each in db.session.scalars(select(FeatureSwitch))}
    return [(feature, off.get(name)) for name, feature in sorted(_features.items())]


def turn_off(actor: Actor, name: str, *, reason: str) -> None:
    """Nobody can use this feature until it is turned on; raises NotFound, Invalid, Conflict."""
    authorize(actor, "switch:manage")
    feature = _get_feature(name)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        message = _("Say why, in at most %(most)s characters.", most=LONGEST_REASON)
        raise Invalid(message, [Problem("reason", message)])
    if db.session.get(FeatureSwitch, name) is not None:
        raise Conflict(_("This feature is turned off already."))
    db.session.add(FeatureSwitch(name=feature.name, reason=reason.strip(), actor_id=actor.person_id))
    audit.record(actor, "switch:manage", ("feature", name), off=True, reason=reason.strip())
    current_app.extensions.pop(_KEPT, None)


def turn_on(actor: Actor, name: str) -> None:
    """Everybody can use this feature again; raises NotFound, Conflict."""
    authorize(actor, "switch:manage")
    _get_feature(name)
    switch = db.session.get(FeatureSwitch, name)
    if switch is None:
        raise Conflict(_("This feature is turned on already."))
    db.session.delete(switch)
    audit.record(actor, "switch:manage", ("feature", name), off=False)
    current_app.extensions.pop(_KEPT, None)


def _get_feature(name: str) -> Feature:
    if name not in _features:
        raise NotFound(_("There is no such feature."))
    return _features[name]


def require_feature(name: str) -> None:
    """Pass, or raise Unavailable where the feature is turned off."""
    if not feature_is_on(name):
        feature = _features[name]
        raise Unavailable(_("%(feature)s is turned off for now, so that exams have the machine to themselves.",
                            feature=feature.label), service=name, retry_after=60)


def require_job(job_name: str) -> None:
    """Pass, or raise Unavailable where the job belongs to a feature that is turned off: it waits in its queue."""
    for feature in _features.values():
        if job_name in feature.jobs:
            require_feature(feature.name)


def feature_is_on(name: str) -> bool:
    """Whether a feature may be used now, as known some seconds ago."""
    until, off = current_app.extensions.get(_KEPT, (None, frozenset()))
    if until is None or until < clock.now():
        off = frozenset(db.session.scalars(select(FeatureSwitch.name)))
        current_app.extensions[_KEPT] = clock.now() + timedelta(seconds=SECONDS), off
    return name not in off
