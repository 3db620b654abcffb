"""Recipients are told whom to delete although the person's key is gone, and what that needs goes when they are done."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role as Desk
from audit.models import AuditEntry
from audit.services.recording import record
from core.actors import SYSTEM
from core.clock import local_date
from core.rules import request_terms
from personal_data import keys
from personal_data.errors import NotHeld, OrderingRefused
from personal_data.models import DataSubject, RecipientTask
from personal_data.services import erasing, holding, ordering
from personal_data.services.order_names import forget_names, read_names
from tests.harness.people import Role
from tests.personal_data.erasure_cases import NAME, PERSON, begin, events, fill
from tests.personal_data.test_orders_desk import browser_of, change, colleague, text_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
AGENT = Role("agent", 3)


@pytest.fixture
def task(subject: DataSubject, now: datetime) -> RecipientTask:
    """A recipient to be told of a person who deleted everything in the account."""
    fill(subject, now, pictures=0)
    begin(subject, now)
    assert erasing.run_due_erasures(now=now) == 1 and not keys.has_data_key(subject.pk)
    return RecipientTask.objects.get(recipient="carrier")


def named(task: RecipientTask, now: datetime, by: Role = AGENT) -> dict[str, str]:
    return read_names(task_id=task.pk, reason="Báo cho đơn vị giao hàng", by=by, now=now)


def test_staff_can_still_tell_the_recipient_whom_it_is_about(task: RecipientTask, now: datetime) -> None:
    assert named(task, now) == {"full-name": NAME, "phone": "+84912345678"}
    assert task.sealed_names is not None and NAME.encode() not in bytes(task.sealed_names)
    entry = AuditEntry.objects.get(event="recipient.named")
    assert entry.subject_ref == task.subject_ref and NAME not in str(entry.details)
    with pytest.raises(OrderingRefused):
        named(task, now, Role("auditor"))


def test_each_recipient_is_named_only_what_it_holds(task: RecipientTask, now: datetime) -> None:
    others = RecipientTask.objects.exclude(sealed_names=None)
    assert others.count() > 1 and all(set(named(other, now)) <= set(other.fields) for other in others)


def test_a_value_deleted_alone_is_named_as_well(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    holding.erase_items(subject_id=subject.pk, fields=["phone"], by=PERSON, now=now)
    assert named(RecipientTask.objects.get(recipient="carrier"), now) == {"phone": "+84912345678"}


def test_the_confirmation_removes_it(task: RecipientTask, now: datetime) -> None:
    assert named(task, now)
    ordering.confirm(task_id=task.pk, words="Thư ngày 3", by=AGENT, now=now)
    task.refresh_from_db()
    assert task.sealed_names is None
    with pytest.raises(NotHeld):
        named(task, now)


def test_the_database_keeps_no_name_beside_a_confirmation(task: RecipientTask, now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        record(event="test.tried", target=f"subject:{task.subject_ref}", by=SYSTEM, now=now)
        RecipientTask.objects.filter(pk=task.pk).update(confirmed_at=now, confirmed_by="user:3")


def test_who_never_confirms_keeps_nobody_named_for_ever(task: RecipientTask, now: datetime) -> None:
    days = request_terms(on=local_date(now)).recipient_names_days
    over, kept = task.due_at + timedelta(days=days), RecipientTask.objects.exclude(sealed_names=None).count()
    assert forget_names(now=over - timedelta(minutes=1)) == 0
    assert kept and forget_names(now=over) == kept and forget_names(now=over) == 0
    assert not RecipientTask.objects.exclude(sealed_names=None).exists()
    assert events(DataSubject.objects.get(pk=task.subject_ref)).count("recipient.names_gone") == kept


def test_it_is_shown_at_the_desk_for_a_reason_and_in_that_answer_alone(task: RecipientTask, now: datetime) -> None:
    browser = browser_of(colleague(Desk.AGENT, now))
    page = text_of(browser, change(task))
    assert "order-names" in page and NAME not in page
    assert browser.post(change(task, "named"), {"reason": ""}).status_code == 422
    shown = browser.post(change(task, "named"), {"reason": "Gọi đơn vị giao hàng"})
    assert shown.status_code == 200 and NAME in shown.content.decode()
    assert NAME not in text_of(browser, change(task))
    browser.post(change(task, "confirm"), {"words": "Thư số 4"})
    assert "order-names" not in text_of(browser, change(task))
