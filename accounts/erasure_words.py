"""What deleting everything takes away and what it leaves, in plain words, for one person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from personal_data.enums import ErasureState, Order
from personal_data.erasure_words import Line, by_reason, counted, going, named_of, staying
from personal_data.law_keeping import kept_by_law
from personal_data.models import DataItem, Device, ErasureRun, RecipientTask, StoredFile
from personal_data.planning import KEY, plan_everything
from personal_data.retention_words import in_sentence
from personal_data.selectors import held_on
from personal_data.selectors_holds import holds_on_everything
from personal_data.services.ordering import holders_of

_VALUES = DataItem._meta.label_lower
_OWN = (_VALUES, StoredFile._meta.label_lower, Device._meta.label_lower)  # what the person gave, which is told first


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
    apart = {one.ref for one in kept_by_law(user.subject_id, at=at)}
    held = [field for field in held_on(subject_id=user.subject_id, at=at) if field.item and field.item.pk not in apart]
    names = ", ".join(str(field.spec.label) for field in held)
    told = _recipients_to_tell(user.subject_id, at)
    return goes(lines, names=names), stays(lines, subject_id=user.subject_id, at=at, recipients=told)


def held_grounds(subject_id: UUID) -> list[str]:
    """Why a deletion of everything has to wait: the grounds of the legal holds that stop it, each once."""
    return list(dict.fromkeys(in_sentence(str(hold.get_ground_display())) for hold in holds_on_everything(subject_id)))


def goes(lines: Sequence[Line], *, names: str = "") -> list[str]:
    """What a plan deletes, each table with its count; the values by their names, while they can be read."""
    lines_told = sorted(going(lines), key=lambda line: line.target not in _OWN)
    told = [f"{counted(line)} ({names})" if names and line.target == _VALUES else counted(line) for line in lines_told]
    if any(line.target == KEY for line in lines):
        told.append(_("All your consents end, so no more messages are sent to you because of them."))
    return told


def stays(lines: Sequence[Line], *, subject_id: UUID, at: datetime, recipients: int = 0) -> list[Kept]:
    """What a plan keeps, why, and until when; and what is kept until so many recipients have confirmed."""
    return [
        *(
            Kept(f"{why}. {until}", [counted(line, named_of(line, subject_id=subject_id, at=at)) for line in kept])
            for (why, until), kept in by_reason(staying(lines)).items()
        ),
        *([Kept(names_kept(recipients))] if recipients else []),
        Kept(_("The record of what was done and when, without your name, address or any value.")),
    ]


def recipients_waited_for(run: ErasureRun) -> int:
    """How many recipients have yet to confirm a deletion; until then what they know the person by stays sealed."""
    if run.state == ErasureState.COOLING:
        return _recipients_to_tell(run.subject_ref, run.asked_at)
    if run.basis:  # the orders of a request; what names the person stands in its snapshot
        waiting = RecipientTask.objects.filter(order=Order.DELETE, confirmed_at__isnull=True, basis=run.basis)
        return waiting.values("recipient").distinct().count()
    return len(_told_already(run.subject_ref))


def _recipients_to_tell(subject_id: UUID, at: datetime) -> int:
    """How many will have to confirm once everything is deleted, with those who have a part to confirm already."""
    holders = holders_of(subject_id=subject_id, fields=(), purposes=(), at=at)
    return len(_told_already(subject_id).union(one.code for one in holders))


def _told_already(subject_id: UUID) -> set[str]:
    """Recipients who have yet to confirm a deletion, each once however much they have to delete."""
    waiting = RecipientTask.objects.filter(order=Order.DELETE, confirmed_at__isnull=True, sealed_names__isnull=False)
    return set(waiting.filter(subject_ref=subject_id).values_list("recipient", flat=True))


def names_kept(recipients: int) -> str:
    """That what recipients know a person by stays until they have confirmed."""
    return ngettext(
        "What %(count)s recipient knows you by, sealed, so that it can be told whom to delete. It goes as soon as the "
        "recipient has confirmed.",
        "What %(count)s recipients know you by, sealed, so that they can be told whom to delete. It goes as soon as "
        "they have confirmed.",
        recipients,
    ) % {"count": recipients}
