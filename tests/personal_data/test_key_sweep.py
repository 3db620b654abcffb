"""Keys without a person: a crash leaves few, and a database they do not belong to knows none of them."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from personal_data import keys
from personal_data.errors_keys import StrangeKeys
from personal_data.models import DataSubject, SubjectKey
from personal_data.services.key_sweep import remove_orphan_keys
from policies.models import PolicyVersion
from tests.personal_data.retention_steps import person

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def left_behind(count: int, now: datetime) -> None:
    for _ in range(count):
        keys.create_keys(uuid4())
    SubjectKey.objects.update(created_at=now - timedelta(hours=2))


def test_what_a_crash_left_goes(policy: PolicyVersion, now: datetime) -> None:
    here = person()
    left_behind(19, now)
    assert remove_orphan_keys(now=now) == 19
    assert set(SubjectKey.objects.values_list("subject_ref", flat=True)) == {here.pk}


def test_an_empty_database_beside_the_keys_of_another_destroys_none(policy: PolicyVersion, now: datetime) -> None:
    person()
    left_behind(30, now)
    with pytest.raises(StrangeKeys):
        remove_orphan_keys(now=now)
    assert SubjectKey.objects.count() == 62 and DataSubject.objects.count() == 1


def test_an_import_that_was_killed_leaves_keys_that_go(policy: PolicyVersion, now: datetime) -> None:
    for _ in range(25):
        person()
    left_behind(25, now)
    assert remove_orphan_keys(now=now) == 25
    assert SubjectKey.objects.count() == 50
