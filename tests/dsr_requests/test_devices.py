"""A request to delete devices alone: from the form to the certificate."""

from datetime import datetime

import pytest
from django.utils.translation import override

from accounts.certificate import certificate_of
from accounts.models import User
from audit.models import AuditEntry
from consent.answers import Answer, ConsentKey
from consent.device_facts import DeviceFacts
from consent.services.devices import note_device
from consent.services.granting import record_answers
from core.actors import SYSTEM
from dsr_requests.enums import RequestKind, Verdict
from dsr_requests.services.deciding import planned
from dsr_requests.wishes import Wish
from dsr_requests.wording import words
from personal_data.models import DataItem, Device
from policies.models import PolicyVersion
from tests.cases.fixtures import signed_in
from tests.dsr_requests import steps
from tests.dsr_requests.carrying import PHONE, decided, run_of, to_the_end

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
FACTS = DeviceFacts("Firefox, Windows", "Windows 11", "1920x1080", "en")
FORM = "/en/account/requests/new/delete/"


@pytest.fixture
def noted(policy_in_force: PolicyVersion, member: User, now: datetime) -> User:
    """The member agreed to having devices noted, and one was."""
    steps.hold(member, now=now, phone=PHONE)
    record_answers(
        subject_id=member.subject_id,
        version=policy_in_force,
        answers=[Answer(key=ConsentKey("device-information"), granted=True)],
        language="en",
        evidence={"network": "203.0.113.0/24", "browser": "Firefox, Windows"},
        by=member,
        now=now,
    )
    note_device(subject_id=member.subject_id, facts=FACTS, by=SYSTEM, now=now)
    return member


def test_chosen_alone_they_go_and_nothing_else(noted: User, agent: User, dpo: User, now: datetime) -> None:
    assert 'value="device"' in signed_in(noted).get(FORM).content.decode()
    device = Device.objects.get()
    request = decided(noted, Wish(RequestKind.DELETE, fields=("device",)), by=agent, second_by=dpo, now=now)
    done = to_the_end(request, by=dpo, now=now)
    assert done.status == "CLOSED" and not Device.objects.exists()
    assert DataItem.objects.filter(subject=noted.subject_id, field="phone").exists()
    entry = AuditEntry.objects.get(event="device.erased")
    assert entry.details == {"device": str(device.pk), "run": str(run_of(done).pk)}
    with override("en"):
        assert certificate_of(run_of(done)).fields == ["Device"]


def test_chosen_without_them_they_stay(noted: User, agent: User, dpo: User, now: datetime) -> None:
    request = decided(noted, Wish(RequestKind.DELETE, fields=("phone",)), by=agent, second_by=dpo, now=now)
    to_the_end(request, by=dpo, now=now)
    assert Device.objects.count() == 1 and not DataItem.objects.filter(field="phone").exists()


def test_of_everything_they_can_be_left_out(noted: User, now: datetime) -> None:
    request = steps.by_member(noted, Wish(RequestKind.DELETE, everything=True), now=now, proved=True)
    with override("en"):
        told = "\n".join(words(planned(request, Verdict.ACCEPT, now=now, refused_fields=["device"])))
        assert "Phone" in told and "Device" not in told
