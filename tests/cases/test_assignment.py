"""New cases find a colleague by themselves: by the rules, in turn, never somebody they concern, and on record."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction

from accounts.models import User
from audit.models import AuditEntry
from audit.selectors import entries_about
from cases.enums import AssignmentMode
from cases.errors import CannotReceive, RoleRefused
from cases.models import AssignmentRule
from cases.services.assignment_rules import remove_rule, set_rule
from cases.services.verifying import mark_verified
from complaints.models import Complaint
from complaints.services.filing import Filed
from core.actors import GUEST, SYSTEM
from personal_data.services.subjects import create_subject
from privacy_portal.supervision.processes import wait_until
from tests.cases.fixtures import MEMBER_ADDRESS, as_it_is, mails_of, signed_in

RULES = "/staff/cases/assignmentrule/"
IN_TURN, NAMED, BY_HAND = AssignmentMode.ROUND_ROBIN, AssignmentMode.COLLEAGUE, AssignmentMode.BY_HAND
File = Callable[..., Complaint]


@pytest.fixture
def file(complain: Callable[..., Filed], member: User) -> File:
    """A member's complaint."""

    def make(**said: object) -> Complaint:
        return complain(**{"subject_id": member.subject_id, "address": MEMBER_ADDRESS, **said}).complaint

    return make


@pytest.fixture
def rule(dpo: User, now: datetime) -> Callable[..., AssignmentRule]:
    def make(mode: AssignmentMode, category: str = "", colleague: User | None = None) -> AssignmentRule:
        to = colleague.pk if colleague else None
        return set_rule(kind="complaint", category=category, mode=mode, colleague=to, by=dpo, now=now)

    return make


def test_without_a_rule_a_case_waits_to_be_taken(file: File, agent: User) -> None:
    assert file().assignee_id is None


def test_in_turn_everybody_gets_as_many(
    file: File, rule: Callable[..., AssignmentRule], agent: User, other_agent: User, dpo: User
) -> None:
    rule(IN_TURN)
    got = [file().assignee_id for _ in range(6)]
    assert Counter(got) == {agent.pk: 2, other_agent.pk: 2, dpo.pk: 2} and got[:3] == got[3:]
    given = AuditEntry.objects.filter(event="complaint.assigned")
    assert given.count() == 6 and set(given.values_list("actor", flat=True)) == {"system"}
    assert len(mails_of("staff-case-given")) == 6


def test_in_turn_holds_when_cases_arrive_at_the_same_moment(
    file: File, rule: Callable[..., AssignmentRule], agent: User, other_agent: User, now: datetime
) -> None:
    """The second waits for the first to be whole, and only then sees whose turn it is."""
    rule(IN_TURN)
    stranger = create_subject(by=SYSTEM, now=now, language="vi").pk
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = file(token=uuid4())
            second = pool.submit(_filed_elsewhere, file, stranger)
            assert wait_until(_somebody_waits, seconds=20, every=0.05), "the second case did not wait"
        got = {first.assignee_id, second.result(timeout=20).assignee_id}
    assert len(got) == 2


def _filed_elsewhere(file: File, subject_id: UUID) -> Complaint:
    try:
        return file(token=uuid4(), subject_id=subject_id)
    finally:
        connections.close_all()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_a_category_goes_to_its_colleague_and_the_rest_elsewhere(
    file: File, rule: Callable[..., AssignmentRule], agent: User, other_agent: User
) -> None:
    rule(NAMED, "staff-conduct", agent)
    rule(NAMED, "", other_agent)
    assert file(category="staff-conduct").assignee_id == agent.pk
    assert file(category="other").assignee_id == other_agent.pk
    rule(BY_HAND, "staff-conduct")
    assert file(category="staff-conduct").assignee_id is None


