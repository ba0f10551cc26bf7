"""How much of what strangers do stands in the audit: it keeps every word for ever, so nobody may fill it at will."""

from collections import OrderedDict
from datetime import timedelta
from threading import Lock

from lms.core import clock
from lms.core.audit.origin import here
from lms.identity.device import network_of

AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 200
"""Refusals kept from one network by one process: a school's bad morning, not a flood."""
MOST_NETWORKS = 10_000

_lock = Lock()
_kept: OrderedDict[str, tuple[float, int]] = OrderedDict()


def may_be_kept() -> bool:
    """Whether a refusal of this request's network still goes into the audit; beyond that the log counts it."""
    network, now = network_of(here().address), clock.now().timestamp()
    with _lock:
        since, count = _kept.get(network, (now, 0))
        if now - since > AN_HOUR.total_seconds():
            since, count = now, 0
        _kept[network] = (since, count + 1)
        _kept.move_to_end(network)
        while len(_kept) > MOST_NETWORKS:
            _kept.popitem(last=False)
    return count < MOST_AN_HOUR
