"""When nobody established who asks: a reminder, a second chance, and after the time set a refusal with its reason (R6).

Never a silent end: the request is closed with a decision, and the person is told how to contest it. A request staff
work on ends by their decision alone.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, override

from cases.errors import ContentGone, MoveNotAllowed
from cases.marks import Mark
from cases.models import Case
from cases.services.recording import note
from cases.services.telling import tell_person
from core.actors import SYSTEM, Actor
from core.templatetags.portal import moment
from dsr_requests.enums import Ground, RequestEvent
from dsr_requests.models import Request
from dsr_requests.services import deciding
from dsr_requests.services.locking import lock_request


def remind(case: Case, mark: Mark, *, now: datetime) -> None:
    """Write to a person whose identity is not established yet: what to do, and until when."""
    with override(case.language):
        until = moment(mark.deadline_at)
    try:
        tell_person(
            case,
            notice="identity-reminder",
            context={"until": until, "is_proved": "1" if case.is_verified else ""},
            now=now,
            dedup=f"remind:{case.target}",
        )
    except ContentGone:
        # Nobody can be written to any more; that the moment came is noted all the same.
        return


def end_unidentified(case_id: int, *, now: datetime) -> None:
    """Refuse what nobody was identified for, for the sweep of deadline marks. Raises MoveNotAllowed."""
    if not refuse_unidentified(request_id=case_id, now=now):
        raise MoveNotAllowed


def refuse_unidentified(*, request_id: int, by: Actor = SYSTEM, now: datetime) -> bool:
    """Close with a reasoned refusal (R6). False when it is established who asks, or the time is not over."""
    with transaction.atomic():
        request = lock_request(request_id)
        if not _is_over(request, now=now):
            return False
        request.verifications.filter(passed_at=None, ended_at=None).update(ended_at=now)
        note(request, RequestEvent.IDENTITY_ENDED, by=by, now=now)
        deciding.refuse_by_itself(request=request, ground=Ground.UNVERIFIED, words=_words(request), now=now)
    return True


def _is_over(request: Request, *, now: datetime) -> bool:
    from cases.clock import further_of
    from cases.marks import unconfirmed

    ends = [mark.due_at for mark in unconfirmed(request, further_of(request))]
    return bool(ends) and max(ends) <= now


def _words(request: Request) -> str:
    with override(request.language):
        if request.is_verified:
            return gettext(
                "You confirmed your e-mail address, but nothing we hold is under it, and no other address or number "
                "that we hold was shown to be yours. We must not act on somebody's data without knowing that the "
                "person asks for it. You can send the request again at any time."
            )
        return gettext(
            "The e-mail address given with the request was not confirmed in time. We must not act on somebody's data "
            "without knowing that the person asks for it. You can send the request again at any time."
        )
