"""People with a value of their own in every personal field, file, complaint and message, made through the services."""

import contextlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import transaction

from accounts.models import User
from accounts.services.registering import register_person
from audit.services.recording import record
from cases.services.assigning import take
from cases.services.filing import Sender
from cases.services.messaging import write_as_person, write_as_staff
from cases.staff import working_staff
from complaints.enums import Remedy
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, file_complaint
from consent.answers import Answer
from consent.device_facts import DeviceFacts
from consent.enums import Method as Given
from consent.services.asking import questions
from consent.services.devices import note_device
from consent.services.granting import record_answers
from core import clock
from core.actors import SYSTEM
from core.clock import local_date, midnight
from dsr_requests.services.filing import file_request
from personal_data import keys, storage
from personal_data.enums import AuditEvent, DisposalKind, Source
from personal_data.fields import seal_file_name
from personal_data.models import DataItem, DataSubject, Device, DueNotice, StoredFile
from personal_data.services.disposing import approve, propose
from personal_data.services.erasing import begin_erasure
from personal_data.services.holding import write_item
from personal_data.services.subjects import create_subject
from policies import selectors as policies
from policies.enums import FieldKind
from tests.ops.canary_marks import ADDRESS, BYTES, WITH_ACCOUNT, WORDS
from tests.ops.requests_made import WISHES, settle

INACTIVE_MONTHS = 24
LONG_AGO = {"retention": timedelta(days=900), "disposal": timedelta(days=1400)}
ORDERED_BEFORE = timedelta(days=1200)  # what the disposal takes is held since before then


def make(road: str, number: int) -> dict[str, Any]:
    """One person of a road; the reference, and with an account how to sign in."""
    now = clock.now()
    address = f"{ADDRESS}{road}-{number:04d}@chuon-ot.example"
    password = secrets.token_urlsafe(12)
    if road in WITH_ACCOUNT:
        with _quick_passwords():
            user = register_person(address=address, password=password, language="vi", by=SYSTEM, now=now)
        assert user.subject_id is not None
        subject_id, since = user.subject_id, now
    else:
        since = now - LONG_AGO[road]
        subject_id = create_subject(by=SYSTEM, now=since, language="vi").pk
    _hold(subject_id, road, number, address, since=since)
    if road != "retention":
        _agree(subject_id, number, now, since=since)
    if road in WITH_ACCOUNT:
        _complain(user, road, number, address, now)
    if road == "retention":
        _told_long_ago(subject_id, now)
    return {"road": road, "number": number, "subject": str(subject_id), "address": address, "password": password}


def text(number: int, what: str) -> str:
    """A value that says whose it is."""
    return f"{WORDS} {number:04d} {what}"


def _hold(subject_id: UUID, road: str, number: int, address: str, *, since: datetime) -> None:
    now = clock.now()
    version = policies.version_in_force(now)
    assert version is not None
    source = Source.PERSON if road in WITH_ACCOUNT else Source.IMPORT
    for spec in policies.fields(version):
        value = {
            FieldKind.EMAIL: address,
            FieldKind.PHONE: f"0986 177 {number:03d}",
            FieldKind.TEXT: text(number, spec.code),
            FieldKind.ADDRESS: text(number, spec.code),
        }.get(FieldKind(spec.kind))
        if value:
            write_item(subject_id=subject_id, field=spec.code, value=value, source=source, by=SYSTEM, now=now)
        elif spec.kind == FieldKind.IMAGE:
            _give_file(subject_id, spec.code, number, source, since=since)
    name = next(spec.code for spec in policies.fields(version) if spec.kind == FieldKind.TEXT)
    write_item(subject_id=subject_id, field=name, value=text(number, "later"), source=source, by=SYSTEM, now=now)
    with transaction.atomic():
        DataItem.objects.filter(subject_id=subject_id).update(held_since=since, changed_at=since)
        record(
            event=AuditEvent.ITEM_CONFIRMED, target=f"subject:{subject_id}", subject_id=subject_id, by=SYSTEM, now=now
        )


def _give_file(subject_id: UUID, field: str, number: int, source: str, *, since: datetime) -> None:
    key = keys.data_key(subject_id)
    content = f"{BYTES} {number:04d} {WORDS}".encode() * 200
    stored = StoredFile(
        subject_id=subject_id, field=field, mime="image/png", size=len(content), source=source, held_since=since
    )
    stored.sealed_name = seal_file_name(stored.pk, text(number, "anh.png"), key=key)
    storage.write_blob(stored.pk, content, key=key)
    with transaction.atomic():
        stored.save(force_insert=True)
        record(
            event=AuditEvent.FILE_STORED, target=f"subject:{subject_id}", subject_id=subject_id, by=SYSTEM, now=since
        )


