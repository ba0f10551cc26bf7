"""Coded reasons of what happens in an exam room, as data: so that incidents can be counted over a whole country."""

from typing import Any

from lms.core.i18n import _l

INCIDENTS: dict[str, Any] = {
    "late": _l("Came late"),
    "absent": _l("Absent"),
    "identity": _l("Identity in doubt"),
    "device": _l("Device failed"),
    "power": _l("Power cut"),
    "network": _l("Line cut"),
    "illness": _l("Ill"),
    "left_room": _l("Left the room"),
    "question": _l("Complaint about a question"),
    "disturbance": _l("Disturbance of the room"),
    "forbidden_thing": _l("Forbidden thing or document"),
    "copying": _l("Copying or talking"),
    "reprimand": _l("Reprimanded"),
    "warning": _l("Formally warned"),
    "suspended": _l("Suspended from the exam"),
    "other": _l("Something else, as the note says"),
}
TIME_REASONS: dict[str, Any] = {code: INCIDENTS[code] for code in ("power", "network", "device", "illness")} | {
    "late_start": _l("The room began late"), "other": INCIDENTS["other"]}
OUTAGES: dict[str, Any] = {code: INCIDENTS[code] for code in ("network", "power")} | {
    "server": _l("The server did not answer")}
WITHDRAWALS: dict[str, Any] = {
    "leaked": _l("It has become known"), "faulty": _l("It is wrong, or cannot be read"),
    "other": INCIDENTS["other"]}
NEEDS_NOTE = frozenset({"other"})
NEEDS_CANDIDATE = frozenset({"late", "absent", "identity", "illness", "left_room", "forbidden_thing", "copying",
                             "reprimand", "warning", "suspended"})
