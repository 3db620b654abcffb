"""People who ask, and who they are taken for: steps shared by the tests of identity and of impostors."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from accounts.models import User
from cases.enums import CodeAnswer
from cases.models import OneTimeCode
from cases.services.filing import Sender, Upload
from cases.services.verifying import mark_verified, verify_with_code
from core.actors import GUEST, SYSTEM, Actor
from dsr_requests.enums import Method, RepresentativeKind, RequestKind
from dsr_requests.models import Request, Verification
from dsr_requests.services.codes_to_held import answer_code, begin_code, send_codes
from dsr_requests.services.filing import file_request
from dsr_requests.wishes import Mandate, Wish
from personal_data.content import CleanFile
from personal_data.enums import Source
from personal_data.models import DataItem, DataSubject
from personal_data.services.holding import write_item
from personal_data.services.subjects import create_subject
from tests.cases.fixtures import mails_of

HELD_ADDRESS = "minh.anh@example.com"
HELD_NUMBER = "0912 345 678"
STRANGER = "ke.la@example.net"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def person_held(
    *, now: datetime, address: str = HELD_ADDRESS, number: str = HELD_NUMBER, source: str = Source.IMPORT
) -> DataSubject:
    """A customer without an account, held with an address and a number."""
    person = create_subject(by=SYSTEM, now=now, language="en")
    for field, value in (("full-name", "Lê Minh Anh"), ("email", address), ("phone", number)):
        if value:
            write_item(subject_id=person.pk, field=field, value=value, source=source, by=SYSTEM, now=now)
    return person


def item_of(person: DataSubject, field: str) -> DataItem:
    return DataItem.objects.get(subject=person, field=field)


def ask(
    *,
    now: datetime,
    address: str = STRANGER,
    kind: RequestKind = RequestKind.VIEW,
    subject_id: UUID | None = None,
    proved: bool = False,
    by: Actor = GUEST,
    mandate: Mandate | None = None,
    **named: object,
) -> Request:
    """File a request; a guest's unless `subject_id` is given."""
    wish = Wish(kind=kind, everything=not named, mandate=mandate, **named)  # type: ignore[arg-type]
    filed = file_request(
        form_token=uuid4(),
        sender=Sender(address=address, language="en", subject_id=subject_id),
        wish=wish,
        text="",
        proved=proved,
        by=by,
        now=now,
    )
    return filed.request


def mandate(
    kind: RepresentativeKind = RepresentativeKind.ATTORNEY,
    *,
    contact: str = HELD_ADDRESS,
    until: date | None = None,
    seven: bool = False,
) -> Mandate:
    return Mandate(kind, "Trần Văn Bình", "Lê Minh Anh", contact, until, seven)


def prove_address(request: Request, *, now: datetime) -> Request:
    """The guest answers the code mailed when the request was filed."""
    code_row = OneTimeCode.objects.filter(case_ref=request.target, purpose="VERIFY").latest("created_at")
    code = mails_of("case-verify")[-1].code
    outcome = verify_with_code(kind="request", case_id=request.pk, code_id=code_row.pk, typed=code, now=now)
    assert outcome == CodeAnswer.RIGHT
    return fresh(request)


def open_to_sender(request: Request, *, now: datetime) -> Request:
    """The address of the request counts as proved."""
    mark_verified(kind="request", case_id=request.pk, by=GUEST, now=now)
    return fresh(request)


def begin(
    request: Request, typed: str, *, now: datetime, method: Method = Method.CODE_MAIL, by: Actor = GUEST
) -> Verification:
    """Ask for a code and let the worker write what it has to."""
    check = begin_code(request_id=request.pk, method=method, typed=typed, by=by, now=now)
    send_codes(now=now)
    return check


def answer(request: Request, check: Verification, typed: str, *, now: datetime, by: Actor = GUEST) -> CodeAnswer:
    return answer_code(request_id=request.pk, verification_id=check.pk, typed=typed, by=by, now=now)


def identity_codes() -> list[tuple[str, str]]:
    """Whom codes to held addresses went to, and the codes, oldest first."""
    return [(mail.to, mail.code) for mail in mails_of("identity-code")]


def evidence_file(name: str = "giay.pdf") -> Upload:
    return Upload(name, CleanFile("application/pdf", b"%PDF-1.4 made up"))


def fresh(request: Request) -> Request:
    return Request.objects.get(pk=request.pk)


def taken(request: Request, by: User, *, now: datetime) -> Request:
    """A colleague has the request."""
    from cases.services.assigning import take

    take(kind="request", case_id=request.pk, by=by, now=now)
    return fresh(request)


Staff = Callable[..., User]
