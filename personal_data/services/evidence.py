"""The end of proof: once the evidence period of somebody erased is over, nothing kept can be tied to that person.

The key of the evidence goes last, inside the transaction and after the register was told: a crash in between leaves
everything to be done again, with the same end.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import pgettext_lazy

from audit.models import AuditEntry, AuditNote
from audit.services.recording import Fact, record_many
from core.actors import SYSTEM
from core.classification import Period
from personal_data import keys
from personal_data.enums import AuditEvent, SubjectState
from personal_data.models import DataSubject, KeptByLaw
from personal_data.own_holds import on_proof_of
from personal_data.own_records import Ages, Kind
from personal_data.services.announcing import EvidenceEnded, announce

BATCH = 200
MOST = 20_000  # people in one run; an hour later the next ones follow
NOTES_AT_ONCE = 1000

# Filled at start by upper packages: what of theirs keeps the evidence of a person, told of a query of people.
_kept_while: list[Callable[["QuerySet[DataSubject]"], "QuerySet[DataSubject]"]] = []
# Kinds of target whose notes go with them, whatever their age.
_goes_with: set[str] = set()


def keep_evidence_while(without: Callable[["QuerySet[DataSubject]"], "QuerySet[DataSubject]"]) -> None:
    """Register what takes out of a query of people those whose evidence is still needed."""
    _kept_while.append(without)


def notes_go_with(kinds: Iterable[str]) -> None:
    """Register kinds of target, such as `complaint`, that remove the notes beside their entries themselves."""
    _goes_with.update(kinds)


def end_evidence(ages: Ages) -> int:
    """End the evidence of everybody whose evidence period is over. How many. Raises RegisterUnavailable."""
    ended = 0
    while ended < MOST:
        found = list(_over(ages).order_by("erased_at").values_list("pk", flat=True)[:BATCH])
        if not found:
            break
        ended += _end(found, ages)
    return ended


def end_evidence_of(subject_ids: Iterable[UUID], *, now: datetime) -> None:
    """End the evidence of erased people in the caller's transaction: notes, mark, record, register, key.

    Raises RegisterUnavailable.
    """
    ids = list(subject_ids)
    AuditNote.objects.filter(subject_ref__in=ids).delete()
    DataSubject.objects.filter(pk__in=ids).update(evidence_ended_at=now)
    record_many([Fact(AuditEvent.EVIDENCE_ENDED, f"subject:{one}", one) for one in ids], by=SYSTEM, now=now)
    announce([EvidenceEnded(one) for one in ids], now=now)
    keys.destroy_evidence_keys(ids)


def remove_old_notes(ages: Ages) -> int:
    """Remove free texts beside entries whose evidence period is over; the entries stay. How many.

    Notes of a case go with the case.
    """
    gone = 0
    while found := list(_notes_over(ages).order_by("entry_ref").values_list("pk", flat=True)[:NOTES_AT_ONCE]):
        # A hold is asked for again in the statement that removes.
        went = _notes_over(ages).filter(pk__in=found).delete()[0]
        gone += went
        if not went:
            break
    return gone


def _end(ids: list[UUID], ages: Ages) -> int:
    with transaction.atomic():
        held = DataSubject.objects.select_for_update(no_key=True).filter(pk__in=ids)
        locked = list(held.order_by("pk").values_list("pk", flat=True))
        still = list(_over(ages).filter(pk__in=locked).values_list("pk", flat=True))
        if still:
            end_evidence_of(still, now=ages.now)
    return len(still)


def _over(ages: Ages) -> "QuerySet[DataSubject]":
    """Erased people whose evidence period is over, with no hold on them, nothing the law keeps and nothing that still
    needs the proof.
    """
    people = DataSubject.objects.filter(
        state=SubjectState.ERASED, evidence_ended_at__isnull=True, erased_at__lt=ages.before(Period.EVIDENCE)
    ).exclude(Exists(on_proof_of(OuterRef("pk"))) | Exists(KeptByLaw.objects.filter(subject=OuterRef("pk"))))
    for without in _kept_while:
        people = without(people)
    return people


def _notes_over(ages: Ages) -> "QuerySet[AuditNote]":
    """Notes whose entry is old, or gone, and names no case, with no hold on their person."""
    until = ages.before(Period.EVIDENCE)
    assert until is not None
    goes_with = Q(*[("target__startswith", f"{kind}:") for kind in sorted(_goes_with)], _connector=Q.OR)
    first_young = _first_entry_since(until)
    entry = AuditEntry.objects.filter(pk=OuterRef("entry_ref"), pk__lt=first_young)
    old = AuditNote.objects.filter(entry_ref__lt=first_young).exclude(Exists(entry.filter(goes_with)))
    return old.exclude(Exists(on_proof_of(OuterRef("subject_ref"))))


def _first_entry_since(moment: datetime) -> int:
    """From which number on entries are of a moment or later; numbers follow the order of time, so few are read."""
    numbers = AuditEntry.objects.order_by("pk")
    last = numbers.values_list("pk", flat=True).last() or 0
    low, high = 0, last + 1
    while low < high:
        middle = (low + high) // 2
        found = numbers.filter(pk__gte=middle).values_list("pk", "at").first()
        if found is None or found[1] >= moment:
            high = middle
        else:
            low = found[0] + 1
    return high


EVIDENCE = Kind(
    "evidence",
    pgettext_lazy("own record", "Proof that can still be tied to people who were erased"),
    pgettext_lazy("own record", "%(evidence_years)s after the erasure, once no case of theirs has words left"),
    lambda: DataSubject.objects.filter(state=SubjectState.ERASED, evidence_ended_at__isnull=True),
    _over,
)
NOTES = Kind(
    "notes",
    pgettext_lazy("own record", "Free texts beside the record"),
    pgettext_lazy("own record", "%(evidence_years)s after they were written; those of a case go with it"),
    AuditNote.objects.all,
    _notes_over,
)
