"""What stops deletion now. A hold on a case stands on its person as well, so only people are asked about."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from core.actors import Actor
from personal_data.hold_scope import covers
from personal_data.models import DataItem, Device, LegalHold, StoredFile, ValueHistory
from personal_data.retention_pack import keeping_pack
from personal_data.selectors_merged import is_own
from policies import selectors as policies
from policies.enums import FieldKind
from policies.pack_types import Pack

ANSWERING = ("dpo", "administrator")


@dataclass(frozen=True, slots=True)
class NamedCase:
    """A case: how the audit trail names it, how people do, its people, whoever sent it first, and whose data it is
    about.
    """

    target: str
    reference: str
    people: tuple[UUID, ...]
    about: tuple[UUID, ...]


TOLD_BEFORE = timedelta(days=7)  # so long before its review a hold asks for it, by mail and at the desk

# Filled at start by the package that knows cases.
_cases: list[Callable[[str], NamedCase | None]] = []
_kept_from: list[Callable[[Actor], Collection[str]]] = []


def use_cases(find: Callable[[str], NamedCase | None], kept_from: Callable[[Actor], Collection[str]]) -> None:
    """Hand in how a case is found, by its reference as people write it or as the audit trail does, and which cases do
    not exist for a colleague.
    """
    if find not in _cases:
        _cases.append(find)
        _kept_from.append(kept_from)


def case_named(text: str) -> NamedCase | None:
    """A case by either of its references."""
    return next((found for find in _cases if (found := find(text))), None)


def kept_from(by: Actor) -> frozenset[str]:
    """The cases that do not exist for a colleague, because they are about the own conduct."""
    return frozenset(case for found in _kept_from for case in found(by))


def seen_by(by: Actor, holds: "QuerySet[LegalHold]") -> "QuerySet[LegalHold]":
    """Of some holds those a colleague may know of."""
    return holds.exclude(case_ref__in=kept_from(by))


def is_own_hold(hold: LegalHold, *, by: Actor) -> bool:
    """Whether a hold names whoever acts, or a case of theirs or about them."""
    case = case_named(hold.case_ref) if hold.case_ref else None
    people = (hold.subject_ref, *case.people, *case.about) if case else (hold.subject_ref,)
    return is_own(people, by=by) or hold.case_ref in kept_from(by)


def holds_in_force() -> "QuerySet[LegalHold]":
    """Every hold that stops something, the one to be reviewed first on top."""
    return LegalHold.objects.filter(released_at__isnull=True)


def holds_on(subject_id: UUID) -> list[LegalHold]:
    """The holds in force that name the person, or nobody in particular."""
    return list(holds_in_force().filter(Q(subject_ref=subject_id) | Q(subject_ref__isnull=True)))


def holds_on_fields(subject_id: UUID, fields: Collection[str]) -> list[tuple[LegalHold, frozenset[str]]]:
    """The holds in force on some fields of a person, each with the fields it stops."""
    holds = holds_on(subject_id)
    pack = newest_pack() if holds else None
    found = [(hold, covers(field=hold.field, category=hold.category, codes=fields, pack=pack)) for hold in holds]
    return [(hold, stopped) for hold, stopped in found if stopped]


def held_of(subject_id: UUID, fields: Collection[str]) -> frozenset[str]:
    """Of some fields of a person those a hold stops."""
    return frozenset().union(*(stopped for _hold, stopped in holds_on_fields(subject_id, fields)))


def is_held(subject_id: UUID, fields: Collection[str]) -> bool:
    """Whether a hold stops one of some fields of a person."""
    return bool(holds_on_fields(subject_id, fields))


def holds_on_everything(subject_id: UUID) -> list[LegalHold]:
    """The holds that stop a deletion of everything.

    A hold on the person as such does; one on a field or a kind of data does while something is held there.
    """
    holds = holds_on(subject_id)
    if not holds:
        return []
    pack, held = newest_pack(), fields_with_something(subject_id)
    return [
        hold
        for hold in holds
        if not (hold.field or hold.category) or covers(field=hold.field, category=hold.category, codes=held, pack=pack)
    ]


def held_people(subject_ids: Iterable[UUID]) -> set[UUID]:
    """Of many people those of whom something is held back. A hold that names nobody is asked of each field at once."""
    ids = set(subject_ids)
    holds = list(holds_in_force().filter(Q(subject_ref__in=ids) | Q(subject_ref__isnull=True)))
    found = {hold.subject_ref for hold in holds if hold.subject_ref and not (hold.field or hold.category)}
    rest = [hold for hold in holds if hold.field or hold.category]
    if not rest:
        return found
    pack = newest_pack()
    for model in (DataItem, StoredFile, ValueHistory):
        rows = model._default_manager.filter(subject_id__in=ids)
        codes = list(rows.order_by().values_list("field", flat=True).distinct())
        for hold in rest:
            stopped = covers(field=hold.field, category=hold.category, codes=codes, pack=pack)
            whose = rows.filter(field__in=stopped)
            whose = whose.filter(subject_id=hold.subject_ref) if hold.subject_ref else whose
            found |= set(whose.values_list("subject_id", flat=True))
    return found


def held_cases() -> set[str]:
    """References of the cases a hold names."""
    return set(holds_in_force().exclude(case_ref="").values_list("case_ref", flat=True))


def holds_to_review(today: date) -> "QuerySet[LegalHold]":
    """Holds whose review is near enough for the reminder to be written, or late."""
    return holds_in_force().filter(review_on__lte=today + TOLD_BEFORE)


def fields_with_something(subject_id: UUID) -> frozenset[str]:
    """The fields under which anything of a person is held, values, earlier ones, files and devices."""
    found: set[str] = set()
    for model in (DataItem, ValueHistory, StoredFile):
        found |= set(model._default_manager.filter(subject_id=subject_id).order_by().values_list("field", flat=True))
    if Device.objects.filter(subject_id=subject_id).exists():
        found |= device_fields(newest_pack())
    return frozenset(found)


def device_fields(pack: Pack | None) -> frozenset[str]:
    """The fields of a policy under which devices are noted."""
    specs = pack.fields if pack else ()
    return frozenset(spec.code for spec in specs if spec.kind == FieldKind.DEVICE.value)


def newest_pack() -> Pack | None:
    """The policy published last, with former fields; a hold counts from now on, so does what its kinds of data mean."""
    version = policies.latest_version()
    return keeping_pack(version) if version else None


def who_may_answer() -> "QuerySet[Any]":
    """The colleagues who may answer for a hold: officers and administrators with an account that works."""
    staff = get_user_model()._default_manager.filter(is_staff=True, is_active=True)
    return staff.filter(groups__name__in=ANSWERING).distinct()


def still_answers(owner: str) -> bool:
    """Whether the colleague a hold names, as `user:…`, is still there and still of a role that answers for it."""
    try:
        return who_may_answer().filter(pk=owner.removeprefix("user:")).exists()
    except ValidationError:
        return False
