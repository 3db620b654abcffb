"""An organisation's own pack in force, and the people who act under it. A module names its organisation in `slug`."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from accounts.services.registering import register_person
from accounts.services.staffing import create_staff
from core.actors import SYSTEM
from personal_data.models import DataItem
from personal_data.services import holding
from policies.models import PolicyVersion
from policies.pack_types import Pack
from policies.selectors import document
from policies.services.publishing import publish
from tests.harness.clock import MONDAY

ADDRESS = "mai.hoa@example.vn"
PASSWORD = "rừng tràm bảy mùa nước"

Hold = Callable[..., DataItem]


@pytest.fixture
def now(frozen_clock: time_machine.Traveller) -> datetime:
    """Monday 2 March 2026; the clock stands still."""
    return MONDAY


@pytest.fixture
def policy(slug: str, transactional_db: None, now: datetime) -> PolicyVersion:
    """The pack as it ships, published as the demo publishes it, while the clock stands still."""
    cache.clear()
    return publish(slug=slug, by=SYSTEM, now=now, demo=True).version


@pytest.fixture
def pack(policy: PolicyVersion) -> Pack:
    return document(policy)


@pytest.fixture
def member(policy: PolicyVersion, now: datetime) -> User:
    """Someone with an account, on whom nothing is held but the address."""
    return register_person(address=ADDRESS, password=PASSWORD, language="en", by=SYSTEM, now=now)


@pytest.fixture
def browser(member: User) -> Client:
    """That person's browser, signed in."""
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def hold(member: User, now: datetime) -> Hold:
    """The person enters a value: `hold("phone", "0912 345 678")`."""

    def write(field: str, value: str) -> DataItem:
        return holding.write_item(subject_id=member.subject_id, field=field, value=value, by=member, now=now)

    return write


@pytest.fixture
def staff(policy: PolicyVersion, now: datetime) -> Callable[[str], User]:
    """A member of staff in a role: `staff("dpo")`."""

    def make(role: str) -> User:
        return create_staff(
            address=f"{role}@example.org",
            password=PASSWORD,
            role=Role(role),
            staff_name=role,
            language="en",
            by=SYSTEM,
            now=now,
        )

    return make
