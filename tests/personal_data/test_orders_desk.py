"""Orders to recipients and limits of use at the staff desk."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from accounts.services.staffing import create_staff
from audit.models import AuditEntry
from audit.services.recording import read_note, record
from core.actors import SYSTEM
from personal_data.enums import LimitKind, Order
from personal_data.models import DataSubject, RecipientTask, UseLimit
from personal_data.services.limiting import end_limits, set_limit
from personal_data.services.ordering import give_order
from policies import selectors as policies
from policies.models import PolicyVersion

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
ORDERS = "/staff/personal_data/recipienttask/"
LIMITS = "/staff/personal_data/uselimit/"


def colleague(role: Role, now: datetime, name: str = "truc") -> User:
    return create_staff(
        address=f"{name}-{role.value}@example.com",
        password="một câu dài dễ nhớ",
        role=role,
        staff_name="Người Trực",
        language="en",
        by=SYSTEM,
        now=now,
    )


def browser_of(user: User) -> Client:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def text_of(browser: Client, address: str) -> str:
    return browser.get(address).content.decode()


def change(row: RecipientTask | UseLimit, action: str = "change") -> str:
    return f"{ORDERS if isinstance(row, RecipientTask) else LIMITS}{row.pk}/{action}/"


@pytest.fixture
def order(subject: DataSubject, policy: PolicyVersion, now: datetime) -> RecipientTask:
    """A recipient told to delete, on the ground of a request."""
    recipient = policies.recipients(policy)[0].code
    return give_order(
        subject_id=subject.pk,
        recipient=recipient,
        order=Order.DELETE,
        fields=["full-name"],
        purposes=[],
        basis="request:41",
        by=SYSTEM,
        now=now,
    )


@pytest.fixture
def limit(subject: DataSubject, now: datetime) -> UseLimit:
    """Marketing stopped at a person's request."""
    return set_limit(
        subject_id=subject.pk,
        kind=LimitKind.RESTRICTION,
        purpose="",
        basis="request:41",
        by=SYSTEM,
        now=now,
    )


# --- orders ---------------------------------------------------------------------------------------------------------


def test_an_order_says_who_has_to_do_what_until_when_and_names_nobody(order: RecipientTask, now: datetime) -> None:
    browser = browser_of(colleague(Role.AGENT, now))
    assert "waits for confirmation until" in text_of(browser, ORDERS)
    page = text_of(browser, change(order))
    assert "Delete it" in page and str(order.subject_ref)[:13] in page
    assert "a request that is no longer held" in page and "request:41" not in page
    assert str(order.subject_ref) not in page


def test_a_restriction_is_told_on_the_page_of_an_order(order: RecipientTask, limit: UseLimit, now: datetime) -> None:
    browser = browser_of(colleague(Role.AGENT, now))
    words = "data is limited: look before you use any of it"
    assert words in text_of(browser, change(order))
    end_limits(subject_id=limit.subject_id, basis=limit.basis, by=SYSTEM, now=now)
    assert words not in text_of(browser, change(order))


def test_the_end_of_a_limit_is_told_as_that_and_leads_to_it(
    subject: DataSubject, limit: UseLimit, policy: PolicyVersion, now: datetime
) -> None:
    recipient, purposes = policies.recipients(policy)[0], [policies.purposes(policy)[0].code]
    about = {"subject_id": subject.pk, "recipient": recipient.code, "fields": ["full-name"], "purposes": purposes}
    give_order(order=Order.STOP, basis=limit.basis, by=SYSTEM, now=now, **about)  # type: ignore[arg-type]
    end_limits(subject_id=subject.pk, basis=limit.basis, by=SYSTEM, now=now)
    browser, told = browser_of(colleague(Role.DPO, now)), RecipientTask.objects.get(order=Order.ENDED)
    assert "the limit of use has ended" in text_of(browser, ORDERS)
    page = text_of(browser, change(told))
    assert "may use the data again only where a consent" in page and f'href="{change(limit)}"' in page
    assert "order-told" in page and "order-confirm" in page
    assert "may use the data again only" not in text_of(browser, change(RecipientTask.objects.get(order=Order.STOP)))


def test_the_recipient_is_told_and_confirms_and_both_are_recorded(order: RecipientTask, now: datetime) -> None:
    user = colleague(Role.AGENT, now)
    browser = browser_of(user)
    browser.post(change(order, "tell"))
    order.refresh_from_db()
    assert order.told_at is not None and order.confirmed_at is None
    assert browser.post(change(order, "confirm"), {"words": ""}).status_code == 422
    browser.post(change(order, "confirm"), {"words": "Thư trả lời số 12."})
    order.refresh_from_db()
    assert order.confirmed_by == f"user:{user.pk}"
    assert read_note(AuditEntry.objects.get(event="recipient.confirmed")) == "Thư trả lời số 12."
    page = text_of(browser, change(order))
    assert "confirmed on" in page and "order-confirm" not in page
    again = browser.post(change(order, "confirm"), {"words": "Lần nữa."})
    assert again.status_code == 422 and AuditEntry.objects.filter(event="recipient.confirmed").count() == 1


