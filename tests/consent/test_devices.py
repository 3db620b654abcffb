"""Devices are noted while the consent that names them stands, and not a moment longer."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from audit.models import AuditEntry
from consent.device_facts import DeviceFacts, read_facts
from consent.errors import DeviceNotNoted
from consent.models import ConsentJob
from consent.services.devices import forget_device, forget_devices, note_device, noted_devices
from consent.services.following import follow_up_all
from consent.services.granting import withdraw
from core.actors import SYSTEM
from personal_data.errors import NotHeld
from personal_data.models import DataSubject, Device
from personal_data.services.subjects import create_subject
from tests.consent.conftest import BY_EMAIL, DEVICES, EVIDENCE, Person

Submit = Callable[..., list[int]]

PHONE = DeviceFacts("iPhone", "iOS 17", "390x844", "vi-VN")
LAPTOP = DeviceFacts("Firefox, Windows", "Windows 11", "1920x1080", "en")
UBUNTU = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
SAMSUNG = "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36"


def note(subject: DataSubject, facts: DeviceFacts, now: datetime) -> None:
    note_device(subject_id=subject.pk, facts=facts, by=SYSTEM, now=now)


def test_without_consent_nothing_is_noted(subject: DataSubject, answer: Submit, now: datetime) -> None:
    answer(granted=[BY_EMAIL], refused=[DEVICES])
    with pytest.raises(DeviceNotNoted):
        note(subject, PHONE, now)
    assert Device.objects.count() == 0


def test_with_consent_a_device_is_noted_sealed_and_recorded(
    subject: DataSubject, answer: Submit, now: datetime
) -> None:
    answer(granted=[DEVICES])
    note(subject, PHONE, now)
    row = Device.objects.get()
    assert b"iPhone" not in bytes(row.sealed_facts)
    (device,) = noted_devices(subject.pk)
    assert device.facts == PHONE
    assert AuditEntry.objects.get(event="device.noted").details == {"device": str(row.pk)}


def test_the_same_device_again_is_seen_again(subject: DataSubject, answer: Submit, now: datetime) -> None:
    answer(granted=[DEVICES])
    note(subject, PHONE, now)
    later = now + timedelta(days=1)
    note(subject, DeviceFacts("iPhone", "iOS 17"), later)
    (device,) = noted_devices(subject.pk)
    assert (device.first_seen_at, device.last_seen_at) == (now, later)
    assert device.facts == PHONE


def test_two_people_with_one_kind_of_device_share_no_mark(subject: DataSubject, answer: Submit, now: datetime) -> None:
    answer(granted=[DEVICES])
    note(subject, PHONE, now)
    first = bytes(Device.objects.get().lookup)
    forget_devices(subject_id=subject.pk, by=SYSTEM, now=now)
    note(subject, PHONE, now)
    assert bytes(Device.objects.get().lookup) == first
    other = create_subject(by=SYSTEM, now=now, language="vi")
    from consent.answers import Answer
    from consent.services.granting import record_answers
    from policies.selectors import version_in_force

    version = version_in_force(now)
    assert version is not None
    record_answers(
        subject_id=other.pk,
        answers=[Answer(DEVICES, True)],
        version=version,
        language="vi",
        evidence={},
        by=SYSTEM,
        now=now,
    )
    note(other, PHONE, now)
    assert bytes(Device.objects.get(subject=other).lookup) != first


def test_withdrawing_deletes_every_device_at_once(
    subject: DataSubject, answer: Submit, person: Person, now: datetime
) -> None:
    answer(granted=[DEVICES])
    note(subject, PHONE, now)
    note(subject, LAPTOP, now)
    withdraw(subject_id=subject.pk, key=DEVICES, evidence=EVIDENCE, by=person, now=now)
    assert Device.objects.count() == 0
    assert AuditEntry.objects.filter(event="device.erased").count() == 2
    with pytest.raises(DeviceNotNoted):
        note(subject, PHONE, now)


def test_refusing_in_a_form_deletes_them_too(subject: DataSubject, answer: Submit, now: datetime) -> None:
    answer(granted=[DEVICES])
    note(subject, PHONE, now)
    answer(granted=[BY_EMAIL], refused=[DEVICES])
    assert Device.objects.count() == 0


def test_withdrawing_something_else_keeps_them(
    subject: DataSubject, answer: Submit, person: Person, now: datetime
) -> None:
    answer(granted=[DEVICES, BY_EMAIL])
    note(subject, PHONE, now)
    withdraw(subject_id=subject.pk, key=BY_EMAIL, evidence=EVIDENCE, by=person, now=now)
    assert Device.objects.count() == 1


def test_one_device_is_deleted_by_itself_and_only_by_its_person(
    subject: DataSubject, answer: Submit, now: datetime
) -> None:
    answer(granted=[DEVICES])
    note(subject, PHONE, now)
    note(subject, LAPTOP, now)
    other = create_subject(by=SYSTEM, now=now, language="vi")
    target = Device.objects.first()
    assert target is not None
    with pytest.raises(NotHeld):
        forget_device(subject_id=other.pk, device_id=target.pk, by=SYSTEM, now=now)
    forget_device(subject_id=subject.pk, device_id=target.pk, by=SYSTEM, now=now)
    assert Device.objects.count() == 1
    with pytest.raises(NotHeld):
        forget_device(subject_id=subject.pk, device_id=target.pk, by=SYSTEM, now=now)


def test_a_job_is_done_once_and_goes(subject: DataSubject, answer: Submit, now: datetime) -> None:
    answer(granted=[DEVICES])
    answer(granted=[BY_EMAIL])
    note(subject, PHONE, now)
    assert follow_up_all(now=now) == 2
    assert follow_up_all(now=now) == 0
    assert ConsentJob.objects.count() == 0
    assert Device.objects.count() == 1


@pytest.mark.parametrize(
    ("headers", "extra", "expected"),
    [
        (
            {"User-Agent": SAMSUNG, "Accept-Language": "vi-VN,vi;q=0.9"},
            {},
            DeviceFacts("Samsung SM-S918B", "Android 14", "", "vi-VN"),
        ),
        (
            {"User-Agent": UBUNTU, "Accept-Language": "en-US"},
            {"screen": "1920x1080", "language": "vi"},
            DeviceFacts("Firefox, Linux", "Ubuntu", "1920x1080", "vi"),
        ),
        (
            {"User-Agent": "<script>alert(1)</script>", "Accept-Language": "'; DROP"},
            {"screen": "1e9x<b>", "language": "../../etc"},
            DeviceFacts("", "", "", ""),
        ),
        ({}, {}, DeviceFacts("", "")),
        ({"User-Agent": "A" * 100_000, "Sec-CH-UA-Model": '"' + "x" * 500 + '"'}, {}, DeviceFacts("x" * 80, "")),
    ],
)
def test_facts_are_read_and_what_looks_wrong_is_dropped(
    headers: dict[str, str], extra: dict[str, str], expected: DeviceFacts
) -> None:
    assert read_facts(headers, **extra) == expected


def test_facts_survive_sealing() -> None:
    assert DeviceFacts.from_bytes(PHONE.to_bytes()) == PHONE
