"""Evidence of who is asking: none by default. Where staff must ask, the reason is coded, the file is sealed under the
sender's evidence key, seen by whoever decides alone, each look recorded, and deleted with the decision.

Who has neither an account nor an e-mail address opens no page: what comes by letter or in person is taken in by staff,
and judged by an officer who did not take it in.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from cases import sealing
from cases.enums import IntakeChannel
from cases.errors import ContentGone, ReasonMissing
from cases.guards import check_is_open
from cases.permissions import check_can_work_on, check_is_sender
from cases.services.filing import MAX_FILES, Upload
from cases.services.recording import note
from cases.services.scheduling import schedule
from cases.services.telling import tell_person
from core.actors import SYSTEM, Actor
from dsr_requests.enums import DemandReason, RequestEvent
from dsr_requests.errors import UnknownChoice
from dsr_requests.errors_identity import AskedAlready, EvidenceMissing, EvidenceNotAwaited, PersonCanSend
from dsr_requests.models import EvidenceDemand, IdentityFile, Request
from dsr_requests.selectors_identity import open_demands, opens_no_page, takes_evidence
from dsr_requests.services.locking import lock_request
from personal_data import storage
from personal_data.errors import TooManyFiles
from personal_data.services.files import shown_name

MOST_FILES = 2 * MAX_FILES
# How a paper reaches us without the portal.
TAKEN_IN_BY = (IntakeChannel.POST, IntakeChannel.IN_PERSON)


def ask_evidence(*, request_id: int, reason: DemandReason, by: Actor, now: datetime) -> EvidenceDemand:
    """Ask the person for something that shows who is asking; the clock goes on. Once for each reason.

    Raises AskedAlready, CaseClosed, NotYours, RoleRefused, OwnCase, ContentGone.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_can_work_on(request, by=by)
        check_is_open(request)
        reason = DemandReason(reason)
        if request.evidence_demands.filter(reason=reason).exists():
            raise AskedAlready
        demand = EvidenceDemand.objects.create(case=request, reason=reason, asked_at=now)
        note(request, RequestEvent.EVIDENCE_ASKED, by=by, now=now, details={"reason": reason.value})
        tell_person(
            request, notice="identity-evidence", context={}, now=now, dedup=f"evidence:{request.target}:{reason.value}"
        )
    return demand


def give_evidence(*, request_id: int, uploads: Sequence[Upload], by: Actor, now: datetime) -> int:
    """Keep what the person sends to show who is asking. How many files were kept.

    Raises NotSender, CaseClosed, EvidenceNotAwaited, EvidenceMissing, TooManyFiles, ContentGone, OSError.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_is_sender(request, by=by)
        _keep(request, uploads, now=now)
        note(request, RequestEvent.EVIDENCE_GIVEN, by=by, now=now, details={"files": len(uploads)})
    return len(uploads)


def take_in_evidence(
    *, request_id: int, uploads: Sequence[Upload], channel: str, words: str, by: Actor, now: datetime
) -> int:
    """Keep what came by letter or in person from somebody no page opens for; `words` say how it came. How many files.

    Only what was asked for, or shows a mandate. It shows nothing by itself: an officer who did not take it in opens it
    and says what it shows. Raises PersonCanSend, ReasonMissing, UnknownChoice, CaseClosed, EvidenceNotAwaited,
    EvidenceMissing, TooManyFiles, NotYours, RoleRefused, OwnCase, ContentGone, OSError.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_can_work_on(request, by=by)
        if not opens_no_page(request):
            raise PersonCanSend
        if channel not in TAKEN_IN_BY:
            raise UnknownChoice
        if not words.strip():
            raise ReasonMissing
        _keep(request, uploads, now=now)
        details = {"files": len(uploads), "channel": channel}
        note(request, RequestEvent.EVIDENCE_GIVEN, by=by, now=now, details=details, words=words.strip())
    return len(uploads)


def _keep(request: Request, uploads: Sequence[Upload], *, now: datetime) -> None:
    """Seal files under a locked request."""
    check_is_open(request)
    if not takes_evidence(request):
        raise EvidenceNotAwaited
    if not uploads:
        raise EvidenceMissing
    if request.identity_files.count() + len(uploads) > MOST_FILES:
        raise TooManyFiles
    key = sealing.evidence_key(request.subject_id)
    for upload in uploads:
        row = IdentityFile(case=request, mime=upload.file.mime, size=len(upload.file.data), added_at=now)
        name = shown_name(upload.name, upload.file.mime)
        row.sealed_name = sealing.seal_text(key, name, _context(row))
        storage.write_blob(row.pk, upload.file.data, key=key)
        row.save(force_insert=True)
    open_demands(request).update(met_at=now)
    # From here on it waits for us, and does not end by itself.
    schedule(request, now=now)


def read_evidence(*, request_id: int, file_id: UUID, by: Actor, now: datetime) -> tuple[str, str, bytes]:
    """Name, type and bytes of one file, for whoever decides; each look is recorded.

    Raises NotYours, RoleRefused, OwnCase, ContentGone.
    """
    request = Request.objects.get(pk=request_id)
    check_can_work_on(request, by=by)
    row: IdentityFile | None = request.identity_files.filter(pk=file_id).first()
    if row is None:
        raise ContentGone
    key = sealing.evidence_key(request.subject_id)
    try:
        data = storage.read_blob(row.pk, key=key)
    except FileNotFoundError as error:
        raise ContentGone from error
    with transaction.atomic():
        details = {"file": str(row.pk), "fields": ["identity"]}
        note(request, RequestEvent.EVIDENCE_READ, by=by, now=now, details=details)
    return file_name(row, key=key), row.mime, data


def delete_identity_files(*, request: Request, by: Actor = SYSTEM, now: datetime) -> int:
    """Delete the evidence of a locked request, rows and bytes, in the caller's transaction. How many files went."""
    files = list(request.identity_files.all())
    for row in files:
        transaction.on_commit(partial(storage.remove_blob, row.pk))
        row.delete()
    if files:
        note(request, RequestEvent.EVIDENCE_DELETED, by=by, now=now, details={"files": len(files)})
    return len(files)


def file_name(row: IdentityFile, *, key: bytes) -> str:
    """What the person called a file. Raises ContentGone."""
    return sealing.open_text(key, row.sealed_name, _context(row))


def _context(row: IdentityFile) -> str:
    return f"dsr_requests.IdentityFile:name:{row.pk}"
