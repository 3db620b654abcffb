"""The demo's requests: one at each stage, from an address nobody confirmed to one refused by two colleagues."""

import uuid
from datetime import datetime, timedelta

from accounts.models import User
from cases.enums import IntakeChannel
from cases.services.assigning import take
from cases.services.filing import Sender
from cases.services.verifying import mark_verified
from core.actors import GUEST
from dsr_requests.enums import ExtensionReason, Ground, RequestKind, Verdict
from dsr_requests.models import Decision, Request
from dsr_requests.planning import digest_of
from dsr_requests.services.deciding import decide, planned
from dsr_requests.services.extending import extend
from dsr_requests.services.filing import file_request
from dsr_requests.services.identifying import ask_for_sender_alone
from dsr_requests.services.offering import open_with_offer
from dsr_requests.services.recording_for import record_for_person
from dsr_requests.services.seconding import second
from dsr_requests.wishes import Wish
from policies import selectors as policies
from policies.models import PolicyVersion
from privacy_portal import demo_people as words

MOMENT = timedelta(milliseconds=10)  # between one step and the next, so that each stands in its place
NAME = "full-name"  # what every pack that ships calls it
_EVERYTHING_GOES = Wish(RequestKind.DELETE, everything=True)


def fill(people: dict[str, User], version: PolicyVersion, *, now: datetime) -> None:
    """Put a request at each stage."""
    _of_members(people, version, now=now)
    _of_guests(people, now=now)


def _of_members(people: dict[str, User], version: PolicyVersion, *, now: datetime) -> None:
    """A copy the portal makes by itself, a correction in hand, one proposed by staff, and a refusal."""
    person, english, agent, officer = (people[key] for key in ("person", "person_en", "agent", "dpo"))
    _file(person, words.RESIDENTS[0].email, Wish(RequestKind.COPY), words.REQUEST_OF_PERSON, proved=True, now=now)
    if policies.field(version, NAME) is not None:
        wish = Wish(RequestKind.CORRECT, values={NAME: words.NAME_IN_ENGLISH})
        correction = _file(english, words.RESIDENTS[1].email, wish, words.REQUEST_IN_ENGLISH, proved=True, now=now)
        take(kind=Request.kind, case_id=correction.pk, by=agent, now=now + MOMENT)
        open_with_offer(
            form_token=uuid.uuid4(),
            subject_id=person.subject_id,
            field=NAME,
            value=words.NAME_PROPOSED,
            words=words.WORDS_OF_PROPOSAL,
            by=officer,
            now=now + MOMENT,
        )
    refused = _file(person, words.RESIDENTS[0].email, _EVERYTHING_GOES, words.REQUEST_REFUSED, proved=True, now=now)
    decision = _judge(
        refused, Verdict.REFUSE, ground=Ground.MUST_KEEP, words_=words.WORDS_OF_REFUSAL, by=agent, now=now + MOMENT
    )
    second(decision_id=decision.pk, seen_digest=bytes(decision.digest), by=officer, now=now + 4 * MOMENT)


def _of_guests(people: dict[str, User], *, now: datetime) -> None:
    """One nobody confirmed, one told on the phone, one that waits for a second person, and one that takes longer."""
    agent, officer = people["agent"], people["dpo"]
    _file(None, words.GUEST_ADDRESSES[0], Wish(RequestKind.VIEW), "", now=now)
    record_for_person(
        form_token=uuid.uuid4(),
        sender=Sender(address=words.GUEST_ADDRESSES[1], language="vi"),
        wish=Wish(RequestKind.PROTECT),
        text=words.REQUEST_ON_PHONE,
        channel=IntakeChannel.PHONE,
        received_at=now - timedelta(days=1),
        by=agent,
        now=now,
    )
    waiting = _known_guest(words.GUEST_ADDRESSES[2], _EVERYTHING_GOES, words.REQUEST_TO_DELETE, now=now)
    _judge(waiting, Verdict.ACCEPT, by=agent, now=now + 2 * MOMENT)
    longer = _known_guest(words.GUEST_ADDRESSES[3], Wish(RequestKind.OBJECT, everything=True), "", now=now)
    take(kind=Request.kind, case_id=longer.pk, by=officer, now=now + 2 * MOMENT)
    extend(
        request_id=longer.pk,
        days=7,
        reason=ExtensionReason.RECIPIENTS,
        words=words.WORDS_OF_EXTENSION,
        by=officer,
        now=now + 3 * MOMENT,
    )


def _known_guest(address: str, wish: Wish, text: str, *, now: datetime) -> Request:
    """A guest who confirmed the address and asks about what was sent under it."""
    filed = _file(None, address, wish, text, now=now)
    mark_verified(kind=Request.kind, case_id=filed.pk, by=GUEST, now=now + MOMENT)
    return ask_for_sender_alone(request_id=filed.pk, by=GUEST, now=now + MOMENT)


def _file(user: User | None, address: str, wish: Wish, text: str, *, proved: bool = False, now: datetime) -> Request:
    sender = Sender(
        address=address,
        language=user.language if user else "vi",
        subject_id=user.subject_id if user else None,
    )
    return file_request(
        form_token=uuid.uuid4(), sender=sender, wish=wish, text=text, proved=proved, by=user or GUEST, now=now
    ).request


def _judge(
    request: Request, verdict: Verdict, *, ground: str = "", words_: str = "", by: User, now: datetime
) -> Decision:
    """What the colleague who takes it decides, with its plan before the eyes."""
    if request.assignee_id is None:
        take(kind=Request.kind, case_id=request.pk, by=by, now=now)
    seen = digest_of(planned(request, verdict, now=now + MOMENT), request)
    return decide(
        request_id=request.pk,
        verdict=verdict,
        ground=ground,
        words=words_,
        seen_digest=seen,
        form_token=uuid.uuid4(),
        by=by,
        now=now + MOMENT,
    )
