"""The copy of a person's data: asked for once, made whole, fetched once, and never with what was deleted."""

from datetime import datetime, timedelta

import pytest

from audit.models import AuditEntry
from core.actors import SYSTEM
from personal_data import storage
from personal_data.enums import PackageState
from personal_data.errors import CopyGone, CopyNotReady
from personal_data.models import DataSubject
from personal_data.services import packaging
from personal_data.services.holding import decline_field, write_item
from tests.personal_data.package_steps import ask, fetched, made

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
NAME = "Nguyễn Thị Thu Hà"


@pytest.fixture
def held(subject: DataSubject, now: datetime) -> DataSubject:
    """Somebody with a name and a refusal."""
    write_item(subject_id=subject.pk, field="full-name", value=NAME, by=SYSTEM, now=now)
    decline_field(subject_id=subject.pk, field="phone", by=SYSTEM, now=now)
    return subject


def test_one_content_in_every_form(held: DataSubject, now: datetime) -> None:
    package = made(held.pk, now, language="vi")
    assert package.state == PackageState.READY and package.parts_done == package.parts_total
    assert package.expires_at == now + timedelta(days=7)
    copy = fetched(package, now)
    (row,) = copy.rows("data")
    assert row["value"] == NAME and row["field"]["code"] == "full-name" and row["kept_why"]
    assert NAME in copy.page and NAME in copy.csv("data") and '<html lang="vi">' in copy.page
    assert copy.rows("declined")[0]["field"]["code"] == "phone"
    assert any(line["what"]["code"] == "item.written" for line in copy.rows("record"))


def test_asked_twice_it_is_made_once(held: DataSubject, now: datetime) -> None:
    package = made(held.pk, now)
    assert made(held.pk, now).pk == package.pk
    assert AuditEntry.objects.filter(event="package.begun").count() == 1


def test_it_is_fetched_once(held: DataSubject, now: datetime) -> None:
    package = ask(held.pk, now)
    with pytest.raises(CopyNotReady):
        fetched(package, now)
    packaging.make_due(now=now)
    package.refresh_from_db()
    fetched(package, now)
    with pytest.raises(CopyGone):
        fetched(package, now)
    assert package.pk not in set(storage.stored_blobs(older_than=float("inf")))
    assert AuditEntry.objects.filter(event="package.fetched").count() == 1
