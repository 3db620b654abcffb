"""A published version is whole, provable and unchangeable, or it is not there at all."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEntry
from core.actors import SYSTEM
from policies import selectors
from policies.errors import BadPack, EffectiveInThePast, OtherOrganisation, PackNotFound, PlaceholdersLeft
from policies.models import FieldDefinition, PolicyText, PolicyVersion, Purpose, Recipient
from policies.pack_places import pack_folder, pack_slugs
from policies.services.publishing import Published, publish
from privacy_portal.database_roles import as_owner
from tests.policies.made_up import change, write_pack

TABLES = (PolicyVersion, PolicyText, Purpose, Recipient, FieldDefinition)


def published(folder: Path, now: datetime, **more: object) -> Published:
    return publish(path=folder, by=SYSTEM, now=now, demo=False, **more)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_pack_becomes_a_version_with_its_rows_and_its_entry(fifth: Path, now: datetime) -> None:
    done = published(fifth, now)

    version = done.version
    assert done.is_new
    assert (version.number, version.slug, version.effective_at, version.published_at) == (1, "vuon-rau", now, now)
    assert PolicyText.objects.filter(version=version).count() == 18
    assert list(FieldDefinition.objects.values_list("code", flat=True)) == [
        "address",
        "gate",
        "email",
        "taste",
        "screen",
    ]
    assert Recipient.objects.get().document["recipient_class"] == "carrier"
    entry = AuditEntry.objects.get(target="policy:1")
    assert entry.event == "policy.published"
    assert entry.details["content_hash"] == version.content_hash


@pytest.mark.django_db
def test_the_published_document_is_the_pack(fifth: Path, now: datetime) -> None:
    version = published(fifth, now).version

    pack = selectors.document(version)
    assert pack.summary.en == "Vườn Rau holds where vegetables go."
    assert selectors.purpose(version, "recipes") in selectors.purposes(version)
    assert selectors.field(version, "nothing") is None
    recipient = selectors.recipient(version, "rider")
    assert recipient is not None
    assert recipient.fields == ("address",)


@pytest.mark.django_db
def test_publishing_the_same_again_changes_nothing(fifth: Path, now: datetime) -> None:
    first = published(fifth, now)
    again = published(fifth, now + timedelta(days=1))

    assert not again.is_new
    assert again.version == first.version
    assert PolicyVersion.objects.count() == AuditEntry.objects.filter(event="policy.published").count() == 1


@pytest.mark.django_db
def test_a_changed_pack_is_the_next_version_and_says_what_changed(fifth: Path, now: datetime) -> None:
    published(fifth, now)
    change(fifth, 'en = "Delivery address" }', 'en = "Where it goes" }')

    later = published(fifth, now + timedelta(days=1)).version

    assert later.number == 2
    assert later.changes == {"fields": {"changed": ["address"]}}
    assert selectors.version_in_force(now) == PolicyVersion.objects.get(number=1)
    assert selectors.version_in_force(now + timedelta(days=1)) == later


@pytest.mark.django_db
def test_a_version_can_be_published_ahead_of_its_day(fifth: Path, now: datetime) -> None:
    published(fifth, now)
    change(fifth, "retention_days = 30", "retention_days = 20")
    start = now + timedelta(days=30)

    ahead = published(fifth, now, effective_at=start).version

    first = selectors.version_in_force(now)
    assert first is not None
    assert first.number == 1
    assert selectors.upcoming_version(now) == ahead
    assert selectors.version_in_force(start) == ahead


@pytest.mark.django_db
def test_a_version_cannot_begin_in_the_past(fifth: Path, now: datetime) -> None:
    with pytest.raises(EffectiveInThePast):
        published(fifth, now, effective_at=now - timedelta(seconds=1))

    assert not PolicyVersion.objects.exists()


@pytest.mark.django_db
def test_nothing_is_in_force_before_the_first_version(fifth: Path, now: datetime) -> None:
    published(fifth, now)

    assert selectors.version_in_force(now - timedelta(seconds=1)) is None


@pytest.mark.django_db
def test_a_bad_pack_publishes_nothing_and_says_every_fault(fifth: Path, now: datetime) -> None:
    change(fifth, 'class = "carrier"', 'class = "buyer"')
    (fifth / "en" / "use.md").unlink()

    with pytest.raises(BadPack) as bad:
        published(fifth, now)

    assert {fault.path for fault in bad.value.faults} == {"policy.toml", "en/use.md"}
    assert not any(table.objects.exists() for table in TABLES)  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["toml", "text", "proposal"])
def test_placeholders_are_refused_outside_the_demo(fifth: Path, now: datetime, where: str) -> None:
    if where == "toml":
        change(fifth, 'phone = "+84 900 000 000"', 'phone = { placeholder = true, vi = "?", en = "?" }')
    elif where == "text":
        (fifth / "vi" / "use.md").write_text("<!-- VR-1 -->\nHỏi [Chưa có: tên].\n", encoding="utf-8")
    else:
        change(fifth, 'rule = "until-erased"', 'rule = "until-erased"\nproposed = true')

    with pytest.raises(PlaceholdersLeft) as refused:
        published(fifth, now)

    assert len(refused.value.faults) == 1
    assert not PolicyVersion.objects.exists()
    assert publish(path=fifth, by=SYSTEM, now=now, demo=True).is_new


@pytest.mark.django_db
def test_one_installation_serves_one_organisation(fifth: Path, tmp_path: Path, now: datetime) -> None:
    published(fifth, now)

    with pytest.raises(OtherOrganisation):
        published(write_pack(tmp_path, slug="vuon-hoa"), now)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["", "nobody", "../packs/shop", "/etc"])
def test_an_unknown_pack_is_told(now: datetime, slug: str) -> None:
    with pytest.raises(PackNotFound):
        publish(slug=slug, by=SYSTEM, now=now, demo=True)


@pytest.mark.django_db
def test_a_folder_of_ones_own_brings_a_fifth_pack(fifth: Path, now: datetime, settings: object) -> None:
    settings.PORTAL_PACKS_DIR = str(fifth.parent)  # type: ignore[attr-defined]

    assert pack_slugs() == ["acros", "clever-group", "lowendviet", "shop", "vuon-rau"]
    assert pack_folder("vuon-rau") == fifth
    assert publish(slug="vuon-rau", by=SYSTEM, now=now, demo=False).version.slug == "vuon-rau"


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES, ids=lambda model: model._meta.db_table)
@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0} CASCADE", "SELECT 1 FROM {0} FOR UPDATE"]
)
def test_the_application_cannot_change_what_was_published(
    fifth: Path, now: datetime, table: type[PolicyVersion], statement: str
) -> None:
    published(fifth, now)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table._meta.db_table))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_not_even_the_owner_of_the_tables_can(fifth: Path, now: datetime, statement: str) -> None:
    published(fifth, now)

    with as_owner():
        for table in TABLES:
            sql = statement.format(table._meta.db_table)
            with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
                cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_a_version_without_its_audit_entry_does_not_commit(now: datetime) -> None:
    with pytest.raises(DatabaseError, match="has no audit entry"), transaction.atomic():
        PolicyVersion.objects.create(
            number=1,
            slug="x",
            format=1,
            content_hash="0" * 64,
            document={},
            effective_at=now,
            published_at=now,
            published_by="system",
        )

    assert not PolicyVersion.objects.exists()


@pytest.mark.django_db
def test_a_version_is_never_dated_before_its_publication(now: datetime) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyVersion.objects.create(
            number=1,
            slug="x",
            format=1,
            content_hash="0" * 64,
            document={},
            published_by="system",
            effective_at=now - timedelta(days=1),
            published_at=now,
        )
