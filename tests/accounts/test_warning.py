"""People are told 30 and 7 days before something goes, once each, in one mail; and what nobody was told of stays."""

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.services import warning as letters
from accounts.services.registering import register_person
from audit.models import AuditEntry
from audit.services.recording import record
from core.actors import SYSTEM
from core.clock import local_date, midnight
from outbound.enums import FailureCode
from outbound.models import OutboxMessage
from personal_data.models import DataSubject, Disposal, DueNotice, PurposeState, RetentionEvent, RetentionTick
from personal_data.retention_rules import rules_digest
from personal_data.services import holding
from personal_data.services.retention import preview
from personal_data.services.subjects import create_subject
from personal_data.services.warning import note_sent, warn_due
from policies import selectors as policies
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.accounts.conftest import Mail
from tests.harness.clock import MONDAY

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
DAY = timedelta(days=1)
ADDRESS = "hoa.tran@example.vn"
Mails = Callable[[], list[Mail]]


@pytest.fixture
def now(frozen_clock: object) -> datetime:
    """Monday 2 March 2026, at nine in Vietnam."""
    return MONDAY


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    """LowendViet: an account for 24 months, a payment reference for 6 after the payment."""
    return publish(slug="lowendviet", by=SYSTEM, now=now, demo=True).version


@pytest.fixture
def member(policy: PolicyVersion, now: datetime) -> User:
    """A person with an account, a name and a payment reference."""
    user = register_person(address=ADDRESS, password="rừng-tràm-7-mùa-nước", language="en", by=SYSTEM, now=now)
    for field, value in (("full-name", "Trần Thị Mai Hoa"), ("payment-reference", "FT26061998877")):
        holding.write_item(subject_id=user.subject_id, field=field, value=value, by=user, now=now)
    return user


def paid(user: User, at: datetime) -> None:
    """The payment was confirmed, from which six months count."""
    RetentionEvent.objects.create(subject_id=user.subject_id, event="payment-confirmed", at=at)


def inactive_since(user: User, at: datetime) -> None:
    with transaction.atomic():
        DataSubject.objects.filter(pk=user.subject_id).update(last_active_at=at)
        record(event="subject.active", target=f"subject:{user.subject_id}", by=SYSTEM, now=at)


def leaves(at: datetime) -> None:
    """The mail server takes everything that waits."""
    OutboxMessage.objects.filter(sent_at=None, failed_at=None).update(sent_at=at, sealed_to=None, sealed_context=None)
    note_sent(now=at)


def notices() -> list[tuple[str, datetime]]:
    return list(DueNotice.objects.order_by("due_at", "notice").values_list("notice", "due_at"))


def test_told_once_thirty_days_before_and_once_seven(member: User, now: datetime, mails: Mails) -> None:
    paid(member, datetime(2025, 10, 1, 3, tzinfo=now.tzinfo))  # 1 April 2026, 30 days from 2 March
    assert warn_due(now=now - DAY) == 0
    assert warn_due(now=now) == 1
    assert warn_due(now=now) == 0
    (mail,) = mails()
    assert mail.to == ADDRESS and "- 1 April 2026: " in mail.body and "your account" not in mail.body
    assert "FT26" not in mail.body and "/en/account/retention/" in mail.body
    leaves(now)
    assert warn_due(now=now + 22 * DAY) == 0
    assert warn_due(now=now + 23 * DAY) == 1
    last = mails()[-1]
    assert last.subject != mail.subject and "- 1 April 2026: " in last.body
    due_at = midnight(local_date(now + 30 * DAY))
    assert notices() == [("retention-30", due_at), ("retention-7", due_at)]
    told = AuditEntry.objects.filter(event="retention.told", subject_ref=member.subject_id)
    assert [entry.details for entry in told.order_by("id")] == [{"notice": "retention-30"}, {"notice": "retention-7"}]


def test_everything_that_is_due_stands_in_one_mail(member: User, now: datetime, mails: Mails) -> None:
    paid(member, datetime(2025, 9, 20, 3, tzinfo=now.tzinfo))
    inactive_since(member, datetime(2024, 3, 25, 3, tzinfo=now.tzinfo))
    assert warn_due(now=now) == 1
    (mail,) = mails()
    assert "- 20 March 2026: " in mail.body and "- 25 March 2026: " in mail.body
    assert "your account" in mail.body and "sign in once before that day" in mail.body
    assert len(notices()) == 2


def test_what_goes_in_days_and_what_goes_in_a_month_stand_in_one_mail(
    member: User, now: datetime, mails: Mails
) -> None:
    paid(member, datetime(2025, 9, 4, 3, tzinfo=now.tzinfo))  # 4 March 2026, in two days
    inactive_since(member, datetime(2024, 3, 25, 3, tzinfo=now.tzinfo))
    assert warn_due(now=now) == 1
    (mail,) = mails()
    assert "Last notice" in mail.subject and "- 25 March 2026: " in mail.body
    assert "- 9 March 2026: " in mail.body, "seven days after the mail"
    soon, later = (midnight(local_date(now + days * DAY)) for days in (2, 23))
    assert notices() == [("retention-7", soon), ("retention-30", later)]
    leaves(now)
    assert warn_due(now=now + DAY) == 0
    assert warn_due(now=now + 16 * DAY) == 1, "the last one of the later day"
    assert "- 4 March 2026" not in mails()[-1].body and "- 25 March 2026: " in mails()[-1].body


