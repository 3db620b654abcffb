"""Legal holds: what they need, what they stop, and that release lets go on what was due."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import override

from accounts.enums import Role as StaffRole
from accounts.models import User
from accounts.services.staffing import create_staff
from audit.models import AuditEntry
from audit.services.recording import record
from consent.services.devices import forget_devices
from core.actors import SYSTEM
from core.clock import local_date
from core.templatetags.portal import day
from personal_data import keys
from personal_data.enums import ErasureState, HoldGround, Source
from personal_data.errors_holds import HoldOver, NotClear
from personal_data.errors_retention import HeldForLaw, RetentionRefused
from personal_data.forms_retention import HoldForm
from personal_data.models import DataItem, DataSubject, Device, ErasureRun, LegalHold, StoredFile
from personal_data.selectors_holds import held_cases, held_people, is_held
from personal_data.services import erasing, files, holding, holds
from personal_data.services.erasing import run_due_erasures
from personal_data.services.replaced import forget_released
from personal_data.services.subjects import create_subject
from personal_data.services.undoing import staying, undo
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.cases.fixtures import mails_of
from tests.harness.people import Role
from tests.personal_data.erasure_cases import PERSON, events, fill
from tests.personal_data.hold_steps import OFFICER, Place, place
from tests.personal_data.import_steps import OFFICER as IMPORTER
from tests.personal_data.import_steps import PEOPLE, people_of, taken_in, work
from tests.promises.acting import complain

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
__all__ = ["place"]


@pytest.fixture
def policy(request: pytest.FixtureRequest, transactional_db: None, now: datetime) -> PolicyVersion:
    """ACROS, with values and files, unless a test names another."""
    return publish(slug=getattr(request, "param", "acros"), by=SYSTEM, now=now, demo=True).version


def tomorrow(now: datetime) -> date:
    return local_date(now) + timedelta(days=1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ground": ""}, "ground"),
        ({"ground": "BECAUSE"}, "ground"),
        ({"clause": "  "}, "clause"),
        ({"review_on": None}, "review_on"),
        ({"field": "no-such"}, "field"),
        ({"category": "no-such"}, "category"),
        ({"subject_ref": uuid4()}, "subject_ref"),
        ({"case_ref": "complaint:41"}, "case_ref"),
        ({"field": ""}, None),
    ],
)
def test_a_hold_that_is_not_clear_is_refused_with_the_reason(
    place: Place, wrong: dict[str, object], field: str | None
) -> None:
    with pytest.raises(NotClear) as refused:
        place(**{"field": "phone", **wrong})
    assert refused.value.field == field
    assert not LegalHold.objects.exists() and not AuditEntry.objects.filter(event="hold.placed").exists()


def test_a_review_is_to_come_and_within_a_year(place: Place, now: datetime) -> None:
    for wrong in (local_date(now), local_date(now) - timedelta(days=1), local_date(now) + timedelta(days=367)):
        with pytest.raises(NotClear):
            place(field="phone", review_on=wrong)
    assert place(field="phone", review_on=tomorrow(now)).review_on == tomorrow(now)


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator"])
def test_only_the_officer_places_and_releases(place: Place, role: str, now: datetime) -> None:
    with pytest.raises(RetentionRefused):
        place(field="phone", by=Role(role))
    hold = place(field="phone")
    with pytest.raises(RetentionRefused):
        holds.release(hold_id=hold.pk, by=Role(role), now=now)
    assert hold.is_in_force


def test_each_part_narrows_what_a_hold_names(subject: DataSubject, place: Place, now: datetime) -> None:
    other = create_subject(by=SYSTEM, now=now, language="vi")
    hold = place(subject_ref=subject.pk, field="phone")
    assert is_held(subject.pk, ["phone", "email"]) and not is_held(subject.pk, ["email"])
    assert not is_held(other.pk, ["phone"])
    holds.release(hold_id=hold.pk, by=OFFICER, now=now)
    assert not is_held(subject.pk, ["phone"])
    place(category="contact")
    assert is_held(other.pk, ["phone"]) and is_held(subject.pk, ["email"]) and not is_held(subject.pk, ["full-name"])


def test_a_hold_on_a_case_stands_on_its_person(place: Place, now: datetime) -> None:
    case = complain()
    hold = place(case_ref=case.reference.lower().replace("-", " "))
    assert (hold.case_ref, hold.subject_ref) == (case.target, case.subject_id)
    assert held_cases() == {case.target} and is_held(case.subject_id, ["phone"])
    other = create_subject(by=SYSTEM, now=now, language="vi")
    with pytest.raises(NotClear):
        place(case_ref=case.target, subject_ref=other.pk)
    assert not is_held(other.pk, ["phone"])


def test_a_held_value_or_file_is_not_deleted_and_everything_else_goes_on(
    subject: DataSubject, place: Place, now: datetime
) -> None:
    (stored,) = fill(subject, now, pictures=1)
    place(subject_ref=subject.pk, category="contact")
    place(subject_ref=subject.pk, field="payment-image")
    with pytest.raises(HeldForLaw) as refused:
        holding.erase_items(subject_id=subject.pk, fields=["full-name", "phone"], by=PERSON, now=now)
    assert "phone" in str(refused.value.message).lower() or "điện thoại" in str(refused.value.message)
    with pytest.raises(HeldForLaw):
        holding.decline_field(subject_id=subject.pk, field="phone", by=PERSON, now=now)
    with pytest.raises(HeldForLaw):
        files.delete_file(subject_id=subject.pk, file_id=stored.pk, by=PERSON, now=now)
    with pytest.raises(HeldForLaw):
        erasing.begin_deletion(subject_id=subject.pk, fields=["phone"], by=PERSON, now=now)
    assert DataItem.objects.count() == 2 and StoredFile.objects.count() == 1 and not ErasureRun.objects.exists()
    assert holding.erase_items(subject_id=subject.pk, fields=["full-name"], by=PERSON, now=now) == 1
    holding.write_item(subject_id=subject.pk, field="email", value="moi@example.vn", by=PERSON, now=now)


def test_what_replaces_a_held_value_deletes_nothing_until_the_release(
    subject: DataSubject, place: Place, now: datetime
) -> None:
    fill(subject, now, pictures=0)
    hold = place(subject_ref=subject.pk, field="phone")
    holding.write_item(subject_id=subject.pk, field="phone", value="0987000111", by=PERSON, now=now)
    holding.write_item(subject_id=subject.pk, field="full-name", value="Trần Mai", by=PERSON, now=now)
    assert list(subject.value_history.values_list("field", flat=True)) == ["phone"]
    assert forget_released(now=now) == 0
    holds.release(hold_id=hold.pk, by=OFFICER, now=now)
    assert forget_released(now=now) == 1 and not subject.value_history.exists()
    assert DataItem.objects.filter(field="phone").exists()


def test_a_deletion_of_everything_waits_and_goes_on_after_the_release(
    subject: DataSubject, place: Place, now: datetime
) -> None:
    fill(subject, now, pictures=0)
    hold = place(subject_ref=subject.pk)
    run = erasing.begin_erasure(subject_id=subject.pk, address="", by=PERSON, now=now)
    later = now + timedelta(days=3)
    assert run_due_erasures(now=later) == 0
    run.refresh_from_db()
    assert run.state == ErasureState.COOLING and DataItem.objects.count() == 2 and keys.has_data_key(subject.pk)
    holds.release(hold_id=hold.pk, by=OFFICER, now=later)
    assert run_due_erasures(now=later) == 1
    assert not DataItem.objects.exists() and not keys.has_data_key(subject.pk)


def test_a_hold_on_a_field_waits_only_for_those_who_have_it(subject: DataSubject, place: Place, now: datetime) -> None:
    other = create_subject(by=SYSTEM, now=now, language="vi")
    fill(subject, now, pictures=0)
    place(field="phone")
    for one in (subject, other):
        erasing.begin_erasure(subject_id=one.pk, address="", by=PERSON, now=now)
    run_due_erasures(now=now)
    assert set(ErasureRun.objects.filter(state="DONE").values_list("subject_ref", flat=True)) == {other.pk}


def test_a_run_that_waits_can_still_be_called_off(subject: DataSubject, place: Place, now: datetime) -> None:
    place(subject_ref=subject.pk)
    run = erasing.begin_erasure(subject_id=subject.pk, address="", by=PERSON, now=now)
    erasing.cancel_erasure(run_id=run.pk, by=PERSON, now=now + timedelta(days=30))
    run.refresh_from_db()
    assert run.state == ErasureState.CANCELLED


def test_a_chosen_deletion_that_has_not_begun_is_held(subject: DataSubject, place: Place, now: datetime) -> None:
    fill(subject, now, pictures=0)
    run = erasing.begin_deletion(subject_id=subject.pk, fields=["phone"], by=PERSON, now=now)
    hold = place(subject_ref=subject.pk)
    assert run_due_erasures(now=now) == 0 and DataItem.objects.count() == 2
    holds.release(hold_id=hold.pk, by=OFFICER, now=now)
    assert run_due_erasures(now=now) == 1 and DataItem.objects.count() == 1
    run.refresh_from_db()
    assert run.is_done


def test_what_is_being_deleted_cannot_be_held_any_more(subject: DataSubject, place: Place, now: datetime) -> None:
    erasing.begin_erasure(subject_id=subject.pk, address="", by=PERSON, now=now)
    with pytest.raises(NotClear):
        place(subject_ref=subject.pk)


@pytest.mark.parametrize("policy", ["clever-group"], indirect=True)
def test_devices_stay_while_they_are_held(subject: DataSubject, now: datetime) -> None:
    with transaction.atomic():
        record(event="test.noted", target=f"subject:{subject.pk}", by=SYSTEM, now=now)
        Device.objects.create(subject=subject, lookup=b"1" * 32, sealed_facts=b"x", first_seen_at=now, last_seen_at=now)
    hold = holds.place(
        category="device",
        ground=HoldGround.INCIDENT,
        clause="L91 23",
        review_on=tomorrow(now),
        by=OFFICER,
        now=now,
    )
    with pytest.raises(HeldForLaw):
        forget_devices(subject_id=subject.pk, by=PERSON, now=now)
    assert Device.objects.exists()
    holds.release(hold_id=hold.pk, by=OFFICER, now=now)
    assert forget_devices(subject_id=subject.pk, by=PERSON, now=now) == 1


def test_an_import_undone_keeps_whom_a_hold_names(place: Place, now: datetime) -> None:
    batch = taken_in(PEOPLE, now)
    first, *others = people_of(batch)
    place(subject_ref=first)
    assert held_people([first, *others]) == {first}
    undo(batch_id=batch.pk, by=IMPORTER, now=now)
    work(now)
    assert staying(batch) == 1 and set(DataSubject.objects.values_list("pk", flat=True)) == {first}
    assert DataItem.objects.filter(subject_id=first, source=Source.IMPORT).exists()


def test_a_review_moves_the_day_and_a_released_hold_stays_released(place: Place, now: datetime) -> None:
    hold = place(field="phone")
    later = local_date(now) + timedelta(days=200)
    assert holds.review(hold_id=hold.pk, review_on=later, by=OFFICER, now=now).review_on == later
    with pytest.raises(NotClear):
        holds.review(hold_id=hold.pk, review_on=None, by=OFFICER, now=now)
    released = holds.release(hold_id=hold.pk, by=OFFICER, now=now)
    again = holds.release(hold_id=hold.pk, by=Role("dpo", 2), now=now + timedelta(days=1))
    assert again.released_at == released.released_at and again.released_by == "user:1"
    with pytest.raises(HoldOver):
        holds.review(hold_id=hold.pk, review_on=later, by=OFFICER, now=now)
    recorded = AuditEntry.objects.filter(target=f"hold:{hold.pk}").order_by("id").values_list("event", flat=True)
    assert list(recorded) == ["hold.placed", "hold.reviewed", "hold.released"]


def test_the_person_finds_a_hold_in_the_own_record(subject: DataSubject, place: Place) -> None:
    place(subject_ref=subject.pk)
    assert "hold.placed" in events(subject)


def colleague(name: str, now: datetime) -> str:
    """An officer, as a hold names its owner."""
    user = create_staff(
        address=f"{name}@example.com",
        password="một câu dài dễ nhớ",
        role=StaffRole.DPO,
        staff_name=name,
        language="en",
        by=SYSTEM,
        now=now,
    )
    return f"user:{user.pk}"


def test_who_keeps_a_hold_whose_owner_left_answers_for_it(place: Place, now: datetime) -> None:
    owner = colleague("truc", now)
    hold = place(field="phone", owner=owner)
    later = local_date(now) + timedelta(days=30)
    assert holds.review(hold_id=hold.pk, review_on=later, by=OFFICER, now=now).owner == owner
    User.objects.filter(pk=owner.removeprefix("user:")).update(is_active=False)
    assert holds.review(hold_id=hold.pk, review_on=later, by=OFFICER, now=now).owner == "user:1"


@pytest.mark.parametrize("role", ["agent", "auditor", ""])
def test_who_has_another_role_now_answers_for_no_hold(place: Place, now: datetime, role: str) -> None:
    owner, _other = colleague("truc", now), colleague("lan", now)
    hold = place(field="phone", owner=owner)
    user = User.objects.get(pk=owner.removeprefix("user:"))
    with transaction.atomic():
        record(event="test.done", target=f"user:{user.pk}", by=SYSTEM, now=now)
        user.groups.set(Group.objects.filter(name=role))
    assert owner not in dict(HoldForm(pack=None).fields["owner"].choices)  # type: ignore[attr-defined]
    assert holds.remind_due(now=now + timedelta(days=84)) == 1
    (letter,) = mails_of("staff-hold-review")
    assert letter.to == "lan@example.com" and "nobody who answers" in letter.body
    later = local_date(now) + timedelta(days=30)
    assert holds.review(hold_id=hold.pk, review_on=later, by=OFFICER, now=now).owner == "user:1"


def test_whoever_answers_for_many_holds_gets_one_letter(place: Place, now: datetime) -> None:
    owner, _other = colleague("truc", now), colleague("lan", now)
    for clause in ("1/2026", "2/2026", "3/2026"):
        place(field="phone", clause=clause, owner=owner)
    due = now + timedelta(days=84)
    assert holds.remind_due(now=due) == 1 and holds.remind_due(now=due) == 0
    (letter,) = mails_of("staff-hold-review")
    assert "You answer for 3 legal holds" in letter.body and letter.body.count("/legalhold/") == 1
    assert AuditEntry.objects.filter(event="hold.reminded").count() == 3
    with transaction.atomic():
        for hold in LegalHold.objects.all():
            record(event="test.done", target=f"hold:{hold.pk}", by=SYSTEM, now=now)
        LegalHold.objects.update(owner="user:8d7b1c1e-0000-4000-8000-000000000000")
    assert holds.remind_due(now=due + timedelta(days=7)) == 2
    assert "3 legal holds have to be reviewed" in mails_of("staff-hold-review")[1].body


def test_the_owner_is_reminded_each_week_and_somebody_else_if_the_owner_left(place: Place, now: datetime) -> None:
    owner, _other = colleague("truc", now), colleague("lan", now)
    hold = place(field="phone", owner=owner)
    assert holds.remind_due(now=now) == 0
    due = now + timedelta(days=84)
    assert holds.remind_due(now=due) == 1 and holds.remind_due(now=due) == 0
    assert holds.remind_due(now=due + timedelta(days=6)) == 0
    assert holds.remind_due(now=due + timedelta(days=7)) == 1
    letter, second = mails_of("staff-hold-review")
    assert letter.to == second.to == "truc@example.com"
    with override("en"):
        assert f"reviewed by {day(hold.review_on)}." in letter.body
    assert f"/staff/personal_data/legalhold/{hold.pk}/change/" in letter.body
    with transaction.atomic():
        record(event="test.done", target=f"hold:{hold.pk}", by=SYSTEM, now=now)
        LegalHold.objects.filter(pk=hold.pk).update(owner="user:8d7b1c1e-0000-4000-8000-000000000000")
    assert holds.remind_due(now=due + timedelta(days=14)) == 2
    *_before, one, other = mails_of("staff-hold-review")
    assert "nobody who answers for it is left" in one.body and "nobody who answers" in other.body
    assert "and answers for it from then on" in one.body
    holds.release(hold_id=hold.pk, by=OFFICER, now=due)
    assert holds.remind_due(now=due + timedelta(days=30)) == 0
