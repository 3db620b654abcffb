"""Many notices at once, and notices that wait for a moment."""

from datetime import datetime, timedelta

import pytest
from django.template.exceptions import TemplateDoesNotExist
from django.utils.translation import override

from outbound.models import OutboxMessage
from outbound.notices import subject_of
from outbound.selectors import due_messages
from outbound.services.queueing import Letter, queue_letters, queue_notice

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def letter(to: str = "a@example.com", dedup: str = "", notice: str = "jobs-failing") -> Letter:
    return Letter(notice, to, "en", {"jobs": "- one"}, dedup=dedup)


def test_many_are_written_and_one_that_was_written_before_is_not(now: datetime) -> None:
    queue_letters([letter("a@example.com", "x:1"), letter("b@example.com", "x:2")], now=now)
    queue_letters([letter("a@example.com", "x:1"), letter("c@example.com", "x:3")], now=now)
    assert sorted(OutboxMessage.objects.values_list("dedup", flat=True)) == ["x:1", "x:2", "x:3"]


def test_letters_without_a_name_are_all_written(now: datetime) -> None:
    queue_letters([letter(), letter()], now=now)
    assert OutboxMessage.objects.count() == 2


def test_what_waits_for_a_moment_is_not_due_before(now: datetime) -> None:
    queue_letters([letter()], now=now, not_before=now + HOUR)
    queue_notice(
        notice="jobs-failing", to="b@example.com", language="en", context={"jobs": ""}, now=now, not_before=now + HOUR
    )
    assert not due_messages(now=now + HOUR - timedelta(seconds=1)).exists()
    assert due_messages(now=now + HOUR).count() == 2


def test_a_moment_that_has_passed_means_now(now: datetime) -> None:
    queue_letters([letter()], now=now, not_before=now - HOUR)
    assert OutboxMessage.objects.get().due_at == now


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (letter(to=""), ValueError),
        (letter(to="a@example.com\r\nBcc: b@example.com"), ValueError),
        (letter(dedup="Nguyễn Văn A"), ValueError),
        (letter(notice="nobody-wrote-this"), TemplateDoesNotExist),
    ],
    ids=["no address", "two lines", "a name as key", "no such notice"],
)
def test_one_unusable_letter_stops_all(wrong: Letter, error: type[Exception], now: datetime) -> None:
    with pytest.raises(error):
        queue_letters([letter(), wrong], now=now)
    assert not OutboxMessage.objects.exists()


def test_a_notice_goes_by_its_subject() -> None:
    with override("en"):
        assert subject_of("address-code") == "Your code for confirming this address"
        assert subject_of("written-by-nobody") == "written-by-nobody"
