"""Ways round a legal hold: by people joined and parted, by who places it, by the moment at which it is placed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core.clock import local_date
from personal_data.enums import HoldGround
from personal_data.errors_retention import HeldForLaw
from personal_data.models import DataItem, LegalHold, Merge
from personal_data.selectors_holds import is_held
from personal_data.services import holds, merging
from personal_data.services.erasing import begin_deletion
from policies.models import PolicyVersion
from tests.harness.people import Role
from tests.personal_data.erasure_cases import PERSON
from tests.personal_data.retention_steps import person, value

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
OFFICER = Role("dpo", 1)
WORDS = "Khách gọi từ số đã lưu."
Place = Callable[..., LegalHold]


@pytest.fixture
def place(now: datetime, policy: PolicyVersion) -> Place:
    """Place a hold of which everything is right but what is said otherwise."""

    def call(**wanted: object) -> LegalHold:
        right: dict[str, object] = {
            "ground": HoldGround.DISPUTE,
            "clause": "Vụ án 12/2026",
            "review_on": local_date(now) + timedelta(days=90),
            "by": OFFICER,
            "now": now,
        }
        return holds.place(**{**right, **wanted})  # type: ignore[arg-type]

    return call


@pytest.fixture
def joined(policy: PolicyVersion, now: datetime) -> Merge:
    """Two people made one, whose only value came from the other."""
    kept, other = person(), person()
    value(other)
    row = merging.propose(kept=kept.pk, other=other.pk, by=OFFICER, now=now)
    return merging.merge(merge_id=row.pk, keep=kept.pk, words=WORDS, by=OFFICER, now=now)


def test_parting_two_people_frees_nothing_a_hold_keeps(joined: Merge, place: Place, now: datetime) -> None:
    hold = place(subject_ref=joined.kept_id)
    merging.part(merge_id=joined.pk, words=WORDS, by=OFFICER, now=now)
    assert DataItem.objects.get().subject_id == joined.other_id
    with pytest.raises(HeldForLaw):
        begin_deletion(subject_id=joined.other_id, fields=["phone"], by=PERSON, now=now)
    holds.release(hold_id=hold.pk, by=OFFICER, now=now)
    assert is_held(joined.other_id, ["phone"]), "each is released apart"
    holds.release(hold_id=LegalHold.objects.get(subject_ref=joined.other_id).pk, by=OFFICER, now=now)
    begin_deletion(subject_id=joined.other_id, fields=["phone"], by=PERSON, now=now)


def test_a_hold_on_somebody_found_to_be_another_keeps_what_stands_there(
    joined: Merge, place: Place, now: datetime
) -> None:
    hold = place(subject_ref=joined.other_id)
    assert hold.subject_ref == joined.other_id
    with pytest.raises(HeldForLaw):
        begin_deletion(subject_id=joined.kept_id, fields=["phone"], by=PERSON, now=now)
    merging.part(merge_id=joined.pk, words=WORDS, by=OFFICER, now=now)
    assert LegalHold.objects.count() == 2, "both have one already"
