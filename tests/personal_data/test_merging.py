"""Two people made one, and parted again."""

import io
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from PIL import Image

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import read_note
from core.actors import SYSTEM
from personal_data import keys
from personal_data.errors import ImportingRefused, MergeNotOpen, OtherHasAccount, OwnMerge, SubjectGone
from personal_data.fields import read_value
from personal_data.models import DataItem, DataSubject, FieldRefusal, Merge, StoredFile, ValueHistory
from personal_data.services.erasing import begin_erasure, run_due_erasures
from personal_data.services.files import read_file, store_file
from personal_data.services.holding import decline_field, write_item
from personal_data.services.merging import decline, decline_own, merge, merge_own, part, propose
from personal_data.services.subjects import create_subject
from personal_data.services.suppressing import EMAIL, PHONE, index_of, suppressed
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.harness.people import Role
from tests.personal_data.import_steps import OFFICER, values_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

PERSON = Role("person")
WORDS = "Khách gọi từ số đã lưu và đọc đúng mã đơn hàng."


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    """A policy that also takes pictures."""
    return publish(slug="acros", by=SYSTEM, now=now, demo=True).version


def person(now: datetime, **values: str) -> UUID:
    subject_id = create_subject(by=SYSTEM, now=now, language="vi").pk
    for field, value in values.items():
        write_item(subject_id=subject_id, field=field.replace("_", "-"), value=value, by=PERSON, now=now)
    return subject_id


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def pair(policy: PolicyVersion, now: datetime) -> tuple[UUID, UUID]:
    """Two people: one value alike, one in conflict, and one, a file and a refusal that only the second has."""
    kept = person(now, full_name="Nguyễn Văn An", phone="0912345678")
    other = person(now, full_name="Nguyen Van An", phone="0912 345 678", email="an@example.vn")
    store_file(subject_id=other, field="payment-image", name="bill.jpg", data=picture(), by=PERSON, now=now)
    decline_field(subject_id=other, field="delivery-address", by=PERSON, now=now)
    return kept, other


def merged(pair: tuple[UUID, UUID], now: datetime) -> Merge:
    row = propose(kept=pair[0], other=pair[1], by=OFFICER, now=now)
    return merge(merge_id=row.pk, keep=pair[0], words=WORDS, by=OFFICER, now=now)


def test_what_the_other_had_moves_and_is_read_under_the_key_of_the_kept(pair: tuple[UUID, UUID], now: datetime) -> None:
    kept, other = pair
    row = merged(pair, now)
    assert values_of(kept) == {"full-name": "Nguyễn Văn An", "phone": "+84912345678", "email": "an@example.vn"}
    earlier = ValueHistory.objects.get()
    assert (earlier.subject_id, earlier.field, earlier.basis) == (kept, "full-name", f"merge:{row.pk}")
    stored = StoredFile.objects.get()
    assert read_file(subject_id=kept, file_id=stored.pk, by=PERSON, now=now)[0] == "bill.jpg"
    assert FieldRefusal.objects.get().subject_id == kept
    assert not DataItem.objects.filter(subject=other).exists() and not StoredFile.objects.filter(subject=other).exists()
    keys.destroy_data_key(other)
    assert values_of(kept)["email"] == "an@example.vn"


def test_the_evidence_stands_sealed_beside_the_entry_and_both_have_one(pair: tuple[UUID, UUID], now: datetime) -> None:
    merged(pair, now)
    entries = AuditEntry.objects.filter(event="subjects.merged")
    assert {entry.subject_ref for entry in entries} == set(pair)
    assert [read_note(entry) for entry in entries if entry.subject_ref == pair[0]] == [WORDS]


def test_parted_each_has_again_what_was_theirs(pair: tuple[UUID, UUID], now: datetime) -> None:
    kept, other = pair
    before = values_of(kept), values_of(other)
    row = merged(pair, now)
    assert part(merge_id=row.pk, words=WORDS, by=OFFICER, now=now) == 0
    assert (values_of(kept), values_of(other)) == before
    stored = StoredFile.objects.get()
    assert read_file(subject_id=other, file_id=stored.pk, by=PERSON, now=now)[2]
    assert FieldRefusal.objects.get().subject_id == other and not ValueHistory.objects.exists()
    assert DataItem.objects.get(subject=other, field="full-name").source == "PERSON"
    row.refresh_from_db()
    assert (row.state, {entry["what"] for entry in row.moved}) == ("PARTED", {"parted"})
    again = merge(merge_id=row.pk, keep=kept, words=WORDS, by=OFFICER, now=now)
    assert again.state == "MERGED" and values_of(kept)["email"] == "an@example.vn"


def test_what_was_changed_since_stays_with_the_kept(pair: tuple[UUID, UUID], now: datetime) -> None:
    kept, other = pair
    row = merged(pair, now)
    later = now + timedelta(minutes=1)
    write_item(subject_id=kept, field="email", value="moi@example.vn", by=PERSON, now=later)
    assert part(merge_id=row.pk, words=WORDS, by=OFFICER, now=later) == 1
    assert values_of(kept)["email"] == "moi@example.vn" and "email" not in values_of(other)


