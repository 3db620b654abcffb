"""What a rule of the law keeps although its person asks for deletion, row by row and until which day. Reads only.

The rule of `retention_query` for one person: while a period of the law runs, nothing else lets a row go. An earlier
value stays as long as the value of its field.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from core.citations import cite
from core.clock import local_date
from core.templatetags.portal import day
from personal_data.models import DataItem, Device, KeptByLaw, StoredFile, ValueHistory
from personal_data.retention_dates import plus_period
from personal_data.retention_pack import keeping_pack
from personal_data.retention_rules import is_device_kind, laws_on
from policies import selectors as policies
from policies.pack_types import Pack, RetentionSpec

Laws = Mapping[str, Sequence[RetentionSpec]]


@dataclass(frozen=True, slots=True)
class ByLaw:
    """A row the law keeps: its table and reference, and the article and day of the rule that ends last."""

    target: str
    ref: UUID
    field: str
    clause: str
    until: date

    @property
    def kept_ref(self) -> UUID:
        """What it is called once it is set apart."""
        return kept_ref(self.ref)


def kept_ref(ref: UUID) -> UUID:
    """What a row is called once it is set apart; the same however often that is begun."""
    return uuid5(ref, KeptByLaw._meta.label_lower)


def kept_by_law(subject_id: UUID, *, at: datetime) -> list[ByLaw]:
    """Every row of a person that a rule of the policy in force keeps, by table and reference."""
    pack = _pack_in_force(at)
    laws = laws_on(pack) if pack else {}
    if pack is None or not laws:
        return []
    today = local_date(at)
    values = list(_values(subject_id, laws))
    ends = {one.field: one for one in values}
    found = [*values, *_earlier(subject_id, laws, ends), *_files(subject_id, laws), *_devices(subject_id, pack, laws)]
    return [one for one in found if one.until > today]


def any_law(at: datetime) -> bool:
    """Whether the policy in force has such a rule at all."""
    pack = _pack_in_force(at)
    return pack is not None and bool(laws_on(pack))


def in_lines(kept: Iterable[ByLaw], refs: Iterable[str]) -> list[ByLaw]:
    """Those of the rows kept that a plan names."""
    named = set(refs)
    return [one for one in kept if str(one.ref) in named]


def grouped(kept: Iterable[ByLaw]) -> dict[tuple[str, date], list[ByLaw]]:
    """Rows by the article and the day, the first day first."""
    told: dict[tuple[str, date], list[ByLaw]] = {}
    for one in sorted(kept, key=lambda one: (one.until, one.clause, one.target, str(one.ref))):
        told.setdefault((one.clause, one.until), []).append(one)
    return told


def refusal_words(kept: Iterable[ByLaw], *, at: datetime) -> str:
    """That, and until when, the law keeps something: a sentence for each article and day."""
    return " ".join(
        _("The law asks for this to be kept until %(day)s (%(clause)s), so it cannot be deleted before: %(names)s.")
        % {"day": day(until), "clause": cite(clause), "names": field_names((one.field for one in rows), at=at)}
        for (clause, until), rows in grouped(kept).items()
    )


def field_names(codes: Iterable[str], *, at: datetime) -> str:
    """Fields as the policy calls them, each once, for a sentence."""
    pack = _pack_in_force(at)
    specs = [(code, pack.field(code) if pack else None) for code in dict.fromkeys(codes)]
    return ", ".join(str(spec.label) if spec else code for code, spec in specs)


def fields_kept(subject_id: UUID, refs: Collection[str], *, at: datetime) -> list[str]:
    """The fields of rows by what they are called once set apart, whether they are so already or not yet."""
    apart = KeptByLaw.objects.filter(subject_id=subject_id, pk__in=refs).order_by("field", "pk")
    coming = [one.field for one in kept_by_law(subject_id, at=at) if str(one.kept_ref) in refs]
    return list(dict.fromkeys([*apart.values_list("field", flat=True), *coming]))


def _values(subject_id: UUID, laws: Laws) -> Iterator[ByLaw]:
    for item in DataItem.objects.filter(subject_id=subject_id, field__in=laws).order_by("pk"):
        yield _until(item._meta.label_lower, item.pk, item.field, item.held_since, laws)


def _earlier(subject_id: UUID, laws: Laws, ends: Mapping[str, ByLaw]) -> Iterator[ByLaw]:
    for row in ValueHistory.objects.filter(subject_id=subject_id, field__in=laws).order_by("pk"):
        own = _until(row._meta.label_lower, row.pk, row.field, row.held_since, laws)
        end = ends.get(row.field, own)
        yield ByLaw(own.target, own.ref, own.field, end.clause, end.until)


def _files(subject_id: UUID, laws: Laws) -> Iterator[ByLaw]:
    for file in StoredFile.objects.filter(subject_id=subject_id, field__in=laws).order_by("pk"):
        yield _until(file._meta.label_lower, file.pk, file.field, file.held_since, laws)


def _devices(subject_id: UUID, pack: Pack, laws: Laws) -> Iterator[ByLaw]:
    field = next((spec.code for spec in pack.fields if is_device_kind(spec.kind) and spec.code in laws), "")
    for device in Device.objects.filter(subject_id=subject_id).order_by("pk") if field else ():
        yield _until(device._meta.label_lower, device.pk, field, device.first_seen_at, laws)


def _until(target: str, ref: UUID, field: str, since: datetime, laws: Laws) -> ByLaw:
    last = max(laws[field], key=lambda law: plus_period(local_date(since), law))
    return ByLaw(target, ref, field, last.clause, plus_period(local_date(since), last))


def _pack_in_force(at: datetime) -> Pack | None:
    version = policies.version_in_force(at)
    return keeping_pack(version) if version else None
