"""A member of Clever Group's portal, signed in."""

from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.registering import register_person
from core.actors import SYSTEM
from policies.models import PolicyVersion
from policies.services.publishing import publish

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0"


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    return publish(slug="clever-group", by=SYSTEM, now=now, demo=True).version


@pytest.fixture
def member(policy: PolicyVersion, now: datetime) -> User:
    return register_person(address="lan.le@example.vn", password="bến-sông-9-mùa-lũ", language="en", by=SYSTEM, now=now)


@pytest.fixture
def browser(member: User) -> Client:
    client = Client(headers={"user-agent": WINDOWS, "accept-language": "vi-VN,vi;q=0.9"}, REMOTE_ADDR="203.0.113.77")
    client.force_login(member)
    return client
