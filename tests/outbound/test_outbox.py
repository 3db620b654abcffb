"""What leaves, leaves once, in the right words, and nothing of it stays behind."""

import email
import email.policy
import smtplib
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connections, transaction
from django.template.exceptions import TemplateDoesNotExist

from core.sweeps import FAILURES_BEFORE_ALERT, SweepState
from outbound import selectors
from outbound.channels import Envelope
from outbound.channels.email import EmailChannel
from outbound.enums import FailureCode
from outbound.errors import PermanentFailure, TemporaryFailure
from outbound.models import OutboxMessage
from outbound.services import delivering
from outbound.services.alerting import alert_failing_jobs
from outbound.services.queueing import queue_notice
from policies.models import PolicyVersion
from tests.cases.fixtures import queued

pytestmark = pytest.mark.usefixtures("policy_in_force")
ADDRESS = "nguyen.van.a@example.com"


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Path:
    settings.PORTAL_HOME = tmp_path  # type: ignore[attr-defined]
    return tmp_path / "mail"


def write(now: datetime, *, language: str = "en", dedup: str = "", code: str = "123456") -> OutboxMessage:
    return queue_notice(notice="case-code", to=ADDRESS, language=language, context={"code": code}, now=now, dedup=dedup)


class FailsOnce(EmailChannel):
    """A mail server that refuses every message the way the test says."""

    failure: Exception = TemporaryFailure(FailureCode.BUSY)

    def send(self, envelope: Envelope) -> None:
        raise self.failure


def test_a_message_leaves_as_one_readable_private_file(now: datetime, folder: Path) -> None:
    message = write(now, language="vi")
    assert delivering.deliver_due(now=now) == 1
    (file,) = folder.iterdir()
    assert file.suffix == ".eml" and str(message.pk) in file.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    raw = file.read_bytes()
    assert b"Content-Transfer-Encoding: 8bit" in raw
    assert "\n123456\n" in raw.decode("utf-8").replace("\r\n", "\n")
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert parsed["To"] == ADDRESS
    assert parsed["Message-ID"].startswith(f"<{message.pk}@")
    assert ADDRESS not in parsed["Subject"]


def test_vietnamese_letters_stand_in_the_file_as_they_are(now: datetime, folder: Path) -> None:
    write(now, language="vi")
    delivering.deliver_due(now=now)
    assert "Công ty Cổ phần Clever Group" in next(folder.iterdir()).read_text(encoding="utf-8")


def test_address_and_content_are_sealed_while_waiting_and_blank_after(now: datetime) -> None:
    message = write(now)
    assert ADDRESS.encode() not in bytes(message.sealed_to or b"")
    assert b"123456" not in bytes(message.sealed_context or b"")
    delivering.deliver_due(now=now)
    message.refresh_from_db()
    assert message.sent_at == now
    assert message.sealed_to is None and message.sealed_context is None


def test_sending_again_sends_nothing_again(now: datetime, folder: Path) -> None:
    write(now)
    assert delivering.deliver_due(now=now) == 1
    assert delivering.deliver_due(now=now + timedelta(hours=1)) == 0
    assert len(list(folder.iterdir())) == 1


def test_a_message_under_one_name_is_written_once(now: datetime) -> None:
    first = write(now, dedup="closed:complaint:1")
    assert write(now, dedup="closed:complaint:1").pk == first.pk
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize("dedup", ["a b", "nguyen@example.com", "x" * 121])
def test_a_name_for_once_only_holds_references_alone(now: datetime, dedup: str) -> None:
    with pytest.raises(ValueError, match="dedup"):
        write(now, dedup=dedup)


def test_an_address_cannot_add_a_header(now: datetime) -> None:
    with pytest.raises(ValueError, match="address"):
        queue_notice(notice="case-code", to="a@b.c\nBcc: d@e.f", language="vi", context={}, now=now)


def test_an_unknown_notice_fails_where_it_is_queued(now: datetime) -> None:
    with pytest.raises(TemplateDoesNotExist):
        queue_notice(notice="no-such-notice", to=ADDRESS, language="vi", context={}, now=now)


def test_two_workers_share_the_work_and_never_the_message(now: datetime) -> None:
    for number in range(3):
        write(now, dedup=f"m:{number}")
    first = delivering.claim(now=now, size=2)
    second = delivering.claim(now=now, size=2)
    assert {message.pk for message in first}.isdisjoint({message.pk for message in second})
    assert len(first) + len(second) == 3


def test_a_claim_in_another_transaction_is_passed_over_without_waiting(now: datetime) -> None:
    write(now)
    other = connections["default"].copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("SELECT id FROM outbound_outboxmessage FOR UPDATE")
            assert delivering.claim(now=now) == []
            other.rollback()
    finally:
        other.close()


def test_a_dead_workers_claim_runs_out(now: datetime) -> None:
    write(now)
    (stale,) = delivering.claim(now=now)
    assert delivering.claim(now=now + timedelta(minutes=1)) == []
    (again,) = delivering.claim(now=now + delivering.LEASE + timedelta(seconds=1))
    assert delivering.deliver(again, now=now + delivering.LEASE + timedelta(seconds=2))
    # The first worker wakes up: it wrote the same file and may not mark the row any more.
    assert not delivering.deliver(stale, now=now + delivering.LEASE + timedelta(seconds=3))


