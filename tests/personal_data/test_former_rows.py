"""What is deleted after two people were joined or parted is found in a backup from before, too."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from core.actors import SYSTEM
from personal_data.models import DataItem, RegisterHead, StoredFile, ValueHistory
from personal_data.services import register_standing
from personal_data.services.erasing import begin_deletion, run_erasure
from personal_data.services.merging import merge, part
from personal_data.services.replaying import follow_register, replay_all
from tests.personal_data.erasure_cases import blob
from tests.personal_data.import_steps import OFFICER, values_of
from tests.personal_data.retention_steps import entered
from tests.personal_data.test_merging import merged, pair, policy  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
FIELDS = ["full-name", "phone", "email", "payment-image"]
MODELS: tuple[Any, ...] = (DataItem, StoredFile, ValueHistory)


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """No answer of another test is remembered."""
    register_standing.forget()
    yield
    register_standing.forget()


@pytest.fixture
def two(request: pytest.FixtureRequest) -> tuple[UUID, UUID]:
    """Two people: one value alike, one in conflict, one and a file that only the second has."""
    return request.getfixturevalue("pair")  # type: ignore[no-any-return]


class Backup:
    """Values, files and earlier values as they are now, with their bytes; brought back as a restore does."""

    def __init__(self, people: tuple[UUID, ...], now: datetime) -> None:
        follow_register(now=now)
        self.people = people
        self.head = dict(RegisterHead.objects.values().get())
        self.rows = [list(model.objects.filter(subject__in=people)) for model in MODELS]
        files = [blob(row) for rows in self.rows for row in rows if isinstance(row, StoredFile)]
        self.blobs = {path: path.read_bytes() for path in files}

    def restore(self) -> None:
        for person in self.people:
            with entered(person):
                for model in MODELS:
                    model.objects.filter(subject=person).delete()
        for person in self.people:
            with entered(person):
                for model, rows in zip(MODELS, self.rows, strict=True):
                    model.objects.bulk_create(row for row in rows if row.subject_id == person)
        for path, data in self.blobs.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        RegisterHead.objects.update(**self.head)
        register_standing.forget()


def delete_all(subject_id: UUID, now: datetime, *fields: str) -> None:
    run = begin_deletion(subject_id=subject_id, fields=fields or FIELDS, by=SYSTEM, now=now)
    run_erasure(run_id=run.pk, now=now)


def left(*people: UUID) -> list[str]:
    found = [f"{one}" for person in people for one in values_of(person)]
    return found + [one.field for one in StoredFile.objects.filter(subject_id__in=people)]


def test_what_was_deleted_after_a_joining_is_gone_from_a_backup_before_it(
    two: tuple[UUID, UUID],
    now: datetime,
) -> None:
    kept, _other = two
    backup = Backup(two, now)
    merged(two, now)
    delete_all(kept, now)
    backup.restore()
    assert len(left(*two)) == 6
    replay_all(now=now)
    assert left(*two) == []
    assert backup.blobs and not [path for path in backup.blobs if path.exists()]


def test_one_value_of_both_goes_and_the_others_stay(two: tuple[UUID, UUID], now: datetime) -> None:
    kept, other = two
    backup = Backup(two, now)
    merged(two, now)
    delete_all(kept, now, "phone")
    backup.restore()
    replay_all(now=now)
    assert sorted(values_of(kept)) == ["full-name"] and sorted(values_of(other)) == ["email", "full-name"]
    assert StoredFile.objects.filter(subject_id=other).count() == 1


@pytest.mark.parametrize("moment", ["before", "joined"])
def test_what_was_deleted_after_a_parting_is_gone_from_older_backups(
    two: tuple[UUID, UUID],
    now: datetime,
    moment: str,
) -> None:
    kept, other = two
    backup = Backup(two, now)
    row = merged(two, now)
    if moment == "joined":
        backup = Backup(two, now)
    assert part(merge_id=row.pk, words="", by=OFFICER, now=now) == 0
    before = values_of(kept)
    delete_all(other, now)
    assert values_of(kept) == before
    follow_register(now=now)
    assert values_of(kept) == before, "what both held alike is still theirs"
    backup.restore()
    replay_all(now=now)
    assert left(other) == [] and values_of(kept) == before
    assert not StoredFile.objects.exists()


def test_joined_once_more_every_older_name_is_told(two: tuple[UUID, UUID], now: datetime) -> None:
    kept, _other = two
    backup = Backup(two, now)
    row = merged(two, now)
    for _turn in range(3):
        part(merge_id=row.pk, words="", by=OFFICER, now=now)
        merge(merge_id=row.pk, keep=kept, words="", by=OFFICER, now=now)
    delete_all(kept, now)
    backup.restore()
    replay_all(now=now)
    assert left(*two) == []
