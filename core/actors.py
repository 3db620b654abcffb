"""Who acts: a signed-in user, or one of the two actors that have no account."""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


class Actor(Protocol):
    """Whoever a service is told is acting. `audit_role` is a role's code, never a name."""

    @property
    def pk(self) -> UUID | int | None: ...
    @property
    def audit_role(self) -> str: ...
    def has_perm(self, perm: str, obj: Any = None) -> bool: ...


@dataclass(frozen=True)
class Accountless:
    """An actor without an account: the system itself, or a guest."""

    audit_role: str
    pk: None = None

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False


SYSTEM = Accountless("system")
GUEST = Accountless("guest")