def test_the_other_one_can_be_the_one_to_keep(pair: tuple[UUID, UUID], now: datetime) -> None:
    row = propose(kept=pair[0], other=pair[1], by=OFFICER, now=now)
    row = merge(merge_id=row.pk, keep=pair[1], words=WORDS, by=OFFICER, now=now)
    assert (row.kept_id, row.other_id) == (pair[1], pair[0])
    assert values_of(pair[1])["full-name"] == "Nguyen Van An" and not values_of(pair[0])


def test_the_list_of_what_moved_holds_no_value(pair: tuple[UUID, UUID], now: datetime) -> None:
    told = repr(merged(pair, now).moved)
    for value in ("example", "Nguy", "912345678", "bill"):
        assert value not in told


def test_declined_it_stays_declined_until_somebody_merges(pair: tuple[UUID, UUID], now: datetime) -> None:
    row = propose(kept=pair[0], other=pair[1], by=OFFICER, now=now)
    decline(merge_id=row.pk, words=WORDS, by=OFFICER, now=now)
    assert propose(kept=pair[0], other=pair[1], by=OFFICER, now=now).state == "DECLINED"
    with pytest.raises(MergeNotOpen):
        decline(merge_id=row.pk, words=WORDS, by=OFFICER, now=now)
    assert len(values_of(pair[1])) == 3


def test_whoever_signs_in_is_never_the_one_that_goes(pair: tuple[UUID, UUID], now: datetime) -> None:
    kept, other = pair
    User.objects.bulk_create(
        [User(email="a" * 52 + "@sealed.invalid", password="!", subject_id=other, language="vi", created_at=now)]
    )
    row = propose(kept=kept, other=other, by=OFFICER, now=now)
    with pytest.raises(OtherHasAccount):
        merge(merge_id=row.pk, keep=kept, words=WORDS, by=OFFICER, now=now)
    assert merge(merge_id=row.pk, keep=other, words=WORDS, by=OFFICER, now=now).kept_id == other


def test_nobody_being_erased_is_merged(pair: tuple[UUID, UUID], now: datetime) -> None:
    row = propose(kept=pair[0], other=pair[1], by=OFFICER, now=now)
    begin_erasure(subject_id=pair[1], address="", by=PERSON, now=now)
    with pytest.raises(SubjectGone):
        merge(merge_id=row.pk, keep=pair[0], words=WORDS, by=OFFICER, now=now)


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator", "person", "guest"])
def test_only_the_officer_decides(pair: tuple[UUID, UUID], now: datetime, role: str) -> None:
    row = propose(kept=pair[0], other=pair[1], by=OFFICER, now=now)
    by = Role(role)
    with pytest.raises(ImportingRefused):
        propose(kept=pair[0], other=pair[1], by=by, now=now)
    with pytest.raises(ImportingRefused):
        decline(merge_id=row.pk, words="", by=by, now=now)
    with pytest.raises(ImportingRefused):
        merge(merge_id=row.pk, keep=pair[0], words="", by=by, now=now)
    row = merge(merge_id=row.pk, keep=pair[0], words=WORDS, by=OFFICER, now=now)
    with pytest.raises(ImportingRefused):
        part(merge_id=row.pk, words="", by=by, now=now)


def test_nobody_decides_on_themselves(pair: tuple[UUID, UUID], now: datetime) -> None:
    row = propose(kept=pair[0], other=pair[1], by=OFFICER, now=now)
    by = Role("dpo")
    by.subject_id = pair[1]  # type: ignore[attr-defined]
    with pytest.raises(OwnMerge):
        merge(merge_id=row.pk, keep=pair[0], words=WORDS, by=by, now=now)
    with pytest.raises(OwnMerge):
        decline(merge_id=row.pk, words=WORDS, by=by, now=now)


def test_with_the_kept_goes_whoever_was_merged_in(pair: tuple[UUID, UUID], now: datetime) -> None:
    merged(pair, now)
    begin_erasure(subject_id=pair[0], address="", by=PERSON, now=now)
    run_due_erasures(now=now)
    assert set(DataSubject.objects.filter(pk__in=pair).values_list("state", flat=True)) == {"ERASED"}
    assert not any(keys.has_data_key(one) for one in pair)


def test_with_everything_erased_no_address_of_either_comes_back(policy: PolicyVersion, now: datetime) -> None:
    kept = person(now, full_name="Nguyễn Văn An", phone="0912345678")
    other = person(now, full_name="Nguyễn Văn An", phone="0987654321", email="an@example.vn")
    merged((kept, other), now)
    run = begin_erasure(subject_id=kept, address="", by=SYSTEM, now=now, suppress=True)
    run_due_erasures(now=now)
    run.refresh_from_db()
    known = {index_of(PHONE, "+84912345678"), index_of(PHONE, "+84987654321"), index_of(EMAIL, "an@example.vn")}
    assert run.is_done and suppressed(known) == known


def test_a_person_takes_over_or_disowns_their_own(pair: tuple[UUID, UUID], now: datetime) -> None:
    decline_own(kept=pair[1], other=pair[0], by=PERSON, now=now)
    assert Merge.objects.get().state == "DECLINED"
    assert merge_own(kept=pair[0], other=pair[1], by=PERSON, now=now).state == "MERGED"
    assert merge_own(kept=pair[0], other=pair[1], by=PERSON, now=now).state == "MERGED"
    item = DataItem.objects.get(subject=pair[0], field="email")
    assert read_value(item, key=keys.data_key(pair[0])) == "an@example.vn"