def test_temporary_failures_wait_longer_each_time_and_end(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "channel", lambda _name: FailsOnce())
    message = write(now)
    at, waits = now, []
    for _ in delivering.PAUSES:
        delivering.deliver_due(now=at)
        message.refresh_from_db()
        assert message.failure_code == FailureCode.BUSY and message.failed_at is None
        waits.append(message.due_at - at)
        at = message.due_at
    assert waits == list(delivering.PAUSES) == sorted(waits)
    delivering.deliver_due(now=at)
    message.refresh_from_db()
    assert message.failed_at == at and message.sealed_to is None


def test_a_bounce_ends_at_once_and_is_there_to_be_read(
    now: datetime, monkeypatch: pytest.MonkeyPatch, complaint: object
) -> None:
    OutboxMessage.objects.all().delete()
    monkeypatch.setattr(FailsOnce, "failure", PermanentFailure(FailureCode.BOUNCED))
    monkeypatch.setattr(delivering, "channel", lambda _name: FailsOnce())
    subject_id = complaint.subject_id  # type: ignore[attr-defined]
    queue_notice(notice="case-message", to=ADDRESS, language="vi", context={}, now=now, subject_id=subject_id)
    delivering.deliver_due(now=now)
    assert selectors.has_bounced(subject_id=subject_id, since=now)
    assert not selectors.has_bounced(subject_id=subject_id, since=now + timedelta(seconds=1))
    assert [row.subject_id for row in selectors.bounces_since(since=now)] == [subject_id]


def test_one_broken_message_does_not_hold_up_the_others(now: datetime, folder: Path) -> None:
    broken = write(now - timedelta(minutes=1))
    OutboxMessage.objects.filter(pk=broken.pk).update(sealed_to=b"\x02garbage")
    write(now)
    assert delivering.deliver_due(now=now) == 1
    broken.refresh_from_db()
    assert broken.failure_code == FailureCode.UNREADABLE and broken.failed_at is not None


def test_a_ciphertext_of_another_message_does_not_open(now: datetime) -> None:
    one, two = write(now), write(now)
    OutboxMessage.objects.filter(pk=two.pk).update(sealed_to=one.sealed_to)
    assert delivering.deliver_due(now=now) == 1
    two.refresh_from_db()
    assert two.failure_code == FailureCode.UNREADABLE


def test_a_full_or_closed_folder_is_a_temporary_failure(now: datetime, folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    message = write(now)
    assert delivering.deliver_due(now=now) == 0
    message.refresh_from_db()
    assert message.failure_code == FailureCode.NO_SPACE and message.failed_at is None


@pytest.mark.parametrize(
    ("raised", "kind", "code"),
    [
        (smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such user")}), PermanentFailure, FailureCode.BOUNCED),
        (smtplib.SMTPRecipientsRefused({ADDRESS: (451, b"later")}), TemporaryFailure, FailureCode.BUSY),
        (smtplib.SMTPAuthenticationError(535, b"who?"), TemporaryFailure, FailureCode.SIGN_IN),
        (smtplib.SMTPDataError(554, b"no"), PermanentFailure, FailureCode.REFUSED),
        (smtplib.SMTPServerDisconnected("gone"), TemporaryFailure, FailureCode.UNREACHABLE),
        (ConnectionRefusedError(), TemporaryFailure, FailureCode.UNREACHABLE),
    ],
)
def test_what_the_mail_server_says_decides_whether_to_try_again(
    now: datetime,
    settings: object,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    kind: type[Exception],
    code: str,
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise raised

    settings.EMAIL_DELIVERY = "smtp"  # type: ignore[attr-defined]
    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.send_messages", refuse)
    envelope = Envelope(id=write(now).pk, to=ADDRESS, subject="s", body="b", at=now)
    with pytest.raises(kind) as caught:
        EmailChannel().send(envelope)
    assert caught.value.code == code  # type: ignore[attr-defined]
    assert ADDRESS not in repr(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"sealed_to": None},
        {"sent_at": datetime(2026, 3, 2).astimezone()},
        {"failed_at": datetime(2026, 3, 2).astimezone(), "sealed_to": None, "sealed_context": None},
    ],
)
def test_the_database_refuses_half_settled_messages(now: datetime, changes: dict[str, object]) -> None:
    message = write(now)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.filter(pk=message.pk).update(**changes)


def test_administrators_are_told_once_of_a_failing_job(now: datetime, policy_in_force: PolicyVersion) -> None:
    SweepState.objects.create(name="outbound.deliver_due", failures_in_a_row=FAILURES_BEFORE_ALERT)
    assert alert_failing_jobs(addresses=[], now=now) == []
    assert alert_failing_jobs(addresses={"admin@example.org": "en"}, now=now) == ["outbound.deliver_due"]
    assert alert_failing_jobs(addresses=["admin@example.org"], now=now) == []
    (mail,) = queued()
    assert mail.to == "admin@example.org" and "- outbound.deliver_due" in mail.body
