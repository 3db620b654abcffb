"""A person signed in, and what is held on them."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.registering import register_person
from core.actors import SYSTEM
from personal_data.models import DataItem
from personal_data.services import holding
from policies.models import PolicyVersion
from policies.services.publishing import publish

ADDRESS = "hoa.tran@example.vn"
PASSWORD = "rừng-tràm-7-mùa-nước"
NAME = "Trần Thị Mai Hoa"
PHONE = "0912 345 678"

Hold = Callable[..., DataItem]


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    """ACROS: values, a sensitive one, images and videos."""
    return publish(slug="acros", by=SYSTEM, now=now, demo=True).version


@pytest.fixture
def member(policy: PolicyVersion, now: datetime) -> User:
    """A person with an account and no values yet."""
    return register_person(address=ADDRESS, password=PASSWORD, language="en", by=SYSTEM, now=now)


@pytest.fixture
def browser(member: User) -> Client:
    """That person's browser, signed in."""
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def hold(member: User, now: datetime) -> Hold:
    """Hold one value on the person."""

    def write(field: str = "full-name", value: str = NAME) -> DataItem:
        return holding.write_item(subject_id=member.subject_id, field=field, value=value, by=member, now=now)

    return write
