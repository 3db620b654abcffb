"""Records of messages, and letters in the folder, go some time after they left."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from accounts.models import User
from outbound.models import OutboxMessage
from outbound.services.delivering import deliver_due
from outbound.services.forgetting import forget_messages
from outbound.services.queueing import queue_notice
from tests.harness.ages import ages_at

pytestmark = pytest.mark.usefixtures("policy_in_force")


@pytest.fixture
def folder(settings: object, tmp_path: Path) -> Path:
    settings.PORTAL_HOME = tmp_path  # type: ignore[attr-defined]
    return tmp_path / "mail"


def letter(now: datetime, *, to: User) -> OutboxMessage:
    context = {"code": "123456"}
    return queue_notice(
        notice="case-code", to="ai@example.com", language="en", context=context, now=now, subject_id=to.subject_id
    )


def test_a_letter_and_its_record_go_together(member: User, now: datetime, folder: Path) -> None:
    letter(now, to=member)
    assert deliver_due(now=now) == 1
    assert forget_messages(ages_at(now + timedelta(days=89))) == 0
    assert len(list(folder.glob("*.eml"))) == 1 == OutboxMessage.objects.count()
    assert forget_messages(ages_at(now + timedelta(days=91))) == 2
    assert not list(folder.iterdir()) and not OutboxMessage.objects.exists()


def test_a_letter_tied_to_nobody_goes_after_a_day(now: datetime, folder: Path) -> None:
    queue_notice(notice="case-code", to="ai@example.com", language="en", context={"code": "123456"}, now=now)
    assert deliver_due(now=now) == 1
    assert forget_messages(ages_at(now + timedelta(hours=23))) == 0
    assert forget_messages(ages_at(now + timedelta(hours=25))) == 1
    assert not list(folder.iterdir()) and OutboxMessage.objects.exists(), "its record names nobody and stays longer"


def test_what_still_waits_stays(member: User, now: datetime, folder: Path) -> None:
    letter(now, to=member)
    assert forget_messages(ages_at(now + timedelta(days=4000))) == 0 and OutboxMessage.objects.exists()


def test_what_was_given_up_goes_too(member: User, now: datetime, folder: Path) -> None:
    row = letter(now, to=member)
    OutboxMessage.objects.filter(pk=row.pk).update(
        failed_at=now, failure_code="BOUNCED", sealed_to=None, sealed_context=None
    )
    assert forget_messages(ages_at(now + timedelta(days=91))) == 1


def test_a_letter_without_a_record_and_a_stranger_in_the_folder(now: datetime, folder: Path) -> None:
    folder.mkdir()
    for name in (f"{now:%Y%m%d-%H%M%S}-left.eml", f"{now:%Y%m%d-%H%M%S}-half.part", "something else.eml"):
        (folder / name).write_text("x")
    assert forget_messages(ages_at(now + timedelta(days=91))) == 2
    assert [path.name for path in folder.iterdir()] == ["something else.eml"]
