"""Requests brought along through the services alone, as people would."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts.models import User
from cases.enums import IntakeChannel
from cases.services.assigning import take
from cases.services.filing import Sender
from core.actors import GUEST
from dsr_requests.enums import Ground, Method, RequestKind, Strength, Verdict
from dsr_requests.models import Decision, Request
from dsr_requests.planning import digest_of
from dsr_requests.services.deciding import decide, planned
from dsr_requests.services.filing import file_request
from dsr_requests.services.identifying import identified
from dsr_requests.services.locking import lock_request
from dsr_requests.services.recording_for import record_for_person
from dsr_requests.services.seconding import second
from dsr_requests.wishes import Wish
from personal_data.models import DataSubject
from personal_data.services.holding import write_item
from tests.cases.fixtures import GUEST_ADDRESS, MEMBER_ADDRESS

WORDS = "Luật buộc chúng tôi giữ dữ liệu này."
# One wish of each kind; the codes are those of Clever Group's policy.
WISHES = {
    RequestKind.VIEW: Wish(RequestKind.VIEW),
    RequestKind.COPY: Wish(RequestKind.COPY),
    RequestKind.CORRECT: Wish(RequestKind.CORRECT, values={"full-name": "Trần Thị Lan"}),
    RequestKind.DELETE: Wish(RequestKind.DELETE, everything=True),
    RequestKind.RESTRICT: Wish(RequestKind.RESTRICT, purposes=("marketing",)),
    RequestKind.OBJECT: Wish(RequestKind.OBJECT, purposes=("marketing",)),
    RequestKind.WITHDRAW: Wish(RequestKind.WITHDRAW, everything=True),
    RequestKind.PROTECT: Wish(RequestKind.PROTECT),
}


def fresh(request: Request) -> Request:
    """The request as the database has it now."""
    return Request.objects.get(pk=request.pk)


def by_member(member: User, wish: Wish, *, now: datetime, proved: bool = False, **changes: Any) -> Request:
    """A request from the account."""
    sender = Sender(address=MEMBER_ADDRESS, language="en", subject_id=member.subject_id)
    said = {"form_token": uuid4(), "sender": sender, "wish": wish, "text": "", "by": member, "now": now}
    return file_request(**(said | changes), proved=proved).request  # type: ignore[arg-type]


def by_guest(wish: Wish, *, now: datetime, **changes: Any) -> Request:
    """A request from somebody without an account."""
    said = {
        "form_token": uuid4(),
        "sender": Sender(address=GUEST_ADDRESS, language="vi"),
        "wish": wish,
        "text": "",
        "by": GUEST,
        "now": now,
    }
    return file_request(**(said | changes)).request  # type: ignore[arg-type]


def by_staff(wish: Wish, *, by: User, now: datetime, **changes: Any) -> Request:
    """A request that came by e-mail, written down by staff."""
    said = {
        "form_token": uuid4(),
        "sender": Sender(address=GUEST_ADDRESS, language="vi"),
        "wish": wish,
        "text": "",
        "channel": IntakeChannel.EMAIL,
        "received_at": now,
        "by": by,
        "now": now,
    }
    return record_for_person(**(said | changes)).request  # type: ignore[arg-type]


def identify(request: Request, about: DataSubject | User, *, now: datetime) -> Request:
    """As after a code to an address that was held."""
    person = DataSubject.objects.get(pk=about.subject_id) if isinstance(about, User) else about
    with transaction.atomic():
        found = lock_request(request.pk)
        identified(request=found, about=person, method=Method.CODE_MAIL, strength=Strength.MEDIUM, by=GUEST, now=now)
    return fresh(request)


def hold(member: User, *, now: datetime, **values: str) -> None:
    """Values held on a member; underscores stand for the hyphens of codes."""
    for code, value in values.items():
        write_item(subject_id=member.subject_id, field=code.replace("_", "-"), value=value, by=member, now=now)


def judge(request: Request, verdict: Verdict, *, by: User, now: datetime, **changes: Any) -> Decision:
    """Decide with the plan as it is now before the eyes."""
    said: dict[str, Any] = {"words": WORDS, "form_token": uuid4(), **changes}
    if verdict != Verdict.ACCEPT:
        said.setdefault("ground", Ground.ABUSE)
    refused = (said.get("refused_fields", ()), said.get("refused_purposes", ()))
    plan = planned(fresh(request), verdict, *refused, now=now)
    said.setdefault("seen_digest", digest_of(plan, fresh(request)))
    return decide(request_id=request.pk, verdict=verdict, by=by, now=now, **said)


def approve(decision: Decision, *, by: User, now: datetime) -> Decision:
    """A second person approves what was decided."""
    return second(decision_id=decision.pk, seen_digest=bytes(decision.digest), by=by, now=now)


def refused(request: Request, *, by: User, second_by: User, now: datetime, **changes: Any) -> Request:
    """A request refused and closed by two colleagues; the first takes it, if nobody has it."""
    if fresh(request).assignee_id is None:
        take(kind="request", case_id=request.pk, by=by, now=now)
    approve(judge(request, Verdict.REFUSE, by=by, now=now, **changes), by=second_by, now=now)
    return fresh(request)
