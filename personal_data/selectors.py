"""What is held on a person, as the account shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min

from core.encryption import CannotOpen
from personal_data import keys
from personal_data.content import EXTENSIONS
from personal_data.fields import read_file_name, read_value
from personal_data.models import DataItem, Device, FieldRefusal, StoredFile
from personal_data.retention_dates import KeptUntil, account_until, goes_last, kept_until
from personal_data.retention_pack import keeping_pack
from personal_data.retention_rules import longest_inactivity
from personal_data.selectors_retention import facts_of
from personal_data.values import mask_value, show_value
from policies import selectors as policies
from policies.enums import FieldKind
from policies.models import PolicyVersion
from policies.pack_types import FieldSpec, PurposeSpec, RecipientSpec

_GIVEN = (DataItem, StoredFile)


@dataclass(frozen=True)
class HeldFile:
    """One file of a field."""

    id: UUID
    name: str
    mime: str
    size: int
    held_since: datetime
    source: str

    @property
    def type_words(self) -> str:
        """The type as a person knows it: JPG, MP4."""
        return EXTENSIONS.get(self.mime, "").removeprefix(".").upper()


@dataclass(frozen=True)
class HeldField:
    """One field of the policy in force and what is held under it."""

    spec: FieldSpec
    purposes: Sequence[PurposeSpec]
    recipients: Sequence[RecipientSpec]
    kept: KeptUntil
    item: DataItem | None = None
    value: str = ""
    masked: str = ""
    files: Sequence[HeldFile] = field(default_factory=list)
    refusal: FieldRefusal | None = None
    devices: int = 0
    is_former: bool = False  # the policy in force does not name it any more

    @property
    def is_held(self) -> bool:
        return self.item is not None or bool(self.files) or bool(self.devices)

    @property
    def is_masked(self) -> bool:
        """Whether the value is hidden until the person asks to see it."""
        return self.spec.is_sensitive


def held_on(
    *,
    subject_id: UUID,
    at: datetime,
    key: bytes | None = None,
    version: PolicyVersion | None = None,
    sign_in_since: datetime | None = None,
) -> list[HeldField]:
    """Every field of the policy in force, in its order, with what is held, then fields of earlier ones under which
    something is. A constant number of queries.

    A caller that has opened the person's data key or read the version in force hands them on, and since when the
    address is held with which the person signs in: it stands under the first e-mail field. Raises KeyDestroyed.
    """
    version = version or policies.version_in_force(at)
    if version is None:
        return []
    named, pack = policies.document(version), keeping_pack(version)
    key = key or keys.data_key(subject_id)
    devices = Device.objects.filter(subject_id=subject_id).aggregate(count=Count("pk"), first=Min("first_seen_at"))
    facts = facts_of([subject_id], pack=pack, at=at)[subject_id]
    items = {item.field: item for item in DataItem.objects.filter(subject_id=subject_id)}
    refusals = {refusal.field: refusal for refusal in FieldRefusal.objects.filter(subject_id=subject_id)}
    files = _files(subject_id, key)
    address = next((spec.code for spec in pack.fields if spec.kind == FieldKind.EMAIL), "") if sign_in_since else ""
    found = []
    for spec in pack.fields:
        item, given = items.get(spec.code), files.get(spec.code, [])
        noted = devices["count"] if spec.kind == FieldKind.DEVICE else 0
        value, masked = _value(spec, item, key)
        since = [item.held_since] if item else [one.held_since for one in given]
        since += [devices["first"]] if noted else []
        found.append(
            HeldField(
                spec=spec,
                purposes=[purpose for purpose in pack.purposes if purpose.code in spec.purposes],
                recipients=[recipient for recipient in pack.recipients if recipient.code in spec.recipients],
                kept=account_until(pack, spec, inactivity=longest_inactivity(pack), facts=facts)
                if spec.code == address
                else kept_until(pack, spec, held_since=min(since, default=None), facts=facts),
                item=item,
                value=value,
                masked=masked,
                files=given,
                refusal=refusals.get(spec.code),
                devices=noted,
                is_former=named.field(spec.code) is None,
            )
        )
    found = [one for one in found if one.is_held or not one.is_former]
    rest = [one.kept for one in found if one.is_held and one.spec.code != address]
    return [replace(one, kept=goes_last(one.kept, rest)) if one.spec.code == address else one for one in found]


def former_fields(version: PolicyVersion) -> list[FieldSpec]:
    """The fields that left the policy under which something is still held, whoever's it is."""
    named = policies.document(version)
    former = [spec for spec in keeping_pack(version).fields if named.field(spec.code) is None]
    return [spec for spec in former if any(model.objects.filter(field=spec.code).exists() for model in _GIVEN)]


def _files(subject_id: UUID, key: bytes) -> dict[str, list[HeldFile]]:
    """The files of a person by field."""
    found: dict[str, list[HeldFile]] = {}
    for stored in StoredFile.objects.filter(subject_id=subject_id):
        name, source = read_file_name(stored, key=key), stored.get_source_display()
        file = HeldFile(stored.pk, name, stored.mime, stored.size, stored.held_since, source)
        found.setdefault(stored.field, []).append(file)
    return found


def _value(spec: FieldSpec, item: DataItem | None, key: bytes) -> tuple[str, str]:
    """The value as the person reads it, and masked; both empty when none is held or it cannot be opened."""
    if item is None:
        return "", ""
    try:
        clear = read_value(item, key=key)
    except CannotOpen:
        return "", ""
    return show_value(spec, clear), mask_value(spec, clear)