def test_the_account_is_not_told_to_go_while_something_else_stays(member: User, now: datetime, mails: Mails) -> None:
    inactive_since(member, datetime(2024, 3, 25, 3, tzinfo=now.tzinfo))
    assert warn_due(now=now) == 1  # of the name; nothing says yet when the payment reference goes
    (mail,) = mails()
    assert "- 25 March 2026: Full name\n" in mail.body and "your account" not in mail.body.lower()
    paid(
        member, datetime(2025, 9, 26, 3, tzinfo=now.tzinfo)
    )  # the day after: then the account is told of once it is gone
    OutboxMessage.objects.all().delete()
    assert warn_due(now=now) == 1
    assert "your account" not in mails()[0].body.lower()


def test_what_is_due_already_waits_seven_days_after_the_mail_left(member: User, now: datetime, mails: Mails) -> None:
    paid(member, now - 365 * DAY)
    for other in (date(2025, 1, 1), date(2026, 12, 1)):
        known = {"due_at": midnight(other), "sent_at": now - 60 * DAY}
        DueNotice.objects.create(subject_id=member.subject_id, notice="retention-7", **known)
    assert held_back(now) == {"untold": 1}  # what was told of other days counts for those
    assert warn_due(now=now) == 1
    assert f"- {local_date(now + 7 * DAY).day} March 2026" in mails()[0].body
    assert held_back(now + 8 * DAY) == {"untold": 1}  # the mail has not left
    leaves(now + DAY)
    assert held_back(now + 8 * DAY - timedelta(seconds=1)) == {"untold": 1}
    assert held_back(now + 8 * DAY) == {}


def held_back(now: datetime) -> dict[str, int]:
    """Why the payment reference stays, by the search of the engine."""
    return {code: count for line in preview(now=now, samples=False) for code, count in line.held_back.items()}


def test_what_two_people_decided_is_told_before_its_day(member: User, now: datetime, mails: Mails) -> None:
    decided(member, date(2026, 4, 1))
    assert warn_due(now=now - DAY) == 0 and warn_due(now=now) == 1
    (mail,) = mails()
    assert "- 1 April 2026: Full name\n" in mail.body and "Trần" not in mail.body
    leaves(now)
    assert warn_due(now=now + 23 * DAY) == 1 and "- 1 April 2026: Full name\n" in mails()[-1].body
    leaves(now + 25 * DAY)
    assert held_back(now + 30 * DAY) == {}, "the first mail was long before"


def test_what_two_people_decided_for_today_waits_seven_days_after_the_mail_left(
    member: User, now: datetime, mails: Mails
) -> None:
    decided(member, local_date(now))
    assert held_back(now) == {"untold": 1}
    assert warn_due(now=now) == 1
    assert "- 9 March 2026: Full name\n" in mails()[0].body
    leaves(now)
    assert held_back(now + 7 * DAY - timedelta(seconds=1)) == {"untold": 1}
    assert held_back(now + 7 * DAY) == {}


def test_what_goes_by_two_decisions_is_named_on_the_first_day_alone(member: User, now: datetime, mails: Mails) -> None:
    decided(member, date(2026, 3, 20))
    decided(member, date(2026, 3, 25))
    assert warn_due(now=now) == 1
    (mail,) = mails()
    assert "because it was decided" in mail.body
    assert mail.body.count("Full name") == 1 and "- 20 March 2026: Full name\n" in mail.body


def decided(user: User, day: date) -> None:
    """Two people decided that the name is no longer needed."""
    with transaction.atomic():
        row = Disposal.objects.create(
            kind="ORDERED",
            fields=["full-name"],
            subject_ref=user.subject_id,
            ground="Quyết định 5/2026",
            goes_on=day,
            state="APPROVED",
            digest=b"x" * 32,
            proposed_by="user:1",
            proposed_at=MONDAY,
            decided_by="user:2",
            decided_at=MONDAY,
        )
        record(event="test.prepared", target=f"disposal:{row.pk}", by=SYSTEM, now=MONDAY)


def test_a_day_that_moved_away_is_told_anew(member: User, now: datetime) -> None:
    inactive_since(member, datetime(2024, 3, 25, 3, tzinfo=now.tzinfo))
    warn_due(now=now)
    leaves(now)
    inactive_since(member, datetime(2024, 3, 20, 3, tzinfo=now.tzinfo))
    assert warn_due(now=now) == 1
    assert {due_at for _notice, due_at in notices()} == {midnight(date(2026, 3, 25)), midnight(date(2026, 3, 20))}


