"""The staff's page of one person: masked, for those who work for the person, each look told to the person."""

import html
import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from accounts.services.registering import register_person
from accounts.services.staffing import create_staff
from audit.models import AuditEntry
from cases.services.assigning import take
from cases.services.filing import Sender
from complaints.enums import Remedy
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, file_complaint
from core.actors import SYSTEM
from personal_data.models import DataItem, FieldRefusal
from personal_data.services import holding
from policies.models import PolicyVersion

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
NAME = "Trần Thị Mai Hoa"
PASSWORD = "một câu dài dễ nhớ"


@pytest.fixture
def person(policy: PolicyVersion, now: datetime) -> User:
    """Someone with a name held."""
    user = register_person(address="hoa@example.vn", password=PASSWORD, language="vi", by=SYSTEM, now=now)
    holding.write_item(subject_id=user.subject_id, field="full-name", value=NAME, by=user, now=now)
    return user


@pytest.fixture
def desk(policy: PolicyVersion, now: datetime) -> Callable[[str], tuple[Client, User]]:
    """A member of staff at the desk: `desk("dpo")`."""

    def enter(role: str) -> tuple[Client, User]:
        user = create_staff(
            address=f"{role}@example.com",
            password=PASSWORD,
            role=Role(role),
            staff_name=role,
            language="en",
            by=SYSTEM,
            now=now,
        )
        browser = Client(headers={"accept-language": "en"})
        browser.force_login(user)
        return browser, user

    return enter


def address(person: User, action: str = "change/") -> str:
    return f"/staff/personal_data/datasubject/{person.subject_id}/{action}"


def text_of(browser: Client, person: User) -> str:
    return html.unescape(browser.get(address(person)).content.decode())


def test_values_are_masked_until_shown_with_a_reason(person: User, desk: Callable[[str], tuple[Client, User]]) -> None:
    browser, _user = desk("dpo")
    assert NAME not in text_of(browser, person) and "T•••" in text_of(browser, person)
    sent = {"field": "full-name", "purpose": "service", "reason": "The person called"}
    assert NAME in html.unescape(browser.post(address(person, "reveal/"), sent).content.decode())
    assert NAME not in text_of(browser, person)
    assert [entry.event for entry in AuditEntry.objects.filter(actor_role="dpo").order_by("id")][-2:] == [
        "subject.opened",
        "item.revealed",
    ]


def test_no_reason_no_value(person: User, desk: Callable[[str], tuple[Client, User]]) -> None:
    browser, _user = desk("dpo")
    response = browser.post(address(person, "reveal/"), {"field": "full-name", "purpose": "service", "reason": " "})
    assert response.status_code == 422 and NAME not in html.unescape(response.content.decode())


def test_a_purpose_the_policy_does_not_name_is_refused_and_recorded(
    person: User, desk: Callable[[str], tuple[Client, User]]
) -> None:
    browser, _user = desk("dpo")
    spec = holding.field_in_force("full-name", at=person.created_at)
    other = next(purpose.code for purpose in _purposes(person) if purpose.code not in spec.purposes)
    browser.post(address(person, "reveal/"), {"field": "full-name", "purpose": other, "reason": "curious"})
    assert AuditEntry.objects.filter(event="item.read_refused").count() == 1


def _purposes(person: User) -> tuple[object, ...]:
    from policies import selectors as policies

    version = policies.version_in_force(person.created_at)
    assert version is not None
    return policies.purposes(version)


def test_an_agent_opens_only_people_whose_case_they_have(
    person: User, desk: Callable[[str], tuple[Client, User]], now: datetime
) -> None:
    browser, agent = desk("agent")
    assert browser.get(address(person)).status_code == 403
    assert browser.get("/staff/personal_data/datasubject/").status_code == 403
    complaint = file_complaint(
        form_token=uuid.uuid4(),
        sender=Sender(address="hoa@example.vn", language="vi", subject_id=person.subject_id),
        content=ComplaintText(text="Bị gọi nhiều lần.", category="unwanted-marketing", remedy=Remedy.STOP),
        by=person,
        now=now,
    ).complaint
    take(kind=Complaint.kind, case_id=complaint.pk, by=agent, now=now)
    assert "T•••" in text_of(browser, person)


def test_an_auditor_reads_without_values_and_changes_nothing(
    person: User, desk: Callable[[str], tuple[Client, User]]
) -> None:
    browser, _user = desk("auditor")
    text = text_of(browser, person)
    assert "T•••" in text and "value-reveal" not in text and "field-refuse" not in text
    sent = {"field": "full-name", "purpose": "service", "reason": "look"}
    assert browser.post(address(person, "reveal/"), sent).status_code == 403


def test_an_administrator_does_not_open_people(person: User, desk: Callable[[str], tuple[Client, User]]) -> None:
    browser, _user = desk("administrator")
    assert browser.get(address(person)).status_code == 403


def test_a_refusal_told_by_phone_is_recorded_with_how(person: User, desk: Callable[[str], tuple[Client, User]]) -> None:
    browser, _user = desk("dpo")
    sent = {"refusal-field": "full-name", "refusal-reason": "Gọi điện sáng nay"}
    browser.post(address(person, "refusal/"), sent)
    refusal = FieldRefusal.objects.get()
    assert refusal.told_to_staff and not DataItem.objects.exists()
    own = Client()
    own.force_login(person)
    page = html.unescape(own.get("/vi/account/access-log/").content.decode())
    assert "Gọi điện sáng nay" in page
