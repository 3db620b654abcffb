"""Taking in a request: the acknowledgement with the procedure leaves at once, well within the two working days."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import override

from cases.enums import CodePurpose
from cases.errors import PolicyMissing
from cases.explaining import last_day
from cases.models import OneTimeCode
from cases.services.acknowledging import acknowledge_by_mail
from cases.services.codes import code_for_case
from cases.services.filing import DueMoments, Sender, file_case
from cases.services.telling import tell_person
from core.actors import Actor
from core.clock import local_date
from core.deadlines import compute
from core.rules import period_rule
from core.selectors import working_calendar
from core.templatetags.portal import day
from dsr_requests.enums import RequestKind
from dsr_requests.models import Request
from policies import selectors as policies


@dataclass(frozen=True)
class Filed:
    """A request taken in; `code` is the row of the code a guest must answer, None when none was sent by this call."""

    request: Request
    code: OneTimeCode | None


def file_request(
    *, form_token: UUID, sender: Sender, asked_for: RequestKind, text: str, by: Actor, now: datetime
) -> Filed:
    """File a request under the rules in effect. The same form returns the first. Raises PolicyMissing, SubjectGone."""
    version = policies.version_in_force(now)
    if version is None:
        raise PolicyMissing
    rule = period_rule(asked_for, on=local_date(now))
    calendar = working_calendar()
    dates = compute(rule, received_at=now, calendar=calendar)
    assert dates.acknowledge is not None
    with transaction.atomic():
        case, created = file_case(
            model=Request,
            form_token=form_token,
            sender=sender,
            text=text,
            due=DueMoments(dates.acknowledge.at, dates.target.at, dates.limit.at, rule.version, calendar.version),
            version=version,
            extra={"asked_for": asked_for, "article": rule.article},
            by=by,
            now=now,
        )
        assert isinstance(case, Request)
        code = _tell(case, now=now) if created else None
    return Filed(case, code)


def _tell(request: Request, *, now: datetime) -> OneTimeCode | None:
    with override(request.language):
        context = {
            "asked_for": str(RequestKind(request.asked_for).label),
            "target": day(last_day(request.target_at)),
            "limit": day(last_day(request.limit_at)),
        }
    tell_person(request, notice="request-received", context=context, now=now, dedup=f"received:{request.target}")
    acknowledge_by_mail(request, now=now)
    if not request.awaits_proof:
        return None
    row, code = code_for_case(request, purpose=CodePurpose.VERIFY, now=now)
    tell_person(request, notice="case-verify", context={"code": code}, now=now)
    return row