def _agree(subject_id: UUID, number: int, now: datetime, *, since: datetime) -> None:
    version = policies.version_in_force(now)
    assert version is not None
    record_answers(
        subject_id=subject_id,
        answers=[Answer(asked.key, True, asked.wording_hash) for asked in questions(version, "vi")],
        version=version,
        language="vi",
        method=Given.IMPORT,
        evidence={"network": text(number, "mạng"), "browser": text(number, "trình duyệt")},
        by=SYSTEM,
        now=now,
    )
    if any(spec.kind == FieldKind.DEVICE for spec in policies.fields(version)):
        facts = DeviceFacts(text(number, "máy"), "Linux", "360x800", "vi")
        device_id = note_device(subject_id=subject_id, facts=facts, by=SYSTEM, now=now)
        with transaction.atomic():
            Device.objects.filter(pk=device_id).update(first_seen_at=since, last_seen_at=since)
            target = f"subject:{subject_id}"
            record(event=AuditEvent.DEVICE_NOTED, target=target, subject_id=subject_id, by=SYSTEM, now=now)


def _complain(user: User, road: str, number: int, address: str, now: datetime) -> None:
    """A complaint with a thread from both sides."""
    agent: Any = working_staff().first()
    sender = Sender(address=address, language="vi", subject_id=user.subject_id)
    content = ComplaintText(text(number, "khiếu nại"), "other", Remedy.STOP)
    case = file_complaint(form_token=uuid4(), sender=sender, content=content, by=user, now=now).complaint
    if Complaint.objects.get(pk=case.pk).assignee_id is None:
        take(kind=Complaint.kind, case_id=case.pk, by=agent, now=now)
    agent = Complaint.objects.get(pk=case.pk).assignee
    write_as_staff(
        kind=Complaint.kind,
        case_id=case.pk,
        text=text(number, "tin của nhân viên"),
        form_token=uuid4(),
        awaits_answer=False,
        by=agent,
        now=now,
    )
    write_as_person(
        kind=Complaint.kind, case_id=case.pk, text=text(number, "tin nhắn"), form_token=uuid4(), by=user, now=now
    )


def _told_long_ago(subject_id: UUID, now: datetime) -> None:
    """Active more than two years ago for the last time, and told in time of what follows."""
    last = now - timedelta(days=760)
    day = local_date(last)
    due = day.replace(year=day.year + INACTIVE_MONTHS // 12, day=min(day.day, 28))
    with transaction.atomic():
        DataSubject.objects.filter(pk=subject_id).update(last_active_at=last)
        _told([subject_id], [due + timedelta(days=shift) for shift in range(4)], now)
        record(
            event=AuditEvent.SUBJECT_ACTIVE, target=f"subject:{subject_id}", subject_id=subject_id, by=SYSTEM, now=last
        )


def _told(people: Iterable[UUID], days: Sequence[date], now: datetime) -> None:
    """People were told of days forty days ago."""
    DueNotice.objects.bulk_create(
        DueNotice(subject_id=one, notice="retention-7", due_at=midnight(day), sent_at=now - timedelta(days=40))
        for one in people
        for day in days
    )


def erase(person: dict[str, Any]) -> None:
    """Ask for the deletion of somebody with an account, by the page or by a request."""
    now = clock.now()
    user = User.objects.get(subject_id=UUID(person["subject"]))
    if person["road"] == "page":
        begin_erasure(subject_id=UUID(person["subject"]), address=person["address"], by=user, now=now)
        return
    sender = Sender(address=person["address"], language="vi", subject_id=user.subject_id)
    request = file_request(
        form_token=uuid4(),
        sender=sender,
        wish=WISHES["everything"],
        text=text(person["number"], "yêu cầu"),
        proved=True,
        by=user,
        now=now,
    ).request
    settle(request.pk)


def order_disposal(by: User, second_by: User) -> int:
    """Management orders what has been held longest gone, of which people were told; how many entries go."""
    now = clock.now()
    version = policies.version_in_force(now)
    assert version is not None
    row = propose(
        kind=DisposalKind.ORDERED,
        fields=[spec.code for spec in policies.fields(version)],
        held_before=local_date(now - ORDERED_BEFORE),
        ground="canary drill",
        goes_on=local_date(now),
        by=by,
        now=now,
    )
    longest = DataItem.objects.filter(held_since__lt=now - ORDERED_BEFORE).values_list("subject_id", flat=True)
    _told(longest.distinct(), [row.goes_on], now)
    return approve(disposal_id=row.pk, seen_digest=bytes(row.digest), by=second_by, now=now).items


@contextlib.contextmanager
def _quick_passwords() -> Iterator[None]:
    """A password a thousand people have is not what is tried here."""
    before = PBKDF2PasswordHasher.iterations
    PBKDF2PasswordHasher.iterations = 1
    try:
        yield
    finally:
        PBKDF2PasswordHasher.iterations = before
