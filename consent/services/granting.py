"""Granting, refusing and withdrawing: a new entry each time, never an edit.

The whole form is one call of `consent_record_answers` (migration 0002): it locks the person, passes over what was so
already, and writes entries, audit entries, purpose states and the job in one commit. What must be gone the moment a
consent ends goes in that commit too.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from audit.services.recording import actor_reference
from consent import selectors
from consent.answers import Answer, ConsentKey
from consent.enums import Method
from consent.errors import ErasedBefore, NotAsked, NotGiven, WordingChanged
from consent.models import ConsentJob, ConsentWording, LedgerEntry
from consent.services.asking import question_by_key
from consent.services.devices import forget_devices_without_consent
from consent.wording import Question
from core.actors import SYSTEM, Actor
from core.encryption import seal
from core.queue import enqueue_on_commit
from personal_data import keys
from personal_data.errors import SubjectGone
from personal_data.services.announcing import Withdrawn, announce
from personal_data.services.subjects import hold_active
from personal_data.services.suppressing import (
    ErasedMeanwhile,
    check_none_since,
    indexes_of_person,
    newest,
    suppressed,
)
from personal_data.sign_in_address import sign_in_address
from policies.models import PolicyVersion

_CALL = "SELECT outcome, entries FROM public.consent_record_answers(%s, %s, %s)"
_ANSWERING_FOR_ONESELF = frozenset({"person", "guest", "system"})


@dataclass(frozen=True, slots=True)
class _Form:
    """What one submitted form says."""

    subject_id: UUID
    lines: "Sequence[_Line]"
    version: int
    language: str
    method: str
    evidence: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Line:
    """One answer with the words it answers, as the ledger holds them."""

    key: ConsentKey
    granted: bool
    wording_hash: bytes
    scope_hash: bytes
    sensitive: bool


def record_answers(
    *,
    subject_id: UUID,
    answers: Sequence[Answer],
    version: PolicyVersion,
    language: str,
    method: str = Method.ACCOUNT,
    evidence: Mapping[str, str],
    by: Actor,
    now: datetime,
) -> list[int]:
    """Record the answers of one form; the ids of the entries written. An answer that changes nothing writes none.

    `evidence` is the minimum of technical proof (see `consent.evidence`), sealed under the person's evidence key.
    Raises NotAsked, WordingChanged, ErasedBefore, SubjectGone, KeyDestroyed; then nothing was written.
    """
    asked = question_by_key(version, language)
    lines = [_checked(answer, asked) for answer in {answer.key: answer for answer in answers}.values()]
    if not lines:
        return []
    form = _Form(subject_id, lines, version.number, language, method, evidence)
    if by.audit_role in _ANSWERING_FOR_ONESELF or not any(line.granted for line in lines):
        return _record(form, asked, by=by, now=now)
    with transaction.atomic(), _nobody_erased(subject_id, now):
        return _record(form, asked, by=by, now=now)


def _record(form: _Form, asked: Mapping[ConsentKey, Question], *, by: Actor, now: datetime) -> list[int]:
    """Write a form, and what ends with the consents it takes back."""
    subject_id, lines = form.subject_id, form.lines
    shown = [asked[line.key] for line in lines]
    if all(line.granted for line in lines):
        return _write(form, shown, by=by, now=now)
    with transaction.atomic():
        written = _write(form, shown, by=by, now=now)
        if any(asked[line.key].about_devices and not line.granted for line in lines):
            forget_devices_without_consent(subject_id=subject_id, by=by, now=now)
        _announce_ends(subject_id, written, now=now)
    return written


def withdraw(
    *,
    subject_id: UUID,
    key: ConsentKey,
    method: str = Method.ACCOUNT,
    evidence: Mapping[str, str],
    by: Actor,
    now: datetime,
) -> int:
    """Take one consent back, at once; the id of the entry. It ends the entry that gave it, under that entry's wording.

    Works for consents of versions long past too. Raises NotGiven when it is not in force, SubjectGone, KeyDestroyed.
    """
    with transaction.atomic():
        given = selectors.in_force(subject_id, now).get(key)
        if given is None:
            raise NotGiven
        line = _Line(key, False, bytes(given.wording_hash), bytes(given.scope_hash), given.sensitive_shown)
        form = _Form(subject_id, [line], given.version, given.language, method, evidence)
        written = _write(form, (), by=by, now=now)
        if not written:
            raise NotGiven
        forget_devices_without_consent(subject_id=subject_id, by=by, now=now)
        enqueue_on_commit("consent.follow_up")
        _announce_ends(subject_id, written, now=now)
    return written[0]


def end_all(*, subject_id: UUID, now: datetime) -> None:
    """End every consent in force, in the transaction in which everything held on the person begins to be deleted.

    What follows from an end, such as the deletion of devices, is part of that deletion. Raises SubjectGone.
    """
    forms: dict[tuple[int, str], list[_Line]] = {}
    for key, given in sorted(selectors.in_force(subject_id, now).items()):
        line = _Line(key, False, bytes(given.wording_hash), bytes(given.scope_hash), given.sensitive_shown)
        forms.setdefault((given.version, given.language), []).append(line)
    known = set(ConsentJob.objects.filter(subject_ref=subject_id).values_list("pk", flat=True))
    for (version, language), lines in forms.items():
        form = _Form(subject_id, lines, version, language, Method.ERASURE, {"basis": "erasure"})
        _write(form, (), by=SYSTEM, now=now)
    ConsentJob.objects.filter(subject_ref=subject_id).exclude(pk__in=known).delete()


def _announce_ends(subject_id: UUID, written: Sequence[int], *, now: datetime) -> None:
    """Note in the register which consents entries just written ended; a refusal of what was never given ends none."""
    ended = LedgerEntry.objects.filter(pk__in=written, ends_entry__isnull=False).defer("sealed_evidence")
    told = [
        Withdrawn(subject_id, entry.purpose, entry.channel, entry.recipient_class, entry.ends_entry)
        for entry in (ended if written else ())
        if entry.ends_entry is not None
    ]
    announce(told, now=now)


@contextmanager
def _nobody_erased(subject_id: UUID, now: datetime) -> Iterator[None]:
    """Give a consent for somebody who is no erased identity, neither before nor by the end of the transaction. Whoever
    has signed up anew, and so has an own account, is none. Raises ErasedBefore, SubjectGone.
    """
    hold_active(subject_id)
    known_by = set() if sign_in_address(subject_id) else indexes_of_person(subject_id, at=now)
    mark = newest()
    if suppressed(known_by):
        raise ErasedBefore
    yield
    try:
        check_none_since(mark, known_by)
    except ErasedMeanwhile as refusal:
        raise ErasedBefore from refusal


def _checked(answer: Answer, asked: Mapping[ConsentKey, Question]) -> _Line:
    question = asked.get(answer.key)
    if question is None:
        raise NotAsked
    if answer.shown is not None and answer.shown != question.wording_hash:
        raise WordingChanged
    return _Line(answer.key, answer.granted, question.wording_hash, question.scope_hash, question.sensitive)


def _write(form: _Form, shown: Sequence[Question], *, by: Actor, now: datetime) -> list[int]:
    act = uuid.uuid4()
    sealed = seal(keys.evidence_key(form.subject_id), canonical(form.evidence), context=evidence_context(act))
    said = _said(form, act, by=by, now=now)
    outcome, written = _call(form.subject_id, sealed, said)
    if outcome == "unknown wording":
        keep_wordings(shown)
        outcome, written = _call(form.subject_id, sealed, said)
    if outcome == "gone":
        raise SubjectGone
    return written


def _said(form: _Form, act: UUID, *, by: Actor, now: datetime) -> str:
    """The form as the database function takes it: codes, hashes and references."""
    actor = actor_reference(by)
    return json.dumps(
        {
            "at": now.isoformat(),
            "act": str(act),
            "version": form.version,
            "language": form.language,
            "method": str(form.method),
            "actor": actor,
            "role": by.audit_role,
            "captured_by": "" if by.audit_role in _ANSWERING_FOR_ONESELF else actor,
            "refused_channels": any(not line.granted and line.key.channel != "" for line in form.lines),
            "answers": [
                {
                    "purpose": line.key.purpose,
                    "channel": line.key.channel,
                    "recipient": line.key.recipient_class,
                    "granted": line.granted,
                    "sensitive": line.sensitive,
                    "wording": line.wording_hash.hex(),
                    "scope": line.scope_hash.hex(),
                }
                for line in form.lines
            ],
        }
    )


def _call(subject_id: UUID, sealed: bytes, said: str) -> tuple[str, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(_CALL, [subject_id, sealed, said])
        outcome, written = cursor.fetchone()
    return outcome, written


def keep_wordings(shown: Sequence[Question]) -> None:
    """Keep the exact text of questions, once each; a text kept before stays as it is."""
    ConsentWording.objects.bulk_create(
        (
            ConsentWording(
                hash=question.wording_hash,
                scope_hash=question.scope_hash,
                language=question.language,
                title=question.heading,
                text=question.wording,
            )
            for question in shown
        ),
        ignore_conflicts=True,
    )


def evidence_context(act: UUID) -> str:
    """What the sealed evidence of a form is bound to."""
    return f"consent.LedgerEntry:sealed_evidence:{act}"


def canonical(evidence: Mapping[str, str]) -> bytes:
    """The evidence of a form as it is sealed."""
    return json.dumps(dict(evidence), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
