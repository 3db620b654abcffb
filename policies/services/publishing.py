"""Publish a policy: the only writer of these tables.

A pack is read and judged whole before the first row is written, so a bad one leaves nothing behind. Everything of a
version is written in one transaction with its audit entry, and the database refuses to change it afterwards.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from audit.services.recording import actor_reference, record
from core.actors import Actor
from policies.comparing import changed_parts
from policies.enums import EVENT_PUBLISHED, Section
from policies.errors import EffectiveInThePast, OtherOrganisation, PackNotFound, PlaceholdersLeft
from policies.markdown import render
from policies.models import FieldDefinition, PolicyText, PolicyVersion, Purpose, Recipient
from policies.pack import ReadPack, placeholder_faults, read_pack
from policies.pack_places import pack_folder
from policies.selectors import document, latest_version

# Any number will do, as long as every publisher takes the same lock.
_PUBLISHING_LOCK = 4_018_231


@dataclass(frozen=True, slots=True)
class Published:
    """The version that now holds the pack, and whether this call made it."""

    version: PolicyVersion
    is_new: bool


def publish(
    *,
    by: Actor,
    now: datetime,
    demo: bool,
    slug: str | None = None,
    path: Path | None = None,
    effective_at: datetime | None = None,
) -> Published:
    """Publish the pack named `slug`, or in the folder `path`; the version published last is kept when nothing differs.

    Raises PackNotFound, BadPack (with every fault), PlaceholdersLeft outside a demo, OtherOrganisation when this
    installation already serves another pack, and EffectiveInThePast.
    """
    folder = path if path is not None else pack_folder(slug or "")
    if folder is None or not folder.is_dir():
        raise PackNotFound(slug or (path.name if path else ""))
    read = read_pack(folder)
    waiting = placeholder_faults(read.pack)
    if waiting and not demo:
        raise PlaceholdersLeft(waiting)
    starts = effective_at or now
    if starts < now:
        raise EffectiveInThePast()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISHING_LOCK])
        before = latest_version()
        if before is not None and before.slug != read.pack.slug:
            raise OtherOrganisation(before.slug)
        if before is not None and before.content_hash == read.content_hash:
            return Published(before, is_new=False)
        return Published(_write(read, before=before, by=by, now=now, effective_at=starts), is_new=True)


def _write(
    read: ReadPack, *, before: PolicyVersion | None, by: Actor, now: datetime, effective_at: datetime
) -> PolicyVersion:
    pack = read.pack
    version = PolicyVersion.objects.create(
        number=before.number + 1 if before else 1,
        slug=pack.slug,
        format=pack.format,
        content_hash=read.content_hash,
        document=read.document,
        effective_at=effective_at,
        published_at=now,
        published_by=actor_reference(by),
        changes=changed_parts(document(before) if before else None, pack),
    )
    _write_texts(version, read)
    Purpose.objects.bulk_create(
        Purpose(version=version, code=part.code, document=asdict(part)) for part in pack.purposes
    )
    Recipient.objects.bulk_create(
        Recipient(version=version, code=part.code, document=asdict(part)) for part in pack.recipients
    )
    FieldDefinition.objects.bulk_create(
        FieldDefinition(version=version, code=part.code, document=asdict(part)) for part in pack.fields
    )
    record(
        event=EVENT_PUBLISHED,
        target=f"policy:{version.number}",
        by=by,
        now=now,
        details={"slug": pack.slug, "content_hash": read.content_hash, "effective_at": effective_at.isoformat()},
    )
    return version


def _write_texts(version: PolicyVersion, read: ReadPack) -> None:
    rows = []
    for language, sections in read.pack.texts.items():
        for section, source in sections.items():
            prefix = section if section in Section.values else "start"
            rendered = render(source, language=language, prefix=prefix)
            rows.append(
                PolicyText(
                    version=version,
                    section=section,
                    language=language,
                    title=rendered.title[:200],
                    markdown=source,
                    html=rendered.html,
                    headings=[asdict(heading) for heading in rendered.headings],
                )
            )
    PolicyText.objects.bulk_create(rows)
