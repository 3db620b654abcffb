"""Every way an answer can be given, changed and taken back."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections, transaction

from audit.models import AuditEntry
from consent import selectors
from consent.answers import Answer, ConsentKey
from consent.enums import Method, Reply
from consent.errors import ErasedBefore, NotAsked, NotGiven, WordingChanged
from consent.models import ConsentJob, ConsentWording, LedgerEntry
from consent.services.asking import questions
from consent.services.granting import evidence_context, record_answers, withdraw
from core.actors import Actor
from personal_data import keys
from personal_data.enums import SubjectState
from personal_data.errors import SubjectGone
from personal_data.models import DataSubject, PurposeState
from personal_data.services import holding
from personal_data.services.suppressing import EMAIL, index_of, suppress
from policies.models import PolicyVersion
from tests.consent.conftest import AUTOMATED, BY_EMAIL, BY_SMS, EVIDENCE, PARTNERS, Person
from tests.harness.people import Role

Submit = Callable[..., list[int]]


def replies(subject: DataSubject) -> list[str]:
    return list(selectors.history(subject.pk).order_by("id").values_list("reply", flat=True))


def live(subject: DataSubject) -> dict[str, bool]:
    return dict(PurposeState.objects.filter(subject=subject).values_list("purpose", "live"))


def test_an_answer_is_one_entry_with_its_evidence_state_job_and_audit(
    subject: DataSubject, answer: Submit, person: Person, policy: PolicyVersion, now: datetime
) -> None:
    (entry_id,) = answer(granted=[BY_EMAIL])
    entry = LedgerEntry.objects.get(pk=entry_id)
    assert (entry.subject_ref, entry.key, entry.reply) == (subject.pk, BY_EMAIL, Reply.GRANTED)
    assert (entry.version, entry.language, entry.at, entry.captured_by) == (policy.number, "vi", now, "")
    opened = keys.unseal_evidence(subject.pk, bytes(entry.sealed_evidence), evidence_context(entry.act))
    assert opened == b'{"browser":"Firefox, Windows","network":"203.0.113.0/24"}'
    assert live(subject) == {"marketing": True}
    assert ConsentJob.objects.filter(subject_ref=subject.pk, act=entry.act).count() == 1
    audit = AuditEntry.objects.get(event="consent.granted")
    assert (audit.target, audit.subject_ref, audit.actor) == (f"subject:{subject.pk}", subject.pk, f"user:{person.pk}")
    assert audit.details == {
        "entry": entry_id,
        "purpose": "marketing",
        "channel": "email",
        "recipient": "",
        "version": policy.number,
        "wording": bytes(entry.wording_hash).hex(),
    }


def test_the_wording_of_then_can_be_read_again(subject: DataSubject, answer: Submit, policy: PolicyVersion) -> None:
    answer(granted=[AUTOMATED], language="en")
    (entry,) = selectors.history(subject.pk)
    kept = selectors.wordings_of([entry])[bytes(entry.wording_hash)]
    shown = next(question for question in questions(policy, "en") if question.key == AUTOMATED)
    assert kept.text == shown.wording
    assert (kept.language, kept.title) == ("en", "Automated personalisation")


def test_a_form_is_one_act_and_each_answer_an_entry(subject: DataSubject, answer: Submit) -> None:
    answer(granted=[BY_EMAIL, AUTOMATED], refused=[BY_SMS, PARTNERS])
    entries = list(selectors.history(subject.pk))
    assert len(entries) == 4
    assert len({entry.act for entry in entries}) == 1
    assert live(subject) == {"marketing": True, "personalisation": True}


def test_sharing_is_not_a_purpose_and_changes_no_purpose_state(subject: DataSubject, answer: Submit) -> None:
    answer(granted=[PARTNERS])
    assert live(subject) == {}


def test_the_same_answer_again_is_no_new_entry(subject: DataSubject, answer: Submit) -> None:
    answer(granted=[BY_EMAIL], refused=[BY_SMS])
    assert answer(granted=[BY_EMAIL], refused=[BY_SMS]) == []
    assert answer(granted=[BY_EMAIL], language="en") == []
    assert len(replies(subject)) == 2
    assert ConsentJob.objects.count() == 1


def test_refusing_what_was_granted_withdraws_it(subject: DataSubject, answer: Submit) -> None:
    (first,) = answer(granted=[BY_EMAIL])
    (second,) = answer(refused=[BY_EMAIL])
    assert replies(subject) == ["GRANTED", "WITHDRAWN"]
    assert LedgerEntry.objects.get(pk=second).ends_entry == first
    assert answer(refused=[BY_EMAIL]) == []


def test_withdrawing_is_one_step_and_ends_the_entry_that_gave(
    subject: DataSubject, answer: Submit, person: Person, now: datetime
) -> None:
    (first,) = answer(granted=[BY_EMAIL])
    last = withdraw(subject_id=subject.pk, key=BY_EMAIL, evidence=EVIDENCE, by=person, now=now + timedelta(hours=1))
    ended = LedgerEntry.objects.get(pk=last)
    assert (ended.reply, ended.ends_entry) == (Reply.WITHDRAWN, first)
    assert bytes(ended.wording_hash) == bytes(LedgerEntry.objects.get(pk=first).wording_hash)
    assert live(subject) == {"marketing": False}
    assert selectors.in_force(subject.pk, now + timedelta(hours=1)) == {}
    assert set(selectors.in_force(subject.pk, now)) == {BY_EMAIL}


def test_a_purpose_lives_while_one_channel_is_agreed(
    subject: DataSubject, answer: Submit, person: Person, now: datetime
) -> None:
    answer(granted=[BY_EMAIL, BY_SMS])
    withdraw(subject_id=subject.pk, key=BY_EMAIL, evidence=EVIDENCE, by=person, now=now)
    assert live(subject) == {"marketing": True}
    withdraw(subject_id=subject.pk, key=BY_SMS, evidence=EVIDENCE, by=person, now=now)
    assert live(subject) == {"marketing": False}


def test_withdrawing_twice_acts_once(subject: DataSubject, answer: Submit, person: Person, now: datetime) -> None:
    answer(granted=[BY_EMAIL])
    withdraw(subject_id=subject.pk, key=BY_EMAIL, evidence=EVIDENCE, by=person, now=now)
    with pytest.raises(NotGiven):
        withdraw(subject_id=subject.pk, key=BY_EMAIL, evidence=EVIDENCE, by=person, now=now)
    assert replies(subject) == ["GRANTED", "WITHDRAWN"]


def test_what_was_never_given_cannot_be_withdrawn(
    subject: DataSubject, person: Person, policy: PolicyVersion, now: datetime
) -> None:
    with pytest.raises(NotGiven):
        withdraw(subject_id=subject.pk, key=BY_EMAIL, evidence=EVIDENCE, by=person, now=now)


def test_granting_again_after_a_withdrawal_is_a_new_entry(subject: DataSubject, answer: Submit) -> None:
    answer(granted=[BY_EMAIL])
    answer(refused=[BY_EMAIL])
    answer(granted=[BY_EMAIL])
    assert replies(subject) == ["GRANTED", "WITHDRAWN", "GRANTED"]
    assert live(subject) == {"marketing": True}


@pytest.mark.parametrize("key", [ConsentKey("service"), ConsentKey("marketing"), ConsentKey("marketing", "pigeon")])
def test_only_what_the_version_asks_can_be_answered(subject: DataSubject, answer: Submit, key: ConsentKey) -> None:
    with pytest.raises(NotAsked):
        answer(granted=[key])
    assert replies(subject) == []


def test_one_wrong_answer_refuses_the_whole_form(subject: DataSubject, answer: Submit) -> None:
    with pytest.raises(NotAsked):
        answer(granted=[BY_EMAIL, ConsentKey("nothing")])
    assert replies(subject) == []


def test_an_answer_to_another_wording_is_refused(
    subject: DataSubject, person: Person, policy: PolicyVersion, now: datetime
) -> None:
    with pytest.raises(WordingChanged):
        record_answers(
            subject_id=subject.pk,
            answers=[Answer(BY_EMAIL, True, shown=b"\0" * 32)],
            version=policy,
            language="vi",
            evidence=EVIDENCE,
            by=person,
            now=now,
        )
    assert replies(subject) == []


def test_nothing_is_recorded_on_someone_being_erased(subject: DataSubject, answer: Submit, person: Person) -> None:
    from audit.services.recording import record
    from core import clock

    with transaction.atomic():
        DataSubject.objects.filter(pk=subject.pk).update(state=SubjectState.ERASING)
        record(event="erasure.begun", target=f"subject:{subject.pk}", by=person, now=clock.now())
    with pytest.raises(SubjectGone):
        answer(granted=[BY_EMAIL])
    assert replies(subject) == []


def test_staff_who_enter_an_answer_are_named_by_reference(
    subject: DataSubject, policy: PolicyVersion, now: datetime
) -> None:
    record_answers(
        subject_id=subject.pk,
        answers=[Answer(BY_EMAIL, True)],
        version=policy,
        language="vi",
        method="PHONE",
        evidence={},
        by=Role("agent"),
        now=now,
    )
    (entry,) = selectors.history(subject.pk)
    assert (entry.captured_by, entry.method) == ("user:7", "PHONE")


def test_two_windows_at_once_leave_one_entry(subject: DataSubject, answer: Submit) -> None:
    written: list[list[int]] = []
    start = threading.Barrier(4)

    def submit() -> None:
        start.wait()
        try:
            written.append(answer(granted=[BY_EMAIL], refused=[BY_SMS]))
        finally:
            connections.close_all()

    windows = [threading.Thread(target=submit) for _ in range(4)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert sorted(map(len, written)) == [0, 0, 0, 2]
    assert len(replies(subject)) == 2


def test_answers_inside_a_larger_transaction_go_with_it(subject: DataSubject, answer: Submit) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        answer(granted=[BY_EMAIL])
        raise RuntimeError
    assert replies(subject) == []
    assert ConsentWording.objects.count() == 0
    assert connection.in_atomic_block is False


def test_an_answer_is_one_round_trip_to_each_database(
    subject: DataSubject, answer: Submit, django_assert_num_queries: Callable[..., object]
) -> None:
    answer(granted=[BY_EMAIL])
    answer(refused=[BY_EMAIL])
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        answer(granted=[BY_EMAIL])
    with django_assert_num_queries(1, using="keys"):  # type: ignore[attr-defined]
        answer(granted=[BY_EMAIL, AUTOMATED, PARTNERS], refused=[BY_SMS])
    # An end stands in the erasure register too: the lock, the head, its move, and what was ended.
    with django_assert_num_queries(7):  # type: ignore[attr-defined]
        answer(refused=[AUTOMATED])


def test_staff_give_no_consent_for_somebody_who_was_erased(
    subject: DataSubject, person: Person, policy: PolicyVersion, now: datetime
) -> None:
    holding.write_item(subject_id=subject.pk, field="email", value="hoa@example.vn", by=person, now=now)
    suppress(indexes=[index_of(EMAIL, "hoa@example.vn")], now=now)

    def answer_by(by: Actor, granted: bool) -> list[int]:
        answers = [Answer(AUTOMATED, granted=granted)]
        return record_answers(
            subject_id=subject.pk,
            answers=answers,
            version=policy,
            language="vi",
            method=Method.PAPER,
            evidence=EVIDENCE,
            by=by,
            now=now,
        )

    with pytest.raises(ErasedBefore):
        answer_by(Role("agent"), True)
    assert replies(subject) == []
    assert len(answer_by(Role("agent"), False)) == 1  # a no is taken from anybody
    assert len(answer_by(person, True)) == 1  # the person may
