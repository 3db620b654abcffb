"""Duplicates: suggested, linked with a reason, and never more than that."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import read_note
from cases.errors import NotYours, RoleRefused
from cases.sealing import TEXT_INDEX
from cases.services.assigning import take
from complaints.enums import LinkReason
from complaints.errors import LinkImpossible
from complaints.models import Complaint, ComplaintLink
from complaints.selectors import links_of, suggested_duplicates
from complaints.services.filing import Filed
from complaints.services.linking import link, unlink
from core.encryption import blind_index
from tests.cases.fixtures import MEMBER_ADDRESS
from tests.complaints.steps import fresh, sort

DAY = timedelta(days=1)
Pair = tuple[Complaint, Complaint]


@pytest.fixture
def pair(complain: Callable[..., Filed], agent: User, now: datetime) -> Pair:
    """Two complaints by one guest, a day apart; the later one is in the agent's hands."""
    earlier, later = complain().complaint, complain(at=now + DAY).complaint
    take(kind="complaint", case_id=later.pk, by=agent, now=now + DAY)
    return earlier, fresh(later)


def joined(pair: Pair, *, by: User, now: datetime, **changes: object) -> ComplaintLink:
    said = {"earlier": pair[0].reference, "reason": LinkReason.SAME_MATTER, "note": "Cùng một cuộc gọi."} | changes
    return link(complaint_id=pair[1].pk, by=by, now=now, **said)  # type: ignore[arg-type]


def test_the_same_person_contact_and_text_are_suggested(
    complain: Callable[..., Filed], member: User, pair: Pair, now: datetime
) -> None:
    earlier, later = pair
    other = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS, at=now + 2 * DAY).complaint
    found = {one.reference: one for one in suggested_duplicates(later)}
    assert set(found) == {earlier.reference, other.reference}
    first, second = found[earlier.reference], found[other.reference]
    # Two guests are two persons, whatever address they give.
    assert (first.same_person, first.same_contact, first.same_text) == (False, True, True)
    assert (second.same_person, second.same_contact, second.same_text) == (False, False, True)
    again = complain(subject_id=member.subject_id, address="khac@example.com", at=now + 3 * DAY).complaint
    assert suggested_duplicates(again)[0].same_person


def test_spaces_and_capitals_do_not_hide_the_same_text(pair: Pair) -> None:
    assert bytes(pair[0].text_fingerprint) == blind_index(
        "  TÔI nhận tin  quảng cáo dù đã từ chối.\u200b", name=TEXT_INDEX
    )


def test_what_is_about_the_colleague_who_looks_is_not_suggested(
    pair: Pair, agent: User, dpo: User, now: datetime
) -> None:
    sort(pair[0], category="staff-conduct", about_staff=agent.pk, by=dpo, now=now)
    assert suggested_duplicates(pair[1], by=agent) == []
    assert len(suggested_duplicates(pair[1], by=dpo)) == 1


def test_a_link_has_a_reason_and_changes_nothing_else(pair: Pair, agent: User, now: datetime) -> None:
    before = [(case.status, case.target_at, case.limit_at, case.verified_at) for case in pair]
    row = joined(pair, by=agent, now=now + DAY)
    assert [(case.status, case.target_at, case.limit_at, case.verified_at) for case in map(fresh, pair)] == before
    assert [(one.reference, one.is_earlier) for one in links_of(pair[1])] == [(pair[0].reference, True)]
    assert [(one.reference, one.is_earlier) for one in links_of(pair[0])] == [(pair[1].reference, False)]
    assert suggested_duplicates(pair[1]) == [] == suggested_duplicates(pair[0])
    entries = AuditEntry.objects.filter(event="complaint.linked").order_by("id")
    assert [entry.target for entry in entries] == [pair[1].target, pair[0].target]
    assert [read_note(entry) for entry in entries] == ["Cùng một cuộc gọi.", ""]
    assert "cuộc gọi" not in str(entries[0].details)
    assert row.reason == LinkReason.SAME_MATTER


def test_linking_twice_is_linking_once_and_unlinking_twice_too(pair: Pair, agent: User, now: datetime) -> None:
    first, second = (joined(pair, by=agent, now=now + DAY) for _ in range(2))
    assert first.pk == second.pk
    for _ in range(2):
        unlink(link_id=first.pk, note="Nhầm.", by=agent, now=now + DAY)
    assert not ComplaintLink.objects.exists()
    events = AuditEntry.objects.filter(event__in=["complaint.linked", "complaint.unlinked"])
    assert sorted(events.values_list("event", flat=True)) == ["complaint.linked"] * 2 + ["complaint.unlinked"] * 2


def test_only_an_earlier_complaint_can_be_linked(
    complain: Callable[..., Filed], pair: Pair, agent: User, dpo: User, now: datetime
) -> None:
    newest = complain(at=now + 2 * DAY).complaint
    for reference in (newest.reference, pair[1].reference, "KN-26-2222-3333", "", "'; --"):
        with pytest.raises(LinkImpossible):
            joined(pair, by=agent, now=now + DAY, earlier=reference)
    sort(pair[0], category="staff-conduct", about_staff=agent.pk, by=dpo, now=now)
    with pytest.raises(LinkImpossible):
        joined(pair, by=agent, now=now + DAY)


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator"])
def test_only_who_has_it_or_an_officer_links(
    role: str, pair: Pair, agent: User, staff: Callable[..., User], now: datetime
) -> None:
    row = joined(pair, by=agent, now=now + DAY)
    user = staff(role, "Chi")
    refusal = NotYours if role == "agent" else RoleRefused
    with pytest.raises(refusal):
        joined(pair, by=user, now=now + DAY)
    with pytest.raises(refusal):
        unlink(link_id=row.pk, note="", by=user, now=now + DAY)
