"""A request to delete what a rule of law keeps: the plan says so, the rest goes, and the certificate names the day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override

from accounts.certificate import certificate_of
from accounts.models import User
from core import clock
from core.clock import local_date
from core.templatetags.portal import day
from dsr_requests.enums import RequestKind, Verdict
from dsr_requests.models import Request
from dsr_requests.services.deciding import planned
from dsr_requests.wishes import Wish
from dsr_requests.wording import words
from personal_data import keys
from personal_data.models import DataItem, KeptByLaw, ValueHistory
from personal_data.retention_dates import plus_period
from personal_data.services.correcting import correct_item
from personal_data.services.erasing import progress_token
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.dsr_requests import steps
from tests.dsr_requests.carrying import NAME, PHONE, all_of_it, decided, run_of, to_the_end
from tests.personal_data.erasure_cases import PERSON
from tests.personal_data.retention_steps import publish_with, rule

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
BY_LAW = rule("invoices", "law", years="5", clause='"L91 14.2"')


@pytest.fixture
def later(policy_in_force: PolicyVersion, tmp_path: Path) -> datetime:
    """From now on the law keeps names for five years."""
    publish_with(tmp_path, BY_LAW, {"full-name": "invoices"})
    return clock.now()


@pytest.fixture
def until(later: datetime) -> str:
    """The day on which a name given now goes."""
    pack = policies.document(policies.version_in_force(later))  # type: ignore[arg-type]
    law = pack.retention_rule("invoices")
    assert law is not None
    return day(plus_period(local_date(later), law))


@pytest.fixture
def asked(later: datetime, member: User, agent: User, dpo: User) -> Callable[[Wish], Request]:
    """`asked(wish)`: a member's request, decided and in effect."""
    steps.hold(member, now=later, full_name=NAME, phone=PHONE)
    return lambda wish: decided(member, wish, by=agent, second_by=dpo, now=later)


def test_of_chosen_things_the_rest_goes_and_the_certificate_names_the_day(
    asked: Callable[[Wish], Request], until: str, dpo: User, later: datetime
) -> None:
    request = asked(Wish(RequestKind.DELETE, fields=("full-name", "phone")))
    with override("en"):
        told = "\n".join(words(planned(request, Verdict.ACCEPT, now=later)))
    assert "Deleted: Phone number." in told and "Full name" in told.split("What stays: ")[1] and "91/2025" in told
    done = to_the_end(request, by=dpo, now=later)
    assert done.status == "CLOSED"
    assert list(DataItem.objects.values_list("field", flat=True)) == ["full-name"]
    (group,) = certificate_of(run_of(request)).kept
    assert until in group.until and "91/2025" in group.why and group.rows[0].count == 1


def test_of_everything_it_is_set_apart_and_the_certificate_names_the_day(
    asked: Callable[[Wish], Request], until: str, member: User, dpo: User, later: datetime
) -> None:
    request = asked(all_of_it(RequestKind.DELETE))
    to_the_end(request, by=dpo, now=later)
    assert not DataItem.objects.exists() and KeptByLaw.objects.get().field == "full-name"
    assert not keys.has_data_key(member.subject_id)
    kept = [group for group in certificate_of(run_of(request)).kept if until in group.until]
    assert [row.count for group in kept for row in group.rows] == [1]
    page = Client().get(f"/en/account/erase/progress/{progress_token(run_of(request))}/certificate/").content.decode()
    assert "a key of its own" in page and "Full name" in page and "91/2025" in page


def test_what_the_law_came_to_keep_after_the_approval_is_kept_and_counted_as_such(
    policy_in_force: PolicyVersion, member: User, agent: User, dpo: User, now: datetime, tmp_path: Path
) -> None:
    steps.hold(member, now=now, full_name=NAME, phone=PHONE)
    request = decided(member, all_of_it(RequestKind.DELETE), by=agent, second_by=dpo, now=now)
    publish_with(tmp_path, BY_LAW, {"full-name": "invoices"})
    to_the_end(request, by=dpo, now=clock.now())
    assert KeptByLaw.objects.get().field == "full-name"
    values = run_of(request).plan.lines.get(target="personal_data.dataitem")
    assert (values.rows, values.gone, values.difference) == (1, 1, "")


def test_deleting_a_field_takes_its_earlier_values_and_no_other(
    policy_in_force: PolicyVersion, member: User, agent: User, dpo: User, now: datetime
) -> None:
    steps.hold(member, now=now, full_name=NAME, phone=PHONE)
    for field, value in (("full-name", "Trần Lan"), ("phone", "0987654321"), ("phone", "0987654322")):
        correct_item(subject_id=member.subject_id, field=field, value=value, basis="request:1", by=PERSON, now=now)
    request = decided(member, Wish(RequestKind.DELETE, fields=("phone",)), by=agent, second_by=dpo, now=now)
    correct_item(subject_id=member.subject_id, field="phone", value="0987654323", basis="request:1", by=PERSON, now=now)
    to_the_end(request, by=dpo, now=now + timedelta(seconds=1))
    assert list(ValueHistory.objects.values_list("field", flat=True)) == ["full-name"]
