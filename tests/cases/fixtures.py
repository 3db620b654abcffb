"""People and cases for the tests of the outbox, of complaints and of requests."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.db import transaction
from django.db.models.expressions import RawSQL
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from accounts.services.registering import register_person
from accounts.services.staffing import create_staff
from audit.services.recording import record
from cases.models import Case
from cases.services.filing import Sender, Upload
from complaints.enums import Remedy
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, Filed, file_complaint
from core.actors import GUEST, SYSTEM
from core.encryption import unwrap
from dsr_requests.enums import RequestKind
from dsr_requests.models import Request
from dsr_requests.services.filing import file_request
from dsr_requests.wishes import Wish
from outbound.models import OutboxMessage
from outbound.notices import render
from policies.models import PolicyVersion
from policies.services.publishing import publish

PASSWORD = "một câu dài dễ nhớ"
GUEST_ADDRESS = "khach@example.com"
MEMBER_ADDRESS = "lan@example.com"
STORY = "Tôi nhận tin quảng cáo dù đã từ chối."


@dataclass(frozen=True)
class Mail:
    """A queued mail as its reader will see it."""

    notice: str
    to: str
    subject: str
    body: str

    @property
    def code(self) -> str:
        """The one-time code, alone on its line."""
        return next(line for line in self.body.splitlines() if re.fullmatch(r"\d{6}", line))


def queued() -> list[Mail]:
    """All mails in the outbox, oldest first; those of one moment in the order in which they were written."""
    found = []
    in_order = OutboxMessage.objects.order_by("created_at", "due_at", RawSQL("ctid", []))
    for message in in_order.filter(sealed_to__isnull=False):
        to = unwrap(bytes(message.sealed_to or b""), context=message.sealing_context("to")).decode()
        context = json.loads(unwrap(bytes(message.sealed_context or b""), context=message.sealing_context("context")))
        words = render(notice=message.notice, language=message.language, context=context, at=message.created_at)
        found.append(Mail(message.notice, to, words.subject, words.body))
    return found


def mails_of(notice: str) -> list[Mail]:
    """Queued mails of one notice."""
    return [mail for mail in queued() if mail.notice == notice]


def as_it_is(case: Case) -> Case:
    """The case as the database has it now."""
    return type(case)._default_manager.get(pk=case.pk)


def write_directly(case: Case, **changes: object) -> None:
    """Change a row past every rule of the code, with the entry the guard asks for."""
    with transaction.atomic():
        type(case)._default_manager.filter(pk=case.pk).update(**changes)
        record(event="test.changed", target=case.target, by=SYSTEM, now=case.received_at)


@pytest.fixture
def policy_in_force(now: datetime, transactional_db: None) -> PolicyVersion:
    """Clever Group's policy, in force when the clock stands still; no throttle of an earlier test."""
    cache.clear()
    return publish(slug="clever-group", by=SYSTEM, now=now, demo=True).version


@pytest.fixture
def staff(policy_in_force: PolicyVersion, now: datetime) -> Callable[..., User]:
    """Members of staff, made on demand: `staff("dpo")`, `staff("agent", "Bình")`."""

    def make(role: str, name: str = "") -> User:
        return create_staff(
            address=f"{name or role}@example.org".lower(),
            password=PASSWORD,
            role=Role(role),
            staff_name=name or role,
            language="en",
            by=SYSTEM,
            now=now,
        )

    return make


@pytest.fixture
def agent(staff: Callable[..., User]) -> User:
    return staff("agent", "An")


@pytest.fixture
def other_agent(staff: Callable[..., User]) -> User:
    return staff("agent", "Binh")


@pytest.fixture
def dpo(staff: Callable[..., User]) -> User:
    return staff("dpo")


@pytest.fixture
def member(policy_in_force: PolicyVersion, now: datetime) -> User:
    """Someone with an account."""
    return register_person(address=MEMBER_ADDRESS, password=PASSWORD, language="en", by=SYSTEM, now=now)


@pytest.fixture
def complain(policy_in_force: PolicyVersion, now: datetime) -> Callable[..., Filed]:
    """File a complaint; a guest's unless `subject_id` is given."""

    def make(
        *,
        subject_id: UUID | None = None,
        address: str = GUEST_ADDRESS,
        language: str = "en",
        token: UUID | None = None,
        category: str = "unwanted-marketing",
        uploads: tuple[Upload, ...] = (),
        at: datetime | None = None,
    ) -> Filed:
        return file_complaint(
            form_token=token or uuid4(),
            sender=Sender(address=address, language=language, subject_id=subject_id),
            content=ComplaintText(STORY, category, Remedy.STOP, ["email"], ["marketing"]),
            uploads=uploads,
            by=GUEST,
            now=at or now,
        )

    return make


@pytest.fixture
def complaint(complain: Callable[..., Filed]) -> Complaint:
    """A guest's complaint nobody has taken."""
    return complain().complaint


@pytest.fixture
def request_case(policy_in_force: PolicyVersion, now: datetime) -> Request:
    """A guest's request for deletion."""
    return file_request(
        form_token=uuid4(),
        sender=Sender(address=GUEST_ADDRESS, language="vi"),
        wish=Wish(RequestKind.DELETE, everything=True),
        text="Xóa số điện thoại cũ.",
        by=GUEST,
        now=now,
    ).request


def signed_in(user: User) -> Client:
    """A browser in which someone is signed in."""
    browser = Client()
    browser.force_login(user)
    return browser
