"""Ending again consents that the erasure register says were ended, in a database restored from before that.

Nobody is told a second time: recipients were, when the person withdrew.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services.recording import Fact, record_many
from consent.enums import AuditEvent, Method, Reply
from consent.models import LedgerEntry
from consent.services.granting import canonical, evidence_context
from core.actors import SYSTEM
from core.encryption import seal
from personal_data import keys
from personal_data.models import DataSubject, PurposeState
from personal_data.register.entries import LEDGER, Written, parts
from personal_data.register.naming import NAME_BYTES, names_of_rows

PEOPLE_AT_ONCE = 500
_BASIS = {"basis": "register"}


def end_again(ends: Sequence[tuple[UUID, Written]], *, now: datetime) -> int:
    """Withdraw what frames name and what is in force still; how many. Safe to repeat."""
    named: dict[UUID, set[bytes]] = defaultdict(set)
    for subject_id, entry in ends:
        named[subject_id].update(parts(entry["entry"], NAME_BYTES))
    people, done = sorted(named), 0
    for begin in range(0, len(people), PEOPLE_AT_ONCE):
        with transaction.atomic():
            chunk = _hold(people[begin : begin + PEOPLE_AT_ONCE])
            given = _in_force(chunk)
            rows = names_of_rows(LEDGER, [entry.pk for entry in given])
            ending = [entry for entry, row in zip(given, rows, strict=True) if row in named[entry.subject_ref]]
            _end(ending, given, Method.REQUEST, now)
        done += len(ending)
    return done


def end_all_of_many(*, subject_ids: Iterable[UUID], now: datetime) -> None:
    """End every consent of people who are being erased again, in the same transaction."""
    given = _in_force(list(subject_ids))
    _end(given, given, Method.ERASURE, now)


def _hold(people: Iterable[UUID]) -> list[UUID]:
    held = DataSubject.objects.select_for_update(no_key=True).filter(pk__in=list(people)).order_by("pk")
    return list(held.values_list("pk", flat=True))


def _in_force(people: Iterable[UUID]) -> list[LedgerEntry]:
    last = (
        LedgerEntry.objects.filter(subject_ref__in=list(people))
        .defer("sealed_evidence")
        .order_by("subject_ref", "purpose", "channel", "recipient_class", "-id")
        .distinct("subject_ref", "purpose", "channel", "recipient_class")
    )
    return [entry for entry in last if entry.is_granted]


def _end(ending: Sequence[LedgerEntry], given: Iterable[LedgerEntry], method: Method, now: datetime) -> None:
    """One form a person, as a withdrawal is, with an entry each in the record."""
    if not ending:
        return
    people = {entry.subject_ref for entry in ending}
    sealing = keys.evidence_keys(people)
    acts = {person: uuid.uuid4() for person in people}
    sealed = {person: _sealed(sealing.get(person), acts[person]) for person in people}
    written = LedgerEntry.objects.bulk_create(
        _ended(entry, method, now, act=acts[entry.subject_ref], sealed=sealed[entry.subject_ref]) for entry in ending
    )
    record_many((_fact(entry) for entry in written), by=SYSTEM, now=now)
    _note_purposes(ending, given, now)


def _ended(entry: LedgerEntry, method: Method, now: datetime, *, act: UUID, sealed: bytes) -> LedgerEntry:
    return LedgerEntry(
        subject_ref=entry.subject_ref,
        purpose=entry.purpose,
        channel=entry.channel,
        recipient_class=entry.recipient_class,
        reply=Reply.WITHDRAWN,
        ends_entry=entry.pk,
        version=entry.version,
        wording_hash=entry.wording_hash,
        scope_hash=entry.scope_hash,
        language=entry.language,
        sensitive_shown=entry.sensitive_shown,
        method=method,
        captured_by="",
        at=now,
        act=act,
        sealed_evidence=sealed,
    )


def _sealed(key: bytes | None, act: UUID) -> bytes:
    """What the end rests on; nothing for a person whose evidence period is over."""
    return seal(key, canonical(_BASIS), context=evidence_context(act)) if key else b""


def _fact(entry: LedgerEntry) -> Fact:
    details: Mapping[str, object] = {
        "entry": entry.pk,
        "purpose": entry.purpose,
        "channel": entry.channel,
        "recipient": entry.recipient_class,
        "version": entry.version,
        "wording": bytes(entry.wording_hash).hex(),
        "replayed": True,
    }
    return Fact(AuditEvent.WITHDRAWN, f"subject:{entry.subject_ref}", entry.subject_ref, details)


def _note_purposes(ending: Iterable[LedgerEntry], given: Iterable[LedgerEntry], now: datetime) -> None:
    """A purpose asked by channel lives on while another of its channels is agreed to."""
    ended = {entry.pk for entry in ending}
    live = {(one.subject_ref, one.purpose) for one in given if one.pk not in ended and not one.recipient_class}
    over = {(one.subject_ref, one.purpose) for one in ending if not one.recipient_class} - live
    states = PurposeState.objects.filter(subject_id__in={person for person, _purpose in over}, live=True)
    going = [state.pk for state in states if (state.subject_id, state.purpose) in over]
    PurposeState.objects.filter(pk__in=going).update(live=False, since=now)
