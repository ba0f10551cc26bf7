"""Who stands at the door: an address, and perhaps a device on which accounts have signed in before."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Visitor:
    """`address` is the network's, `device` a name for people, `device_id` of our own cookie, or empty.

    `known` are the accounts that have signed in on this device.
    """

    address: str = ""
    device: str = ""
    device_id: str = ""
    known: frozenset[str] = frozenset()

    def knows(self, account_id: UUID | None) -> bool:
        """Whether this account has signed in on this device before."""
        return bool(self.device_id) and account_id is not None and account_id.hex in self.known
