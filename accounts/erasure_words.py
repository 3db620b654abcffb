"""What deleting everything takes away and what it leaves, in plain words, for one person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from personal_data.erasure_words import Line, by_reason, counted, going, staying
from personal_data.models import DataItem
from personal_data.planning import KEY, plan_everything
from personal_data.selectors import held_on
from personal_data.selectors_holds import holds_on_everything

_VALUES = DataItem._meta.label_lower


@dataclass(frozen=True)
class Kept:
    """What stays for one reason: the reason with its end, and each table with its count."""

    why: str
    parts: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return self.why


def foreseen(*, user: User, at: datetime) -> tuple[list[str], list[Kept]]:
    """What would go and what would stay if everything were deleted now."""
    lines = plan_everything(subject_id=user.subject_id, at=at, confirms=True)
    names = ", ".join(str(field.spec.label) for field in held_on(subject_id=user.subject_id, at=at) if field.item)
    return goes(lines, names=names), stays(lines)


def held_grounds(subject_id: UUID) -> list[str]:
    """Why a deletion of everything has to wait: the grounds of the legal holds that stop it, each once."""
    return list(dict.fromkeys(str(hold.get_ground_display()) for hold in holds_on_everything(subject_id)))


def goes(lines: Sequence[Line], *, names: str = "") -> list[str]:
    """What a plan deletes, each table with its count; the values by their names, while they can be read."""
    told = [
        f"{counted(line)} ({names})" if names and line.target == _VALUES else counted(line) for line in going(lines)
    ]
    if any(line.target == KEY for line in lines):
        told.append(_("All your consents end, so no more messages are sent to you because of them."))
    return told


def stays(lines: Sequence[Line]) -> list[Kept]:
    """What a plan keeps, why, and until when."""
    return [
        *(
            Kept(f"{why}. {until}", [counted(line) for line in kept])
            for (why, until), kept in by_reason(staying(lines)).items()
        ),
        Kept(_("The record of what was done and when, without your name, address or any value.")),
    ]
