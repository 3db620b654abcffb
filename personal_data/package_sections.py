"""What a copy of a person's data is made of: sections that packages hand in, and what they leave out, with the reason.

Every table that holds something on a person is shown by a section or left out by name, and so is every link from a row
to a person; `manage.py check` fails on one nobody decided.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Union
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.db.models import Exists, TextChoices
from django.utils.translation import get_language_info

from core.encryption import Buffer, CannotOpen, unseal
from personal_data import keys
from personal_data.basis_words import basis_told
from personal_data.errors import KeyDestroyed
from personal_data.models import DataSubject
from personal_data.registry import declaration_of
from personal_data.retention_pack import keeping_pack
from policies import selectors as policies
from policies.models import PolicyVersion
from policies.pack_types import Pack

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PART = "section:"  # before the code of a section, where staff name what is left out beside fields
SUBJECT_COLUMN = "subject_ref"  # how a row names a person it must outlive


@dataclass(frozen=True, slots=True)
class Coded:
    """A code, and the words a person reads for it."""

    code: str
    words: str


Value = Union[None, bool, int, str, datetime, date, Coded, "Sequence[Coded]"]


@dataclass(frozen=True, slots=True)
class CopyFile:
    """A file that goes into the copy. Size in bytes. `pieces` raises FileNotFoundError, CannotOpen."""

    name: str
    mime: str
    size: int
    pieces: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a section; `ref` is how staff name it when they leave it out."""

    values: Mapping[str, Value]
    ref: str = ""
    files: tuple[CopyFile, ...] = ()


@dataclass(frozen=True)
class Asked:
    """Whose copy is made, and what many sections read: opened once."""

    subject_id: UUID
    at: datetime
    data_key: bytes

    @cached_property
    def version(self) -> PolicyVersion | None:
        """The policy in force."""
        return policies.version_in_force(self.at)

    @cached_property
    def pack(self) -> Pack | None:
        """What it says."""
        return policies.document(self.version) if self.version else None

    @cached_property
    def known(self) -> Pack | None:
        """The same with what earlier ones named: what is held there is told by its name."""
        return keeping_pack(self.version) if self.version else None

    @cached_property
    def _evidence_keys(self) -> dict[UUID, bytes | None]:
        return {}

    @cached_property
    def _bases(self) -> dict[str, str]:
        return {}

    def evidence_key(self, subject_id: UUID | None = None) -> bytes | None:
        """The key of what is kept as proof, of this person or of who asked for this person; None when it is gone."""
        wanted = subject_id or self.subject_id
        if wanted not in self._evidence_keys:
            try:
                self._evidence_keys[wanted] = keys.evidence_key(wanted)
            except KeyDestroyed:
                self._evidence_keys[wanted] = None
        return self._evidence_keys[wanted]

    def field(self, code: str) -> Coded:
        """A field in the words of the policy, or a section by its title; what neither names any more keeps its code."""
        spec = self.known.field(code) if self.known else None
        return Coded(code, str(spec.label) if spec else part_title(code) or code)

    def purpose(self, code: str) -> Coded:
        """A purpose in the words of the policy."""
        spec = self.known.purpose(code) if self.known else None
        return Coded(code, str(spec.name) if spec else code)

    def recipient(self, code: str) -> Coded:
        """A recipient in the words of the policy."""
        spec = self.known.recipient(code) if self.known else None
        return Coded(code, str(spec.name) if spec else code)

    def basis(self, basis: str) -> Coded | None:
        """What something follows from, such as `request:41`, by the name the person knows; None for nothing."""
        if basis and basis not in self._bases:
            self._bases[basis] = basis_told(basis)[0]
        return Coded(basis, self._bases[basis]) if basis else None


def opened(key: bytes | None, blob: Buffer | None, context: str) -> str | None:
    """A sealed text in clear; None when nothing is there or it cannot be read any more."""
    if key is None or blob is None:
        return None
    try:
        return unseal(key, blob, context=context).decode()
    except CannotOpen:
        return None


def coded(choices: type[TextChoices], code: str) -> Coded | None:
    """A code with its words; None for an empty one."""
    return Coded(code, str(choices(code).label)) if code else None


def language_named(code: str) -> Coded:
    """A language by its name; one that has none here keeps its code."""
    try:
        return Coded(code, str(get_language_info(code)["name_translated"]))
    except KeyError:
        return Coded(code, code)


@dataclass(frozen=True)
class Section:
    """One part of the copy: a table of its own in every form of it.

    `code` names it in `data.json` and its CSV. `columns` are keys and headings, in order; `models` the tables it shows.
    Its rows are read only when `found` finds any; without it, when the first table has some of the person's own.
    With `as_cards` each entry is set as a list of its values, for long texts.
    """

    code: str
    title: "StrOrPromise"
    columns: "Sequence[tuple[str, StrOrPromise]]"
    rows: Callable[[Asked], Iterable[Row]]
    models: tuple[str, ...]
    about: "StrOrPromise" = ""
    found: Callable[[UUID], Exists] | None = None
    as_cards: bool = False
    has_files: bool = False


