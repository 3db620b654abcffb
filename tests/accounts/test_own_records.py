"""What sign-in and the staff desk leave behind goes when its time is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.cache import cache
from django.db import connection

from accounts.enums import Role
from accounts.models import FactorRecovery, FactorRecoveryApproval, StaffInvitation, User
from accounts.services import forgetting, inviting
from accounts.services.closing import remove_unverified
from accounts.services.registering import register_person
from cases.models import DeskDigest
from cases.services.digesting import forget_digests
from core.actors import SYSTEM
from personal_data.models import ErasureRun
from personal_data.own_records import Ages
from tests.cases.fixtures import PASSWORD, dpo, policy_in_force, staff  # noqa: F401
from tests.harness.ages import ages_at

pytestmark = pytest.mark.usefixtures("policy_in_force")


def days(now: datetime, number: float) -> Ages:
    return ages_at(now + timedelta(days=number))


def test_counters_of_tries_go_when_their_window_is_over(now: datetime) -> None:
    cache.set("over", 3, timeout=1)
    cache.set("running", 3, timeout=10**9)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE privacy_portal_cache SET expires = now() - interval '1 minute' WHERE expires < now() + "
                       "interval '1 day' AND expires > '2000-01-01'")  # fmt: skip
        cursor.execute("SELECT now()")
        (there,) = cursor.fetchone()
    assert forgetting.forget_throttles(ages_at(there - timedelta(hours=1))) == 0
    assert forgetting.forget_throttles(ages_at(there)) == 1
    assert forgetting.forget_throttles(ages_at(there + timedelta(days=36500))) == 0, "the database's own clock decides"


def test_closed_invitations_go_and_open_ones_stay(staff: Callable[..., User], now: datetime) -> None:  # noqa: F811
    boss = staff("administrator")
    closed = inviting.invite(address="a@example.org", role=Role.AGENT, staff_name="A", language="vi", by=boss, now=now)
    inviting.withdraw(invitation_id=closed.pk, by=boss, now=now)
    inviting.invite(address="b@example.org", role=Role.AGENT, staff_name="B", language="vi", by=boss, now=now)
    assert forgetting.forget_invitations(days(now, 364)) == 0
    assert forgetting.forget_invitations(days(now, 366)) == 1
    assert StaffInvitation.objects.get().closed_at is None


def test_recoveries_go_with_the_words_of_colleagues(staff: Callable[..., User], now: datetime) -> None:  # noqa: F811
    user, other = staff("agent"), staff("dpo")
    asked = FactorRecovery.objects.create(user=user, asked_at=now, expires_at=now + timedelta(days=2))
    FactorRecoveryApproval.objects.create(recovery=asked, about=user, approver=other, approved_at=now)
    assert forgetting.forget_recoveries(days(now, 91)) == 0
    assert forgetting.forget_recoveries(days(now, 93)) == 2


def test_the_desk_keeps_its_own_notes_for_a_year(dpo: User, now: datetime) -> None:  # noqa: F811
    LogEntry.objects.create(user=dpo, object_repr="1", action_flag=CHANGE, change_message="", action_time=now)
    DeskDigest.objects.create(user=dpo, day=now.date(), written_at=now)
    for forget in (forgetting.forget_desk_log, forget_digests):
        assert forget(days(now, 364)) == 0
        assert forget(days(now, 366)) == 1


def test_accounts_nobody_proved_are_erased(now: datetime) -> None:
    user = register_person(address="ai@example.com", password=PASSWORD, language="vi", by=SYSTEM, now=now)
    EmailAddress.objects.filter(user=user).update(verified=False)
    assert remove_unverified(days(now, 1.9)) == 0
    assert remove_unverified(days(now, 2.1)) == 1
    assert ErasureRun.objects.get().subject_ref == user.subject_id
