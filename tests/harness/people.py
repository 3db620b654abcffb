"""A published policy and people to whom things happen."""

from datetime import datetime

import pytest

from core import clock
from core.actors import SYSTEM
from personal_data.models import DataSubject
from personal_data.services.subjects import create_subject
from policies.models import PolicyVersion
from policies.services.publishing import publish


class Role:
    """An actor with a role and no account, for services that only ask who acts."""

    def __init__(self, audit_role: str, pk: int | None = 7) -> None:
        self.audit_role = audit_role
        self.pk = pk

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False


@pytest.fixture
def now() -> datetime:
    """The moment a test happens."""
    return clock.now()


@pytest.fixture
def policy(transactional_db: None) -> PolicyVersion:
    """Clever Group's policy, in force."""
    return publish(slug="clever-group", by=SYSTEM, now=clock.now(), demo=True).version


@pytest.fixture
def subject(policy: PolicyVersion) -> DataSubject:
    """A person on whom nothing is held yet."""
    return create_subject(by=SYSTEM, now=clock.now(), language="vi")
