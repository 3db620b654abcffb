"""People at the door."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from accounts.services.registering import register_person
from accounts.services.staffing import create_staff
from core import clock
from core.actors import SYSTEM
from core.encryption import unwrap
from outbound.models import OutboxMessage
from outbound.notices import render

PASSWORD = "một câu dài dễ nhớ"
ADDRESS = "Lan.Nguyen@example.com"


@dataclass(frozen=True)
class Mail:
    """A queued mail as its reader will see it."""

    notice: str
    to: str
    subject: str
    body: str

    @property
    def code(self) -> str:
        """The one-time code, which stands alone on its line."""
        return next(line for line in self.body.splitlines() if re.fullmatch(r"\d{8}", line))


@pytest.fixture(autouse=True)
def _no_old_throttles(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def mails() -> Callable[[], list[Mail]]:
    """All mails queued so far, oldest first."""

    def read() -> list[Mail]:
        found = []
        for message in OutboxMessage.objects.filter(sealed_to__isnull=False).order_by("created_at", "due_at"):
            to = unwrap(bytes(message.sealed_to or b""), context=message.sealing_context("to")).decode()
            context = json.loads(
                unwrap(bytes(message.sealed_context or b""), context=message.sealing_context("context"))
            )
            rendered = render(notice=message.notice, language=message.language, context=context, at=message.created_at)
            found.append(Mail(message.notice, to, rendered.subject, rendered.body))
        return found

    return read


@pytest.fixture
def person(db: None, now: datetime) -> User:
    """Someone with an account and a proved address."""
    return register_person(address=ADDRESS, password=PASSWORD, language="en", by=SYSTEM, now=now)


@pytest.fixture
def staff(db: None, now: datetime) -> Callable[..., User]:
    """Members of staff, made on demand: `staff("dpo")`, `staff("agent", "b@example.com")`."""

    def make(role: str, address: str = "") -> User:
        return create_staff(
            address=address or f"{role}@example.com",
            password=PASSWORD,
            role=Role(role),
            staff_name=f"{role} at work",
            language="en",
            by=SYSTEM,
            now=now,
        )

    return make


@pytest.fixture
def sign_in(client: Client) -> Callable[..., Client]:
    """Through the door as a person would: address and password on one page."""

    def enter(address: str = ADDRESS, password: str = PASSWORD, using: Client | None = None, **extra: str) -> Client:
        browser = using or client
        browser.post("/en/auth/login/", {"login": address, "password": password}, **extra)
        return browser

    return enter
