"""Taking in a case: once per form, with the clock running from this moment, verified or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from audit.services.recording import record
from cases import sealing
from cases.enums import CaseEvent
from cases.models import Case
from cases.references import new_reference
from core.actors import Actor
from core.clock import local_date
from personal_data import storage
from personal_data.content import CleanFile
from personal_data.services.files import shown_name
from personal_data.services.subjects import create_subject, hold_active
from policies.models import PolicyVersion


@dataclass(frozen=True)
class DueMoments:
    """When a case must be answered; each is the first moment after its last day."""

    first_reply_due_at: datetime
    target_at: datetime
    limit_at: datetime


@dataclass(frozen=True)
class Upload:
    """A file already checked and cleaned, and what the person called it."""

    name: str
    file: CleanFile


@dataclass(frozen=True)
class Sender:
    """Who sends a case: a signed-in person's data subject, or None for a guest; and the address to answer to."""

    address: str
    language: str
    subject_id: UUID | None = None


def file_case(
    *,
    model: type[Case],
    form_token: UUID,
    sender: Sender,
    text: str,
    due: DueMoments,
    version: PolicyVersion,
    extra: Mapping[str, Any],
    uploads: Sequence[Upload] = (),
    by: Actor,
    now: datetime,
) -> tuple[Case, bool]:
    """Store a case and record it. Returns the case and whether this call made it.

    The same `form_token` again returns the first case, also when two requests arrive at once. A guest becomes a data
    subject with keys of its own. Raises SubjectGone, OSError.
    """
    known = _filed_already(model, form_token)
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            return _store(model, form_token, sender, text, due, version, extra, uploads, by, now), True
    except IntegrityError:
        known = _filed_already(model, form_token)
        if known is None:
            raise
        return known, False


def _filed_already(model: type[Case], form_token: UUID) -> Case | None:
    found: Case | None = model._default_manager.filter(form_token=form_token).first()
    return found


def _store(
    model: type[Case],
    form_token: UUID,
    sender: Sender,
    text: str,
    due: DueMoments,
    version: PolicyVersion,
    extra: Mapping[str, Any],
    uploads: Sequence[Upload],
    by: Actor,
    now: datetime,
) -> Case:
    guest = sender.subject_id is None
    subject_id = sender.subject_id or create_subject(by=by, now=now, language=sender.language).pk
    hold_active(subject_id)
    case = model(
        reference=new_reference(model.reference_prefix, on=local_date(now)),
        form_token=form_token,
        subject_id=subject_id,
        policy_version=version,
        language=sender.language,
        from_guest=guest,
        received_at=now,
        verified_at=None if guest else now,
        first_reply_due_at=due.first_reply_due_at,
        target_at=due.target_at,
        limit_at=due.limit_at,
        **extra,
    )
    key = sealing.evidence_key(subject_id)
    sealing.seal_into_case(case, text=text, address=sender.address, key=key)
    case.save(force_insert=True)
    for upload in uploads:
        _attach(case, upload, key=key, now=now)
    record(
        event=case.event(CaseEvent.FILED),
        target=case.target,
        subject_id=subject_id,
        by=by,
        now=now,
        details={"reference": case.reference, "policy": version.number, "files": len(uploads)},
    )
    return case


def _attach(case: Case, upload: Upload, *, key: bytes, now: datetime) -> None:
    model = case.attachments.model
    attachment = model(case=case, mime=upload.file.mime, size=len(upload.file.data), added_at=now)
    sealing.seal_name(attachment, name=shown_name(upload.name, upload.file.mime), key=key)
    # Bytes before the row: a crash leaves sealed bytes nobody points at, which the orphan sweep removes.
    storage.write_blob(attachment.pk, upload.file.data, key=key)
    attachment.save(force_insert=True)
