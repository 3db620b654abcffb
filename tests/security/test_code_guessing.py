"""Guessing the code that opens a case."""

from datetime import datetime, timedelta

import pytest

from cases.enums import CodePurpose
from cases.models import OneTimeCode
from cases.services import codes
from complaints.models import Complaint
from tests.cases.fixtures import GUEST_ADDRESS

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def test_asking_on_and_on_gives_no_more_codes_to_guess(complaint: Complaint, now: datetime) -> None:
    for _ in range(20):
        codes.begin_lookup(reference=complaint.reference, address=GUEST_ADDRESS, now=now)
    codes.send_pending(now=now)
    to_guess = OneTimeCode.objects.filter(case_ref=complaint.target, code_hash__isnull=False)
    assert to_guess.count() == codes.MAX_PER_HOUR


def test_a_stranger_who_goes_on_asking_does_not_keep_the_owner_out(complaint: Complaint, now: datetime) -> None:
    for minute in range(0, 59, 2):
        at = now + timedelta(minutes=minute)
        codes.begin_lookup(reference=complaint.reference, address=GUEST_ADDRESS, now=at)
        codes.send_pending(now=at)
    later = now + timedelta(minutes=61)
    row = codes.begin_lookup(reference=complaint.reference, address=GUEST_ADDRESS, now=later)
    assert codes.send_pending(now=later) == 1
    row.refresh_from_db()
    assert row.purpose == CodePurpose.TRACK and row.code_hash is not None
