"""Values held on a person: each change recorded, nothing readable in the database, nothing after erasure."""

import threading
from datetime import datetime

import pytest
from django.db import connection, connections

from audit.models import AuditEntry
from audit.services.recording import read_note
from core.encryption import CannotOpen
from personal_data import keys, selectors
from personal_data.errors import NotHeld, PurposeNotNamed, RevealRefused, UnknownField
from personal_data.fields import read_value
from personal_data.models import DataItem, DataSubject, FieldRefusal
from personal_data.services import holding
from tests.harness.people import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
PERSON = Role("person")
FIELD = "full-name"
NAME = "Trần Thị Mai Hoa"


def hold(subject: DataSubject, now: datetime, value: str = NAME, field: str = FIELD) -> DataItem:
    return holding.write_item(subject_id=subject.pk, field=field, value=value, by=PERSON, now=now)


def events(subject: DataSubject) -> list[str]:
    return list(AuditEntry.objects.filter(subject_ref=subject.pk).order_by("id").values_list("event", flat=True))


def test_a_value_is_held_sealed_and_shown_again(subject: DataSubject, now: datetime) -> None:
    hold(subject, now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM personal_data_dataitem t")
        assert "Mai Hoa" not in cursor.fetchone()[0]
    held = {found.spec.code: found for found in selectors.held_on(subject_id=subject.pk, at=now)}
    assert held[FIELD].value == NAME
    assert held[FIELD].purposes and str(held[FIELD].kept.reason)
    assert not held["phone"].is_held


def test_a_second_write_corrects_and_both_are_recorded(subject: DataSubject, now: datetime) -> None:
    first = hold(subject, now)
    second = hold(subject, now, value="Trần Mai Hoa")
    assert first.pk == second.pk
    assert read_value(DataItem.objects.get(), key=keys.data_key(subject.pk)) == "Trần Mai Hoa"
    assert events(subject)[-2:] == ["item.written", "item.corrected"]


def test_two_windows_adding_the_same_field_leave_one_value(subject: DataSubject, now: datetime) -> None:
    failures: list[Exception] = []

    def write(value: str) -> None:
        try:
            hold(subject, now, value=value)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    windows = [threading.Thread(target=write, args=(f"Tên {number}",)) for number in range(4)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert failures == []
    assert DataItem.objects.filter(subject=subject, field=FIELD).count() == 1


def test_a_value_is_found_by_any_spelling(subject: DataSubject, now: datetime) -> None:
    from core.encryption import blind_index

    hold(subject, now)
    assert DataItem.objects.filter(lookup=blind_index("TRẦN  thị mai hoa", name=f"field:{FIELD}")).exists()


def test_a_value_of_another_row_does_not_open(subject: DataSubject, now: datetime) -> None:
    item, phone = hold(subject, now), hold(subject, now, value="0912345678", field="phone")
    phone.sealed_value = item.sealed_value
    with pytest.raises(CannotOpen):
        read_value(phone, key=keys.data_key(subject.pk))


def test_deleting_a_value_deletes_its_row(subject: DataSubject, now: datetime) -> None:
    item = hold(subject, now)
    holding.erase_item(subject_id=subject.pk, item_id=item.pk, by=PERSON, now=now)
    assert not DataItem.objects.exists()
    assert events(subject)[-2:] == ["erasure.step", "erasure.done"] and "item.erased" in events(subject)
    with pytest.raises(NotHeld):
        holding.erase_item(subject_id=subject.pk, item_id=item.pk, by=PERSON, now=now)


def test_several_values_go_at_once(subject: DataSubject, now: datetime) -> None:
    hold(subject, now)
    hold(subject, now, value="0912345678", field="phone")
    assert holding.erase_items(subject_id=subject.pk, fields=[FIELD, "phone", "address"], by=PERSON, now=now) == 2


def test_nobody_deletes_another_persons_value(subject: DataSubject, now: datetime, policy: object) -> None:
    from personal_data.services.subjects import create_subject

    other = create_subject(by=PERSON, now=now, language="en")
    item = hold(subject, now)
    with pytest.raises(NotHeld):
        holding.erase_item(subject_id=other.pk, item_id=item.pk, by=PERSON, now=now)
    assert DataItem.objects.filter(pk=item.pk).exists()


def test_declining_removes_the_value_and_is_recorded(subject: DataSubject, now: datetime) -> None:
    hold(subject, now)
    holding.decline_field(subject_id=subject.pk, field=FIELD, by=PERSON, now=now)
    assert not DataItem.objects.exists()
    assert FieldRefusal.objects.get().field == FIELD
    hold(subject, now)
    assert not FieldRefusal.objects.exists()


def test_an_unknown_field_is_refused(subject: DataSubject, now: datetime) -> None:
    with pytest.raises(UnknownField):
        hold(subject, now, field="shoe-size")


def test_staff_see_a_value_only_with_a_reason_on_record(subject: DataSubject, now: datetime) -> None:
    item = hold(subject, now)
    purpose = holding.field_in_force(FIELD, at=now).purposes[0]
    shown = holding.reveal(item_id=item.pk, purpose=purpose, reason="Gọi lại cho khách", by=Role("dpo"), now=now)
    assert shown == NAME
    entry = AuditEntry.objects.get(event="item.revealed")
    assert entry.actor_role == "dpo" and entry.details == {"field": FIELD, "purpose": purpose}
    assert read_note(entry) == "Gọi lại cho khách"


def test_an_auditor_sees_no_value(subject: DataSubject, now: datetime) -> None:
    item = hold(subject, now)
    with pytest.raises(RevealRefused):
        holding.reveal(item_id=item.pk, purpose="service", reason="look", by=Role("auditor"), now=now)


def test_a_purpose_the_policy_does_not_name_is_refused_and_recorded(subject: DataSubject, now: datetime) -> None:
    item = hold(subject, now)
    with pytest.raises(PurposeNotNamed):
        holding.reveal(item_id=item.pk, purpose="curiosity", reason="look", by=Role("dpo"), now=now)
    assert events(subject)[-1] == "item.read_refused"