def test_what_is_late_stands_in_a_list_of_its_own(order: RecipientTask, now: datetime) -> None:
    browser = browser_of(colleague(Role.DPO, now))

    def listed(state: str) -> bool:
        return str(order.pk) in text_of(browser, f"{ORDERS}?state={state}")

    assert (listed("open"), listed("late"), listed("confirmed")) == (True, False, False)
    with transaction.atomic():
        RecipientTask.objects.filter(pk=order.pk).update(due_at=now - timedelta(hours=1))
        record(event="test.late", target=f"subject:{order.subject_ref}", by=SYSTEM, now=now)
    assert (listed("open"), listed("late"), listed("confirmed")) == (True, True, False)
    assert "late, was due by" in text_of(browser, ORDERS)


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (Role.ADMINISTRATOR, 403)])
def test_who_does_not_work_on_cases_confirms_nothing(
    role: Role, status: int, order: RecipientTask, now: datetime
) -> None:
    browser = browser_of(colleague(role, now))
    assert browser.get(ORDERS).status_code == status
    browser.post(change(order, "confirm"), {"words": "Đã xong."})
    order.refresh_from_db()
    assert order.confirmed_at is None
    assert "order-confirm" not in text_of(browser, change(order))


def test_looking_changes_nothing(order: RecipientTask, limit: UseLimit, now: datetime) -> None:
    browser = browser_of(colleague(Role.DPO, now))
    for address in (change(order, "tell"), change(order, "confirm"), change(limit, "ask"), change(limit, "second")):
        assert browser.get(address).status_code == 405
    assert browser.get(f"{LIMITS}999/change/").status_code == 404


# --- limits ---------------------------------------------------------------------------------------------------------


def test_a_limit_ends_by_two_people(limit: UseLimit, now: datetime) -> None:
    officer, agent = browser_of(colleague(Role.DPO, now)), browser_of(colleague(Role.AGENT, now))
    assert "in force" in text_of(officer, LIMITS)
    assert "limit-ask" not in text_of(agent, change(limit)) and str(limit.pk) not in _rows(text_of(agent, LIMITS))
    assert officer.post(change(limit, "ask"), {"words": ""}).status_code == 422
    officer.post(change(limit, "ask"), {"words": "Người đó đã viết thư xin bỏ."})
    page = text_of(officer, change(limit))
    assert "limit-second" not in page and "A second colleague has to approve it" in page
    officer.post(change(limit, "second"))
    limit.refresh_from_db()
    assert limit.ended_at is None, "not by the one who proposed it"
    assert "Người đó đã viết thư xin bỏ." in text_of(agent, change(limit))
    answer = agent.post(change(limit, "second"), follow=True)
    limit.refresh_from_db()
    assert answer.status_code == 200 and limit.ended_at is not None
    assert "ended on" in text_of(officer, change(limit))


def test_a_proposal_is_declined_and_the_limit_stays(limit: UseLimit, now: datetime) -> None:
    officer, agent = browser_of(colleague(Role.DPO, now)), browser_of(colleague(Role.AGENT, now))
    officer.post(change(limit, "ask"), {"words": "Không còn cần."})
    agent.post(change(limit, "drop"))
    limit.refresh_from_db()
    assert (limit.ended_at, limit.lift_asked_by) == (None, "")
    assert "limit-ask" in text_of(officer, change(limit))


def test_nobody_finds_the_own_limit(limit: UseLimit, subject: DataSubject, now: datetime) -> None:
    officer = colleague(Role.DPO, now)
    with transaction.atomic():
        UseLimit.objects.filter(pk=limit.pk).update(subject_id=officer.subject_id)
        for reference in (subject.pk, officer.subject_id):
            record(event="test.moved", target=f"subject:{reference}", by=SYSTEM, now=now)
    browser = browser_of(officer)
    assert browser.get(change(limit)).status_code == 404
    assert browser.post(change(limit, "ask"), {"words": "Bỏ đi."}).status_code == 404


def test_the_auditor_reads_limits_and_proposes_nothing(limit: UseLimit, now: datetime) -> None:
    browser = browser_of(colleague(Role.AUDITOR, now))
    assert "limit-ask" not in text_of(browser, change(limit))
    browser.post(change(limit, "ask"), {"words": "Bỏ đi."})
    limit.refresh_from_db()
    assert limit.lift_asked_by == ""


def _rows(page: str) -> str:
    """The rows of a list."""
    found = re.search(r"<tbody>.*</tbody>", page, re.DOTALL)
    return found[0] if found else ""
