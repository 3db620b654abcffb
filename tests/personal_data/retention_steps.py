"""People on whom things were held long ago, and packs whose rules say when they go."""

import re
import shutil
import uuid
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from audit.services.recording import record
from core import clock
from core.actors import SYSTEM
from core.clock import local_date, midnight
from personal_data import keys, storage
from personal_data.enums import RunKind, Source
from personal_data.fields import seal_file_name, seal_value
from personal_data.models import (
    DataItem,
    DataSubject,
    Device,
    DueNotice,
    LegalHold,
    PurposeState,
    RetentionEvent,
    RetentionRun,
    StoredFile,
    ValueHistory,
)
from personal_data.services.retention import begin_run, continue_run
from personal_data.services.subjects import create_subject
from policies.models import PolicyVersion
from policies.services.publishing import publish


@contextmanager
def entered(subject_id: UUID) -> Any:
    """A transaction with an entry on the person, as the database asks of every change."""
    with transaction.atomic():
        record(event="test.prepared", target=f"subject:{subject_id}", by=SYSTEM, now=clock.now())
        yield


def person(*, ago: timedelta = timedelta(0)) -> DataSubject:
    """A person without address, last active so long ago."""
    subject = create_subject(by=SYSTEM, now=clock.now(), language="vi")
    with entered(subject.pk):
        moment = clock.now() - ago
        DataSubject.objects.filter(pk=subject.pk).update(last_active_at=moment, created_at=moment)
    subject.refresh_from_db()
    return subject


def value(
    subject: DataSubject, field: str = "phone", text: str = "0900 000 001", *, ago: timedelta = timedelta(0)
) -> DataItem:
    """A value held since so long ago."""
    since = clock.now() - ago
    item = DataItem(subject=subject, field=field, lookup=uuid.uuid4().bytes * 2, source=Source.PERSON)
    item.held_since = item.changed_at = since
    item.sealed_value = seal_value(item.pk, text, key=keys.data_key(subject.pk))
    with entered(subject.pk):
        item.save(force_insert=True)
    return item


def earlier(subject: DataSubject, field: str = "phone") -> ValueHistory:
    """What a field held before."""
    with entered(subject.pk):
        return ValueHistory.objects.create(
            subject=subject, field=field, sealed_value=b"x", held_since=clock.now(), replaced_at=clock.now()
        )


def stored(subject: DataSubject, field: str) -> StoredFile:
    """A file with its bytes."""
    key = keys.data_key(subject.pk)
    file = StoredFile(subject=subject, field=field, mime="image/jpeg", size=3, source=Source.PERSON)
    file.held_since, file.sealed_name = clock.now(), seal_file_name(file.pk, "a.jpg", key=key)
    storage.write_blob(file.pk, b"abc", key=key)
    with entered(subject.pk):
        file.save(force_insert=True)
    return file


def device(subject: DataSubject) -> Device:
    """A device."""
    now = clock.now()
    with entered(subject.pk):
        return Device.objects.create(
            subject=subject, sealed_facts=b"x", lookup=uuid.uuid4().bytes * 2, first_seen_at=now, last_seen_at=now
        )


def purpose(subject: DataSubject, code: str, *, live: bool, ago: timedelta = timedelta(0)) -> None:
    """Whether a purpose is live, since so long ago."""
    PurposeState.objects.update_or_create(
        subject=subject, purpose=code, defaults={"live": live, "since": clock.now() - ago}
    )


def event(subject: DataSubject, name: str, *, ago: timedelta) -> None:
    """Something happened so long ago."""
    RetentionEvent.objects.create(subject=subject, event=name, reference="complaint:1", at=clock.now() - ago)


def held_back(**about: Any) -> LegalHold:
    """A hold in force."""
    with transaction.atomic():
        hold = LegalHold.objects.create(
            ground="DISPUTE",
            clause="L91 14.2",
            owner="user:1",
            placed_by="user:1",
            review_on=local_date(clock.now()) + timedelta(days=30),
            placed_at=clock.now(),
            **about,
        )
        record(event="test.prepared", target=f"hold:{hold.pk}", by=SYSTEM, now=clock.now())
    return hold


def let_go(hold: LegalHold) -> None:
    """The hold is released."""
    with transaction.atomic():
        LegalHold.objects.filter(pk=hold.pk).update(released_at=clock.now(), released_by="user:1")
        record(event="test.prepared", target=f"hold:{hold.pk}", by=SYSTEM, now=clock.now())


def told(subject: DataSubject, day: Any, *, days_ago: int) -> None:
    """The person was told of a day, so many days ago."""
    DueNotice.objects.create(
        subject=subject,
        notice="retention-7",
        due_at=midnight(day),
        sent_at=clock.now() - timedelta(days=days_ago, minutes=1),
    )


def run(*, now: datetime | None = None) -> RetentionRun:
    """A run by hand, to its end or to where it stops."""
    now = now or clock.now()
    begun = begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=now)
    continue_run(run_id=begun.pk, now=now, longest=None)
    begun.refresh_from_db()
    return begun


def pack_with(folder: Path, rules: str, of_fields: Mapping[str, str], *, pictures: str = "") -> Path:
    """Clever Group's pack with other rules: `rules` is added, and each field named gets the rule beside it.

    The field `pictures` holds pictures.
    """
    target = folder / "clever-group"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(settings.BASE_DIR / "policies" / "packs" / "clever-group", target)
    text = (target / "policy.toml").read_text(encoding="utf-8")
    for code, rule in of_fields.items():
        text = re.sub(rf'(code = "{code}"\nkind(?:.*\n)*?retention = )"[a-z-]+"', rf'\g<1>"{rule}"', text, count=1)
    if pictures:
        text = re.sub(rf'(code = "{pictures}"\nkind = )"[a-z]+"', r'\g<1>"image"\nmax_mb = 5', text, count=1)
    (target / "policy.toml").write_text(text + "\n" + rules, encoding="utf-8")
    return target


def rule(code: str, kind: str, **more: str) -> str:
    """One rule of a pack; what is more is TOML as it stands."""
    lines = [f'code = "{code}"', f'rule = "{kind}"', *(f"{key} = {text}" for key, text in more.items())]
    return "\n".join(["[[retention]]", *lines, 'text.vi = "Giữ một thời gian."', 'text.en = "Kept for a time."', ""])


def publish_with(folder: Path, rules: str, of_fields: Mapping[str, str], *, pictures: str = "") -> PolicyVersion:
    """Such a pack, published."""
    folder = pack_with(folder, rules, of_fields, pictures=pictures)
    return publish(path=folder, by=SYSTEM, now=clock.now(), demo=True).version