@dataclass
class _Decided:
    sections: dict[str, Section] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


_decided = _Decided()
_order: list[str] = []
_ground_words: list[Callable[[str, datetime], str]] = []


def show(*sections: Section) -> None:
    """Hand in sections of the copy; called at start."""
    for section in sections:
        _decided.sections[section.code] = section


def leave_out(reasons: Mapping[str, str]) -> None:
    """Name tables that are no part of the copy, each with its reason; called at start."""
    _decided.left_out.update(reasons)


def leave_out_links(reasons: Mapping[str, str]) -> None:
    """Name links to other people (`app.Model.field`) that the copy does not follow, each with its reason."""
    _decided.links.update(reasons)


def put_in_order(codes: Sequence[str]) -> None:
    """In which order a reader meets the sections; those not named come last."""
    _order[:] = codes


def ground_words_from(words: Callable[[str, datetime], str]) -> None:
    """Hand in how the ground of leaving something out is told: its code and the moment give a sentence."""
    _ground_words[:] = [words]


def ground_words(code: str, at: datetime) -> str:
    """Why something was left out, in words."""
    return _ground_words[0](code, at) if _ground_words else code


def sections() -> list[Section]:
    """Every section, in the order of the copy."""
    place = {code: number for number, code in enumerate(_order)}
    return sorted(_decided.sections.values(), key=lambda section: place.get(section.code, len(place)))


def part_title(part: str) -> str:
    """The title of a section named as `section:record`; empty for what is no section."""
    section = _decided.sections.get(part.removeprefix(PART)) if part.startswith(PART) else None
    return str(section.title) if section else ""


def filled(subject_id: UUID) -> set[str]:
    """Codes of the sections that have anything of a person. One query, put together once: building it takes longer
    than asking it.
    """
    codes, statement, count = _question()
    with connection.cursor() as cursor:
        cursor.execute(statement, [subject_id] * count)
        answers = cursor.fetchone()
    return {code for code, answer in zip(codes, answers, strict=True) if answer}


@cache
def _question() -> tuple[list[str], str, int]:
    somebody = UUID(int=0)
    asked = {section.code: (section.found or partial(_own_rows, section))(somebody) for section in sections()}
    # Of a table with one row: the answer does not hang on a row of the person's.
    rows = DataSubject.objects.filter(pk=somebody).annotate(**{f"has_{code}": one for code, one in asked.items()})
    statement, values = rows.values_list(*(f"has_{code}" for code in asked)).query.sql_with_params()
    if set(values) - {somebody, somebody.hex, 1}:
        raise ValueError("a section asks for more than the person")
    return list(asked), statement, len(values)


def _own_rows(section: Section, subject_id: UUID) -> Exists:
    model = apps.get_model(section.models[0])
    declaration = declaration_of(model)
    path = str(declaration.subject) if declaration and declaration.subject else SUBJECT_COLUMN
    return Exists(model._default_manager.filter(**{path: subject_id}))


def undecided() -> list[str]:
    """Tables and links to people nobody decided on, and decisions about what does not exist. Empty when all is well."""
    shown = {label for section in _decided.sections.values() for label in section.models}
    about_people = {model._meta.label for model in apps.get_models(include_auto_created=True) if _is_about(model)}
    everything = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    links = dict(_links())
    free = {name for name, label in links.items() if label in _decided.left_out}
    return [
        *(f"{label} is neither shown nor left out" for label in sorted(about_people - shown - set(_decided.left_out))),
        *(f"{label} is both shown and left out" for label in sorted(shown & set(_decided.left_out))),
        *(f"{label} is no table" for label in sorted((shown | set(_decided.left_out)) - everything)),
        *(f"{name} leads to a person" for name in sorted(set(links) - free - set(_decided.links))),
        *(f"{name} is no link to a person" for name in sorted(set(_decided.links) - set(links))),
        *(
            f"{name} is left out without a reason"
            for name, reason in sorted({**_decided.left_out, **_decided.links}.items())
            if not reason
        ),
    ]


def _is_about(model: type[models.Model]) -> bool:
    """Whether rows of a table belong to one person."""
    declaration = declaration_of(model)
    own = bool(declaration and declaration.subject)
    return own or any(one.name == SUBJECT_COLUMN for one in model._meta.fields)


def _links() -> Iterator[tuple[str, str]]:
    """Links to a person besides the one by which a row belongs to its own: `app.Model.field`, and the model."""
    people = (DataSubject, get_user_model())
    for model in apps.get_models(include_auto_created=True):
        declaration = declaration_of(model)
        own = str(declaration.subject).split("__", 1)[0] if declaration and declaration.subject else ""
        for one in model._meta.fields:
            if one.related_model in people and one.name != own:
                yield f"{model._meta.label}.{one.name}", model._meta.label
