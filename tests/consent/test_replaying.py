"""Consents that the erasure register says were ended, in a database that does not know it yet."""

from datetime import datetime

import pytest

from consent.answers import Answer
from consent.models import ConsentJob, LedgerEntry
from consent.selectors import in_force
from consent.services.granting import record_answers
from core.actors import SYSTEM
from personal_data.models import DataSubject, PurposeState, RegisterHead
from personal_data.services.announcing import Erased, EvidenceEnded, Withdrawn
from personal_data.services.replaying import replay_all
from policies.models import PolicyVersion
from tests.consent.conftest import BY_EMAIL, BY_SMS
from tests.personal_data.test_register_replay import grant, tell

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def head(subject: DataSubject, now: datetime) -> dict[str, object]:
    """What a backup made now knows of the register."""
    tell(EvidenceEnded(DataSubject().pk), now=now)
    return dict(RegisterHead.objects.values().get())


def restore(head: dict[str, object]) -> None:
    RegisterHead.objects.update(**head)


def test_every_consent_of_the_erased_ends(
    head: dict[str, object], subject: DataSubject, policy: PolicyVersion, now: datetime
) -> None:
    grant(subject, policy, BY_EMAIL, BY_SMS, now=now)
    tell(Erased(subject.pk), now=now)
    restore(head)
    replay_all(now=now)
    assert not in_force(subject.pk, now)


def test_a_withdrawn_consent_ends_again_and_no_other(
    head: dict[str, object], subject: DataSubject, policy: PolicyVersion, now: datetime
) -> None:
    by_email, by_sms = grant(subject, policy, BY_EMAIL, BY_SMS, now=now)
    ConsentJob.objects.all().delete()
    tell(Withdrawn(subject.pk, "marketing", "email", "", by_email), now=now)
    restore(head)
    assert replay_all(now=now).consents == 1
    assert set(in_force(subject.pk, now)) == {BY_SMS}
    assert LedgerEntry.objects.get(ends_entry=by_email).reply == "WITHDRAWN"
    assert PurposeState.objects.get(purpose="marketing").live
    tell(Withdrawn(subject.pk, "marketing", "sms", "", by_sms), now=now)
    restore(head)
    assert replay_all(now=now).consents == 1
    assert not PurposeState.objects.get(purpose="marketing").live
    assert not ConsentJob.objects.exists()
    assert replay_all(now=now).consents == 0


def test_a_consent_given_anew_stays(
    head: dict[str, object], subject: DataSubject, policy: PolicyVersion, now: datetime
) -> None:
    (first,) = grant(subject, policy, BY_EMAIL, now=now)
    record_answers(
        subject_id=subject.pk,
        answers=[Answer(BY_EMAIL, False)],
        version=policy,
        language="vi",
        evidence={},
        by=SYSTEM,
        now=now,
    )
    grant(subject, policy, BY_EMAIL, now=now)
    tell(Withdrawn(subject.pk, "marketing", "email", "", first), now=now)
    restore(head)
    assert replay_all(now=now).consents == 0
    assert set(in_force(subject.pk, now)) == {BY_EMAIL}
