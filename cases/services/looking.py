"""Looks by staff. Each is recorded and stands in the person's access log."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit.selectors import entries_about
from audit.services.recording import actor_reference
from cases import sealing
from cases.enums import CaseEvent
from cases.errors import ContentGone, ReasonMissing
from cases.models import Case, CaseAttachment
from cases.permissions import check_can_see_content, check_can_work_on
from cases.registry import case_kinds
from cases.services.recording import note
from core.actors import Actor
from personal_data import storage

# One look at a page is one entry, however often it is loaded again in this time.
SAME_LOOK = timedelta(minutes=15)


def note_look(case: Case, *, by: Actor, now: datetime) -> None:
    """Record that staff saw what a case says. Raises NotTaken, RoleRefused, OwnCase."""
    check_can_see_content(case, by=by)
    event = case.event(CaseEvent.READ)
    recent = entries_about(case.target).filter(event=event, actor=actor_reference(by), at__gt=now - SAME_LOOK)
    if recent.exists():
        return
    with transaction.atomic():
        note(case, CaseEvent.READ, by=by, now=now, details={"fields": ["text", "thread"]})


def reveal_contact(*, kind: str, case_id: int, reason: str, by: Actor, now: datetime) -> str:
    """The person's address in clear, for a reason the person can read.

    Raises ReasonMissing, NotYours, RoleRefused, OwnCase, ContentGone.
    """
    case = case_kinds()[kind]._default_manager.get(pk=case_id)
    check_can_work_on(case, by=by)
    if not reason.strip():
        raise ReasonMissing
    address = sealing.contact_of(case, key=sealing.evidence_key(case.subject_id))
    with transaction.atomic():
        note(case, CaseEvent.CONTACT_REVEALED, by=by, now=now, details={"fields": ["contact"]}, words=reason.strip())
    return address


def read_attachment(
    *, kind: str, case_id: int, attachment_id: UUID, by: Actor, now: datetime
) -> tuple[str, str, bytes]:
    """Name, type and bytes of a file sent with a case. Raises NotTaken, RoleRefused, OwnCase, ContentGone."""
    case = case_kinds()[kind]._default_manager.get(pk=case_id)
    check_can_see_content(case, by=by)
    attachment: CaseAttachment | None = case.attachments.filter(pk=attachment_id).first()
    if attachment is None:
        raise ContentGone
    key = sealing.evidence_key(case.subject_id)
    try:
        data = storage.read_blob(attachment.pk, key=key)
    except FileNotFoundError as error:
        raise ContentGone from error
    with transaction.atomic():
        note(
            case,
            CaseEvent.ATTACHMENT_READ,
            by=by,
            now=now,
            details={"file": str(attachment.pk), "fields": ["attachment"]},
        )
    return sealing.attachment_name(attachment, key=key), attachment.mime, data