def test_whoever_left_or_sent_it_gets_none(
    file: File, rule: Callable[..., AssignmentRule], agent: User, other_agent: User, dpo: User
) -> None:
    rule(IN_TURN)
    assert {file(subject_id=agent.subject_id).assignee_id for _ in range(4)} == {other_agent.pk, dpo.pk}
    User.objects.filter(pk=other_agent.pk).update(is_active=False)
    assert {file().assignee_id for _ in range(4)} == {agent.pk, dpo.pk}
    rule(NAMED, "other", agent)
    assert file(subject_id=agent.subject_id, category="other").assignee_id is None


def test_a_guest_case_is_given_once_the_address_is_proved(
    complain: Callable[..., Filed], rule: Callable[..., AssignmentRule], agent: User, now: datetime
) -> None:
    rule(NAMED, "", agent)
    case = complain().complaint
    assert as_it_is(case).assignee_id is None
    for _ in range(2):
        mark_verified(kind="complaint", case_id=case.pk, by=GUEST, now=now)
    assert as_it_is(case).assignee_id == agent.pk
    assert entries_about(case.target).filter(event="complaint.assigned").count() == 1


def test_rules_are_changed_by_those_who_may_and_on_record(
    dpo: User, agent: User, staff: Callable[..., User], member: User, now: datetime
) -> None:
    for by in (agent, staff("auditor")):
        with pytest.raises(RoleRefused):
            set_rule(kind="complaint", category="", mode=IN_TURN, by=by, now=now)
    with pytest.raises(CannotReceive):
        set_rule(kind="complaint", category="", mode=NAMED, colleague=member.pk, by=dpo, now=now)
    made = set_rule(kind="complaint", category="other", mode=NAMED, colleague=agent.pk, by=dpo, now=now)
    again = set_rule(kind="complaint", category="other", mode=IN_TURN, by=staff("administrator"), now=now)
    assert made.pk == again.pk and again.colleague_id is None
    with pytest.raises(RoleRefused):
        remove_rule(rule_id=made.pk, by=agent, now=now)
    remove_rule(rule_id=made.pk, by=dpo, now=now)
    remove_rule(rule_id=made.pk, by=dpo, now=now)
    said = [entry.details for entry in entries_about("assignment:complaint.other").order_by("id")]
    assert said == [{"mode": "COLLEAGUE", "to": f"user:{agent.pk}"}, {"mode": "ROUND_ROBIN"}, {"mode": "none"}]


def test_the_page_of_the_rules(agent: User, dpo: User, staff: Callable[..., User]) -> None:
    browser = signed_in(dpo)
    assert "complaint:unwanted-marketing" in browser.get(f"{RULES}add/").content.decode()
    refused = browser.post(f"{RULES}add/", {"scope": "complaint:other", "mode": NAMED, "to": ""})
    assert refused.status_code == 200 and not AssignmentRule.objects.exists()
    browser.post(f"{RULES}add/", {"scope": "complaint:other", "mode": NAMED, "to": str(agent.pk)})
    rule = AssignmentRule.objects.get()
    assert (rule.kind, rule.category, rule.colleague_id) == ("complaint", "other", agent.pk)
    assert 'value="complaint:other"' not in browser.get(f"{RULES}add/").content.decode()
    browser.post(f"{RULES}{rule.pk}/change/", {"mode": IN_TURN, "to": ""})
    rule.refresh_from_db()
    assert (rule.mode, rule.category, rule.colleague_id) == (IN_TURN, "other", None)
    assert signed_in(staff("auditor")).get(f"{RULES}{rule.pk}/change/").status_code == 200
    assert signed_in(staff("auditor", "Xa")).post(f"{RULES}{rule.pk}/delete/", {"post": "yes"}).status_code == 403
    assert signed_in(agent).get(RULES).status_code == 403
    browser.post(f"{RULES}{rule.pk}/delete/", {"post": "yes"})
    assert not AssignmentRule.objects.exists()
    assert AuditEntry.objects.filter(event="assignment.changed").count() == 3