def test_who_cannot_be_reached_is_not_written_to_and_nothing_waits_for_it(
    policy: PolicyVersion, now: datetime, mails: Mails
) -> None:
    subject = create_subject(by=SYSTEM, now=now - 800 * DAY, language="vi")
    holding.write_item(subject_id=subject.pk, field="full-name", value="Trần Hoa", by=SYSTEM, now=now)
    assert warn_due(now=now) == 0 and not mails()
    assert held_back(now) == {}
    holding.write_item(subject_id=subject.pk, field="email", value=ADDRESS, by=SYSTEM, now=now)
    assert held_back(now) == {"untold": 2}
    assert warn_due(now=now) == 1
    (mail,) = mails()
    assert mail.to == ADDRESS and "/auth/signup/" in mail.body and "Họ và tên" in mail.body


@pytest.mark.parametrize("keeps", [False, True])
def test_who_has_no_account_is_offered_to_keep_only_what_can_be_kept(
    policy: PolicyVersion, now: datetime, mails: Mails, *, keeps: bool
) -> None:
    subject = create_subject(by=SYSTEM, now=now, language="en")
    holding.write_item(subject_id=subject.pk, field="email", value=ADDRESS, by=SYSTEM, now=now)
    holding.write_item(subject_id=subject.pk, field="payment-reference", value="FT26061998877", by=SYSTEM, now=now)
    RetentionEvent.objects.create(
        subject_id=subject.pk, event="payment-confirmed", at=datetime(2025, 9, 20, 3, tzinfo=now.tzinfo)
    )
    if keeps:
        with transaction.atomic():
            DataSubject.objects.filter(pk=subject.pk).update(last_active_at=now - 720 * DAY)
            record(event="subject.active", target=f"subject:{subject.pk}", by=SYSTEM, now=now)
    assert warn_due(now=now) == 1
    body = mails()[0].body
    assert "/auth/signup/" in body and "to delete it now" in body and ("to keep it" in body) is keeps


def test_an_address_that_takes_no_mail_counts_as_told_another_failure_does_not(member: User, now: datetime) -> None:
    paid(member, now - 365 * DAY)
    warn_due(now=now)
    gone = {"sealed_to": None, "sealed_context": None, "failed_at": now + DAY}
    OutboxMessage.objects.update(**gone, failure_code=FailureCode.UNREACHABLE)
    assert note_sent(now=now + DAY) == 0 and not DueNotice.objects.exists()
    assert warn_due(now=now + DAY) == 1
    OutboxMessage.objects.filter(failed_at=None).update(**gone, failure_code=FailureCode.BOUNCED)
    assert note_sent(now=now + 2 * DAY) == 1
    assert DueNotice.objects.get().sent_at == now + DAY


def test_nobody_is_told_of_what_stays_or_what_they_asked_for(member: User, now: datetime, mails: Mails) -> None:
    paid(member, now - 365 * DAY)
    PurposeState.objects.create(subject_id=member.subject_id, purpose="payment", live=True, since=now)
    assert warn_due(now=now) == 0
    PurposeState.objects.update(live=False)
    assert warn_due(now=now) == 1
    assert "keep it" not in mails()[0].body  # no purpose that needs a consent names the payment reference


def test_many_are_told_a_few_at_a_time(
    policy: PolicyVersion, now: datetime, monkeypatch: pytest.MonkeyPatch, mails: Mails
) -> None:
    monkeypatch.setattr("personal_data.services.warning.AT_A_TIME", 2)
    monkeypatch.setattr("personal_data.services.warning.TIMES", 2)
    for number in range(5):
        user = register_person(address=f"a{number}@example.vn", password="x" * 12, language="vi", by=SYSTEM, now=now)
        inactive_since(user, now - 800 * DAY)
    assert warn_due(now=now) == 4
    assert warn_due(now=now) == 1
    assert len({mail.to for mail in mails()}) == 5
    assert letters.outcome([]) == {}


def test_nobody_is_told_days_of_rules_or_a_clock_two_people_have_yet_to_agree_to(
    member: User, policy: PolicyVersion, now: datetime, mails: Mails
) -> None:
    paid(member, datetime(2025, 10, 1, 3, tzinfo=now.tzinfo))
    agreed = rules_digest(policies.document(policy))
    for last_at, digest in ((now, b"other"), (now - 2 * DAY, agreed)):
        RetentionTick.objects.update_or_create(pk=1, defaults={"last_at": last_at, "rules_digest": digest})
        assert warn_due(now=now) == 0 and not mails() and not notices()
    RetentionTick.objects.update(last_at=now)
    assert warn_due(now=now) == 1


def test_a_field_that_left_the_policy_is_named_in_the_mail(
    member: User, policy: PolicyVersion, now: datetime, mails: Mails, tmp_path: Path
) -> None:
    folder = shutil.copytree(settings.BASE_DIR / "policies" / "packs" / policy.slug, tmp_path / policy.slug)
    text = (folder / "policy.toml").read_text(encoding="utf-8")
    (folder / "policy.toml").write_text(text.replace('"payment-reference"', '"new-reference"'), encoding="utf-8")
    publish(path=folder, by=SYSTEM, now=now, demo=True)
    paid(member, datetime(2025, 10, 1, 3, tzinfo=now.tzinfo))
    assert warn_due(now=now) == 1
    (mail,) = mails()
    field = policies.field(policy, "payment-reference")
    assert field is not None and f"- 1 April 2026: {field.label.en}" in mail.body
