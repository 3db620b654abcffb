"""What evidence shows, said by somebody who has opened every file of it: for an identity, and for what staff took in,
an officer, and never the one who took it in.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.selectors import entries_about
from audit.services.recording import actor_reference
from cases.errors import ReasonMissing
from cases.guards import check_is_open
from cases.permissions import check_can_work_on
from core.actors import Actor
from dsr_requests.enums import Method, RequestEvent, Strength
from dsr_requests.errors_identity import EvidenceMissing, EvidenceUnread, MadeForAnother, OfficerOnly, TakenInYourself
from dsr_requests.models import Request
from dsr_requests.services.identifying import identified
from dsr_requests.services.locking import lock_request
from personal_data.models import DataSubject
from personal_data.selectors_merged import is_own

OFFICER = "dpo"


def accept_evidence(*, request_id: int, subject_id: UUID, words: str, by: Actor, now: datetime) -> Request:
    """An officer examined what was sent and says whose data the request is about; `words` say what showed it.

    Raises OfficerOnly, MadeForAnother, ReasonMissing, EvidenceMissing, EvidenceUnread, TakenInYourself,
    IdentifiedAlready, SubjectGone, CaseClosed, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_can_work_on(request, by=by)
        check_is_open(request)
        if by.audit_role != OFFICER or is_own([subject_id], by=by):
            raise OfficerOnly
        if hasattr(request, "representative"):
            raise MadeForAnother
        if not words.strip():
            raise ReasonMissing
        check_was_read(request, by=by)
        identified(
            request=request,
            about=DataSubject.objects.get(pk=subject_id),
            method=Method.EVIDENCE,
            strength=Strength.MEDIUM,
            by=by,
            now=now,
            words=words,
        )
    return request


def check_was_read(request: Request, *, by: Actor) -> None:
    """Whoever decides what evidence shows has opened every file, and brought none of it.

    Raises EvidenceMissing, EvidenceUnread, OfficerOnly, TakenInYourself.
    """
    files = {str(pk) for pk in request.identity_files.values_list("pk", flat=True)}
    if not files:
        raise EvidenceMissing
    looks = entries_about(request.target).filter(
        event=request.event(RequestEvent.EVIDENCE_READ), actor=actor_reference(by)
    )
    if not files <= {details.get("file") for details in looks.values_list("details", flat=True)}:
        raise EvidenceUnread
    taken_in = entries_about(request.target).filter(
        event=request.event(RequestEvent.EVIDENCE_GIVEN), details__has_key="channel"
    )
    if taken_in.exists() and by.audit_role != OFFICER:
        raise OfficerOnly
    if taken_in.filter(actor=actor_reference(by)).exists():
        raise TakenInYourself
