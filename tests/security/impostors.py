"""The stage of the drill: two victims, one impostor with a browser, and what must be untouched at the end."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from cases.models import OneTimeCode
from cases.services.assigning import take
from cases.services.codes import send_pending
from cases.services.filing import Sender
from cases.services.verifying import mark_verified
from complaints.enums import Remedy
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, file_complaint
from consent.models import LedgerEntry
from core.actors import GUEST, SYSTEM
from dsr_requests.models import Decision, FulfilmentStep, Request
from dsr_requests.services.codes_to_held import send_codes
from personal_data.models import DataItem, DataSubject, ErasureRun, Merge, Package, UseLimit
from personal_data.services.holding import write_item
from tests.cases.fixtures import Mail, mails_of, queued
from tests.dsr_requests.asking import HELD_NUMBER, STRANGER, person_held

# What the impostor knows already proves nothing by showing up; these two nobody knows but the victims and we.
SECRET_HELD = "12 ngõ Bí Mật"
SECRET_MEMBER = "34 ngõ Kín Đáo"
KNOWN = "Tôi là Lê Minh Anh, sinh ngày 02/09/1990, điện thoại 0912 345 678, chưa đổi số bao giờ."
MEMBER_NUMBER = "0905 111 222"

NEW = "/en/requests/new/{kind}/"
RECEIVED = "/en/track/received/"
TRACK = "/en/track/"
CODE = "/en/track/code/"
CASE = "/en/track/case/"
IDENTITY = "/en/requests/case/identity/"
IDENTITY_CODE = "/en/requests/case/identity/code/"
ALONE = "/en/requests/case/identity/alone/"

MORE = {
    "correct": {"value-full-name": "Kẻ Lạ"},
    "delete": {"extent": "all"},
    "restrict": {"extent": "all"},
    "object": {"extent": "chosen", "chosen_purposes": ["marketing"]},
    "withdraw": {"extent": "all"},
    "protect": {"text": KNOWN},
}


@dataclass
class Stage:
    """Everybody of one script, and every page the impostor got to see."""

    now: datetime
    member: User
    held: DataSubject
    agent: User
    dpo: User
    staff: Callable[..., User]
    browser: Client = field(default_factory=Client)
    seen: list[str] = field(default_factory=list)
    addresses: set[str] = field(default_factory=lambda: {STRANGER})
    genuine: set[int] = field(default_factory=set)

    @property
    def victims(self) -> tuple[UUID, UUID]:
        return self.held.pk, self.member.subject_id

    def get(self, url: str, browser: Client | None = None) -> HttpResponse:
        return self._kept((browser or self.browser).get(url, follow=True))

    def post(self, url: str, data: dict[str, object], browser: Client | None = None) -> HttpResponse:
        return self._kept((browser or self.browser).post(url, data, follow=True))

    def files(self, kind: str = "view", *, address: str = STRANGER, text: str = KNOWN) -> Request:
        """Send a request from an address the impostor can read, and prove that address."""
        self.addresses.add(address)
        data = {"form_token": str(uuid4()), "address": address, "text": text, **MORE.get(kind, {})}
        self.post(NEW.format(kind=kind), data)
        request = Request.objects.latest("pk")
        self.post(RECEIVED, {"code": mails_of("case-verify")[-1].code})
        return Request.objects.get(pk=request.pk)

    def asks_for_code(self, contact: str, method: str = "CODE_MAIL") -> None:
        self.post(IDENTITY, {"method": method, "contact": contact})
        send_codes(now=self.now)

    def types(self, code: str) -> None:
        self.post(IDENTITY_CODE, {"code": code})

    def mails_to(self, address: str) -> list[Mail]:
        return [mail for mail in queued() if mail.to == address]

    def takes_complaint(self, complaint: Complaint) -> None:
        take(kind="complaint", case_id=complaint.pk, by=self.agent, now=self.now)

    def reads_mail(self) -> str:
        """Everything sent to an address the impostor can read."""
        return "\n".join(mail.subject + mail.body for mail in queued() if mail.to in self.addresses)

    def _kept(self, answer: HttpResponse) -> HttpResponse:
        self.seen.append(answer.content.decode())
        return answer


def set_stage(*, now: datetime, member: User, agent: User, dpo: User, staff: Callable[..., User]) -> Stage:
    held = person_held(now=now)
    write_item(subject_id=held.pk, field="address", value=SECRET_HELD, source="IMPORT", by=SYSTEM, now=now)
    for name, value in (("address", SECRET_MEMBER), ("phone", MEMBER_NUMBER)):
        write_item(subject_id=member.subject_id, field=name, value=value, by=member, now=now)
    return Stage(now, member, held, agent, dpo, staff)


def check_nothing_gained(stage: Stage) -> None:
    """No request is about a victim, nothing runs, nothing was shown, told or confirmed."""
    others = Request.objects.exclude(pk__in=stage.genuine).exclude(subject__in=stage.victims)
    assert not others.filter(about__in=stage.victims).exists()
    victims = {"subject__in": stage.victims}
    assert not Package.objects.filter(**victims).exists()
    assert not UseLimit.objects.filter(**victims).exists()
    assert not Merge.objects.filter(kept__in=stage.victims, state="MERGED").exists()
    assert not LedgerEntry.objects.filter(subject_ref__in=stage.victims).exists()
    assert not ErasureRun.objects.filter(plan__scope="EVERYTHING").exists()
    assert not FulfilmentStep.objects.filter(case__about__in=stage.victims).exists()
    assert not Decision.objects.filter(case__about__in=stage.victims, effective_at__isnull=False).exists()
    assert DataItem.objects.filter(subject=stage.held).count() == 4
    assert DataSubject.objects.filter(pk__in=stage.victims, state="ACTIVE").count() == 2
    for told in (*stage.seen, stage.reads_mail()):
        assert SECRET_HELD not in told and SECRET_MEMBER not in told
        assert not re.search(r"(?<!\d)(\+84|0)912 ?345 ?678", told.replace(HELD_NUMBER, "")), "a number was told"


def own_code(address: str) -> str:
    return next(mail.code for mail in reversed(mails_of("case-code")) if mail.to == address)


def opens_own_case(stage: Stage, request: Request, *, address: str = STRANGER) -> None:
    """Look the own request up with its reference and the code mailed."""
    stage.post(TRACK, {"reference": request.reference, "address": address})
    send_pending(now=stage.now)
    stage.post(CODE, {"code": own_code(address)})


def complains(stage: Stage, *, address: str, text: str, subject_id: UUID | None = None) -> Complaint:
    """A complaint whose address is proved."""
    filed = file_complaint(
        form_token=uuid4(),
        sender=Sender(address=address, language="en", subject_id=subject_id),
        content=ComplaintText(text, "unwanted-marketing", Remedy.STOP, ["email"], ["marketing"]),
        by=GUEST,
        now=stage.now,
    )
    mark_verified(kind="complaint", case_id=filed.complaint.pk, by=GUEST, now=stage.now)
    return filed.complaint


def bare(page: str) -> str:
    """A page without what is random in every page."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    page = re.sub(r'nonce="[^"]*"', "", page)
    return re.sub(r'value="[^"]*"', "", page)


def codes_made() -> int:
    """Codes to held values that exist at all."""
    return OneTimeCode.objects.filter(purpose="IDENTIFY", code_hash__isnull=False).count()
