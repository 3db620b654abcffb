"""An import undone: people nobody touched since are gone with their keys, everybody else stays."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from django.db import transaction

from accounts.models import User
from audit.services.recording import record
from core.actors import SYSTEM
from core.encryption import new_key
from personal_data import keys
from personal_data.errors import ImportNotReady
from personal_data.models import DataItem, DataSubject, ImportedPerson, Merge, RetentionEvent
from personal_data.services import undoing
from personal_data.services.holding import confirm_item, decline_field, field_in_force, reveal, write_item
from personal_data.services.importing import open_batch
from personal_data.services.purposes import end_purpose
from personal_data.services.subjects import create_subject
from personal_data.services.undoing import staying, undo
from policies.models import PolicyVersion
from tests.harness.people import Role
from tests.personal_data.import_steps import COMMON, OFFICER, PEOPLE, people_of, taken_in, values_of, work

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

PERSON = Role("person")


def test_people_nobody_touched_go_with_their_keys(policy: PolicyVersion, now: datetime) -> None:
    before = create_subject(by=SYSTEM, now=now, language="vi")
    write_item(subject_id=before.pk, field="phone", value="0912345678", by=PERSON, now=now)
    batch = taken_in(PEOPLE, now)
    gone = people_of(batch)
    assert Merge.objects.filter(kept=before).exists()
    undo(batch_id=batch.pk, by=OFFICER, now=now)
    undo(batch_id=batch.pk, by=OFFICER, now=now)
    work(now)
    batch.refresh_from_db()
    assert (batch.state, batch.people, staying(batch)) == ("UNDONE", 0, 0)
    assert list(DataSubject.objects.values_list("pk", flat=True)) == [before.pk]
    assert not any(keys.has_data_key(one) for one in gone) and not Merge.objects.exists()
    assert values_of(before.pk) == {"phone": "+84912345678"}


def _corrected(subject_id: UUID, now: datetime) -> None:
    write_item(subject_id=subject_id, field="phone", value="0987000111", by=PERSON, now=now)


def _confirmed(subject_id: UUID, now: datetime) -> None:
    item = DataItem.objects.get(subject=subject_id, field="phone")
    confirm_item(subject_id=subject_id, item_id=item.pk, by=PERSON, now=now)


def _declined(subject_id: UUID, now: datetime) -> None:
    decline_field(subject_id=subject_id, field="address", by=PERSON, now=now)


def _looked_at(subject_id: UUID, now: datetime) -> None:
    item = DataItem.objects.get(subject=subject_id, field="phone")
    purpose = field_in_force("phone", at=now).purposes[0]
    reveal(item_id=item.pk, purpose=purpose, reason="Gọi lại cho khách", by=OFFICER, now=now)


def _contract_over(subject_id: UUID, now: datetime) -> None:
    end_purpose(subject_id=subject_id, purpose="service", by=OFFICER, now=now)


def _active(subject_id: UUID, now: datetime) -> None:
    with transaction.atomic():
        record(event="test.done", target=f"subject:{subject_id}", by=SYSTEM, now=now)
        DataSubject.objects.filter(pk=subject_id).update(last_active_at=now)


def _counted_from(subject_id: UUID, now: datetime) -> None:
    RetentionEvent.objects.create(subject_id=subject_id, event="case-closed", at=now)


def _signed_up(subject_id: UUID, now: datetime) -> None:
    with transaction.atomic():
        record(event="test.done", target=f"subject:{subject_id}", by=SYSTEM, now=now)
        alias = new_key().hex().translate(str.maketrans("0189", "abcd"))[:52] + "@sealed.invalid"
        User.objects.bulk_create(
            [User(email=alias, password="!", subject_id=subject_id, language="vi", created_at=now)]
        )


@pytest.mark.parametrize(
    "happened", [_corrected, _confirmed, _declined, _looked_at, _contract_over, _active, _counted_from, _signed_up]
)
def test_whoever_something_happened_to_stays(
    policy: PolicyVersion, now: datetime, happened: Callable[[UUID, datetime], None]
) -> None:
    batch = taken_in(PEOPLE, now)
    first, second = people_of(batch)
    happened(first, now)
    undo(batch_id=batch.pk, by=OFFICER, now=now)
    work(now)
    batch.refresh_from_db()
    assert (batch.state, batch.people, staying(batch)) == ("UNDONE", 1, 1)
    assert values_of(first)["email"] == "an@example.vn" and keys.has_data_key(first)
    assert not DataSubject.objects.filter(pk=second).exists()
    assert ImportedPerson.objects.get().subject_id == first


def test_an_undoing_that_breaks_off_goes_on(
    policy: PolicyVersion, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "CHUNK", 1)
    batch = taken_in(PEOPLE, now)
    undo(batch_id=batch.pk, by=OFFICER, now=now)
    remove, calls = undoing._remove, []

    def break_off(ids: set[UUID], moment: datetime) -> None:
        calls.append(ids)
        remove(ids, moment)
        if len(calls) == 2:
            raise ConnectionError

    monkeypatch.setattr(undoing, "_remove", break_off)
    with pytest.raises(ConnectionError):
        work(now)
    assert DataSubject.objects.count() == 1
    work(now)
    assert not DataSubject.objects.exists()


def test_half_taken_in_is_undone_whole_and_not_while_it_is_checked(policy: PolicyVersion, now: datetime) -> None:
    batch = open_batch(data=PEOPLE.encode(), label="x", common=COMMON, by=OFFICER, now=now)
    with pytest.raises(ImportNotReady):
        undo(batch_id=batch.pk, by=OFFICER, now=now)
