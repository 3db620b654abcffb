"""Contract purposes begin and end by what staff record; an open case stands beside them."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from audit.models import AuditEntry
from cases.enums import CaseStatus
from cases.services.closing import CASE_CLOSED, end
from cases.services.filing import Sender
from cases.services.locking import lock_case
from complaints.enums import Outcome, Remedy
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, file_complaint
from core import clock
from core.actors import SYSTEM
from personal_data.errors import NotResponsible, SubjectGone
from personal_data.errors_holds import PurposeUnknown
from personal_data.models import DataSubject, PurposeState
from personal_data.retention_dates import OPEN_CASE
from personal_data.services.erasing import begin_erasure
from personal_data.services.merging import merge, part, propose
from personal_data.services.purposes import begin_purpose, end_purpose, set_for_many
from personal_data.services.subjects import create_subject
from tests.harness.people import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
OFFICER, AGENT = Role("dpo", 1), Role("agent", 2)


def states(subject: DataSubject) -> dict[str, bool]:
    return dict(PurposeState.objects.filter(subject=subject).values_list("purpose", "live"))


def test_a_contract_begins_and_ends_once(subject: DataSubject, now: datetime) -> None:
    about = {"subject_id": subject.pk, "purpose": "service", "by": OFFICER}
    assert begin_purpose(**about, now=now) and not begin_purpose(**about, now=now)  # type: ignore[arg-type]
    later = now + timedelta(days=1)
    assert end_purpose(**about, now=later) and not end_purpose(**about, now=later + timedelta(days=1))  # type: ignore[arg-type]
    row = PurposeState.objects.get(subject=subject)
    assert not row.live and row.since == later
    recorded = AuditEntry.objects.filter(subject_ref=subject.pk, event__startswith="purpose.").order_by("id")
    assert [(one.event, one.details["purpose"]) for one in recorded] == [
        ("purpose.begun", "service"),
        ("purpose.ended", "service"),
    ]


@pytest.mark.parametrize("purpose", ["marketing", "no-such", "open-case"])
def test_a_consent_and_an_unknown_purpose_are_refused(subject: DataSubject, purpose: str, now: datetime) -> None:
    with pytest.raises(PurposeUnknown):
        end_purpose(subject_id=subject.pk, purpose=purpose, by=OFFICER, now=now)
    assert states(subject) == {}


def test_an_agent_records_only_for_people_of_the_own_cases(subject: DataSubject, now: datetime) -> None:
    for by in (AGENT, Role("auditor", 3), Role("administrator", 4)):
        with pytest.raises(NotResponsible):
            end_purpose(subject_id=subject.pk, purpose="service", by=by, now=now)
    assert states(subject) == {}


def test_nothing_is_recorded_about_somebody_who_goes(subject: DataSubject, now: datetime) -> None:
    begin_erasure(subject_id=subject.pk, address="", by=SYSTEM, now=now)
    with pytest.raises(SubjectGone):
        begin_purpose(subject_id=subject.pk, purpose="service", by=OFFICER, now=now)


def test_a_list_ends_it_for_each_and_names_whom_nobody_knows(subject: DataSubject, now: datetime) -> None:
    other, nobody = create_subject(by=SYSTEM, now=now, language="vi"), uuid4()
    about = {"purpose": "service", "live": False, "by": OFFICER, "now": now}
    ids = [subject.pk, nobody, other.pk, subject.pk]
    assert set_for_many(subject_ids=ids, **about) == (2, [nobody])  # type: ignore[arg-type]
    assert states(subject) == states(other) == {"service": False}


def filed(subject: DataSubject) -> Complaint:
    sender = Sender(address="khach@example.com", language="vi", subject_id=subject.pk)
    content = ComplaintText("Chuyện gì?", "other", Remedy.EXPLAIN)
    return file_complaint(form_token=uuid4(), sender=sender, content=content, by=SYSTEM, now=clock.now()).complaint


def closed(case: Complaint) -> None:
    with transaction.atomic():
        later = clock.now()
        held = lock_case(kind="complaint", case_id=case.pk)
        end(held, to=CaseStatus.WITHDRAWN, outcome=Outcome.TAKEN_BACK, by=SYSTEM, now=later)


def test_an_open_case_stands_until_the_last_is_closed(subject: DataSubject, now: datetime) -> None:
    first, second = filed(subject), filed(subject)
    assert states(subject) == {OPEN_CASE: True}
    closed(first)
    assert states(subject) == {OPEN_CASE: True}, "one is open still"
    closed(second)
    assert states(subject) == {OPEN_CASE: False}
    filed(subject)
    assert states(subject) == {OPEN_CASE: True}


def test_an_open_case_counts_under_every_reference_of_people_joined(subject: DataSubject, now: datetime) -> None:
    """Of whom the data stands under it is kept while the other's case is open, and no longer."""
    kept = create_subject(by=SYSTEM, now=now, language="vi")
    closed(filed(kept))
    case = filed(subject)
    row = propose(kept=kept.pk, other=subject.pk, by=OFFICER, now=now)
    merge(merge_id=row.pk, keep=kept.pk, words="cùng một người", by=OFFICER, now=now)
    assert states(kept) == states(subject) == {OPEN_CASE: True}
    closed(case)
    assert states(kept) == states(subject) == {OPEN_CASE: False}
    assert kept.retention_events.filter(event=CASE_CLOSED, reference=case.target).count() == 1
    filed(subject)
    part(merge_id=row.pk, words="hai người", by=OFFICER, now=now)
    assert (states(kept), states(subject)) == ({OPEN_CASE: False}, {OPEN_CASE: True})
