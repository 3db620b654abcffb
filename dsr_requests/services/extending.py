"""What moves the dates of a request: one extension, told in time with its reason; another company that has to act."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import override

from cases.clock import rule_of
from cases.enums import AuthorRole, ClockKind
from cases.permissions import check_can_work_on
from cases.services.messaging import add_message, note_first_reply
from cases.services.recording import note
from cases.services.telling import tell_person
from core.actors import Actor
from core.citations import cite
from dsr_requests.enums import ExtensionReason, RequestEvent
from dsr_requests.errors import WordsMissing
from dsr_requests.guards import check_may_extend, check_may_set_processor
from dsr_requests.models import Request
from dsr_requests.services.dating import dates_told, move_dates
from dsr_requests.services.locking import lock_request


def extend(*, request_id: int, days: int, reason: ExtensionReason, words: str, by: Actor, now: datetime) -> Request:
    """Take more time, once and before the first date passes; the person gets the coded reason and the words at once.

    The same extension again changes nothing. Raises WordsMissing, ExtendedAlready, FirstDatePassed, DaysImpossible,
    CaseClosed, NotYours, RoleRefused, OwnCase, ContentGone.
    """
    reason = ExtensionReason(reason)
    with transaction.atomic():
        request = lock_request(request_id)
        check_can_work_on(request, by=by)
        if request.clock_events.filter(kind=ClockKind.EXTENSION, days=days, reason=reason.value).exists():
            return request
        rule = rule_of(request)
        check_may_extend(request, days=days, rule=rule, now=now)
        if not words.strip():
            raise WordsMissing
        moved = move_dates(request, kind=ClockKind.EXTENSION, days=days, reason=reason.value, now=now)
        add_message(request, text=words, form_token=uuid4(), author_role=AuthorRole.STAFF, now=now)
        note_first_reply(request, now=now)
        details = {"reason": reason.value, "days": days, **moved}
        note(request, RequestEvent.EXTENDED, by=by, now=now, details=details)
        with override(request.language):
            told = {"reason": str(reason.label), "article": cite(rule.article)}
        _tell(request, "request-extended", told, now=now)
    return request


def set_processor(*, request_id: int, by: Actor, now: datetime) -> Request:
    """Another company has to act: the law gives longer for that. The person is told the new dates; twice is once.

    Raises NoProcessorPeriod, FirstDatePassed, ProcessorSet, CaseClosed, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_can_work_on(request, by=by)
        rule = rule_of(request)
        check_may_set_processor(request, rule=rule, now=now)
        moved = move_dates(request, kind=ClockKind.PROCESSOR, now=now)
        note(request, RequestEvent.PROCESSOR_SET, by=by, now=now, details=moved)
        with override(request.language):
            told = {"article": cite(rule.article)}
        _tell(request, "request-processor", told, now=now)
    return request


def _tell(request: Request, notice: str, told: dict[str, str], *, now: datetime) -> None:
    context = {**dates_told(request), **told}
    tell_person(request, notice=notice, context=context, now=now, dedup=f"{notice}:{request.target}")
