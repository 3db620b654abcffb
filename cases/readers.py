"""Who of the staff is told what the clock of a case set off."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from cases.enums import MarkCode
from cases.models import Case
from cases.staff import mail_address, officers, working_staff
from personal_data.selectors_merged import own_references

# Besides the colleague who has the case: those who could take it over, and the officer who answers for it.
TO_AGENTS = frozenset(
    {
        MarkCode.ONE_LEFT.value,
        MarkCode.REPLY_MISSED.value,
        MarkCode.TARGET_PASSED.value,
        MarkCode.LIMIT_PASSED.value,
    }
)
TO_OFFICERS = TO_AGENTS - {MarkCode.ONE_LEFT.value}


@dataclass(frozen=True)
class Reader:
    """A member of staff who can be written to."""

    user: Any
    address: str
    own: tuple[UUID, ...] = ()

    def is_part_of(self, case: Case) -> bool:
        """Whether a case is the own, or about the own conduct."""
        return case.concerns(self.user, own=self.own)

    @property
    def language(self) -> str:
        """The language this colleague reads."""
        return str(self.user.language)


class Desk:
    """The working staff with their addresses, read once, when the first letter is due."""

    @cached_property
    def officers(self) -> list[Reader]:
        return _readers(officers())

    @cached_property
    def agents(self) -> list[Reader]:
        """Those who work on cases every day; the officers where there is nobody else."""
        own = {reader.user.pk for reader in self.officers}
        return [reader for reader in _readers(working_staff()) if reader.user.pk not in own] or self.officers

    @cached_property
    def by_id(self) -> dict[Any, Reader]:
        return {reader.user.pk: reader for reader in (*self.officers, *self.agents)}

    def has(self, case: Case) -> Reader | None:
        """Who has a case and can work on it; None for one left with somebody who no longer can."""
        found = self.by_id.get(case.assignee_id)
        return None if found is None or found.is_part_of(case) else found

    def readers(self, case: Case, code: str) -> list[Reader]:
        """Who is told, each once; nobody about a case that is their own or about them."""
        holder = self.has(case)
        found = [holder] if holder else list(self.agents)
        if code in TO_AGENTS:
            found += self.agents
        if code in TO_OFFICERS:
            found += self.officers
        once = {reader.user.pk: reader for reader in found if not reader.is_part_of(case)}
        return list(once.values())

    def who_has(self, case: Case, reader: Reader) -> str:
        """Seen by the reader: you, a colleague, or nobody."""
        holder = self.has(case)
        if holder is None:
            return "nobody"
        return "you" if holder.user.pk == reader.user.pk else "colleague"


def _readers(users: Any) -> list[Reader]:
    return [Reader(user, address, tuple(own_references(user))) for user in users if (address := mail_address(user))]
