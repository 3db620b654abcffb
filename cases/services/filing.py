"""Taking in a case: once per form, with the clock running from this moment, verified or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cases import sealing
from cases.enums import CaseEvent, ContactKind, IntakeChannel
from cases.models import Case, CaseMessage
from cases.references import new_reference
from cases.services.assigning import auto_assign
from cases.services.open_mark import mark_open_cases
from cases.services.recording import note
from cases.services.scheduling import schedule
from core.actors import Actor
from core.clock import local_date
from personal_data import storage
from personal_data.content import CleanFile
from personal_data.errors import TooManyFiles
from personal_data.services.files import shown_name
from personal_data.services.subjects import create_subject, hold_active
from policies.models import PolicyVersion

MAX_FILES = 5


@dataclass(frozen=True)
class DueMoments:
    """When a case must be answered; each is the first moment after its last day."""

    first_reply_due_at: datetime
    target_at: datetime
    limit_at: datetime
    rule_from: date
    calendar_version: int


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
    contact_kind: str = ContactKind.EMAIL


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
    received_at: datetime | None = None,
    channel: str = IntakeChannel.PORTAL,
    by: Actor,
    now: datetime,
) -> tuple[Case, bool]:
    """Store a case and record it. Returns the case and whether this call made it.

    The same `form_token` again returns the first case, also when two requests arrive at once. A guest becomes a data
    subject with keys of its own. Raises SubjectGone, TooManyFiles, OSError.
    """
    known = _filed_already(model, form_token)
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            return (
                _store(
                    model, form_token, sender, text, due, version, extra, uploads, received_at or now, channel, by, now
                ),
                True,
            )
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
    received_at: datetime,
    channel: str,
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
        channel=channel,
        contact_kind=sender.contact_kind,
        received_at=received_at,
        filed_at=now,
        verified_at=None if guest else now,
        rule_from=due.rule_from,
        calendar_version=due.calendar_version,
        round_started_at=received_at,
        first_reply_due_at=due.first_reply_due_at,
        target_at=due.target_at,
        limit_at=due.limit_at,
        **extra,
    )
    key = sealing.evidence_key(subject_id)
    sealing.seal_into_case(case, text=text, address=sender.address, key=key)
    schedule(case, now=now, save=False)
    case.save(force_insert=True)
    mark_open_cases(case, now=now)
    attach(case, uploads, key=key, now=now)
    for_person = channel != IntakeChannel.PORTAL
    note(
        case,
        CaseEvent.FILED_FOR_PERSON if for_person else CaseEvent.FILED,
        by=by,
        now=now,
        details={"reference": case.reference, "policy": version.number, "files": len(uploads), "channel": channel},
    )
    auto_assign(case, now=now)
    return case


def attach(
    case: Case, uploads: Sequence[Upload], *, key: bytes, now: datetime, message: CaseMessage | None = None
) -> None:
    """Keep files with a locked case, or with a message in its thread; the caller records it.

    Raises TooManyFiles, OSError.
    """
    if len(uploads) > MAX_FILES:
        raise TooManyFiles(gettext("At most %(count)s files, please.") % {"count": MAX_FILES})
    for upload in uploads:
        row = case.attachments.model(
            case=case, message=message, mime=upload.file.mime, size=len(upload.file.data), added_at=now
        )
        sealing.seal_name(row, name=shown_name(upload.name, upload.file.mime), key=key)
        # Bytes before the row: a crash leaves sealed bytes nobody points at, which the orphan sweep removes.
        storage.write_blob(row.pk, upload.file.data, key=key)
        row.save(force_insert=True)
