"""The exact words of one question, and the hashes by which the ledger names them. Pure: reads a pack, writes nothing.

A page renders `preamble` once, and of each question `lines` and the two labels: what is hashed is what was shown.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypedDict

from django.utils.translation import gettext, override, pgettext

from consent.answers import ConsentKey
from policies.enums import FieldKind, RecipientClass
from policies.pack_types import FieldSpec, Pack, PurposeSpec, RecipientSpec, Text, message_channel_label


class LineKind(StrEnum):
    """How a line is set on the page."""

    TEXT = "text"
    FACT = "fact"
    SENSITIVE = "sensitive"
    AUTOMATED = "automated"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a question: a text, with a label before it where it states a fact."""

    kind: LineKind
    text: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text


@dataclass(frozen=True)
class Question:
    """One thing asked, in one language: its words as shown, and what they hash to."""

    key: ConsentKey
    language: str
    preamble: tuple[Line, ...]
    topic: str
    title: str
    lines: tuple[Line, ...]
    agree: str
    refuse: str
    sensitive: bool
    automated: bool
    about_devices: bool
    scope_hash: bytes

    @cached_property
    def wording(self) -> str:
        """Everything the person reads before answering, as plain text."""
        asked = [] if self.title == self.topic else [self.title]
        choice = f"[{self.agree}] [{self.refuse}]"
        return "\n".join([*map(str, self.preamble), self.topic, *map(str, self.lines), *asked, choice])

    @property
    def heading(self) -> str:
        """The question in a few words, where it stands alone."""
        return self.topic if self.title == self.topic else f"{self.topic} – {self.title}"

    @cached_property
    def wording_hash(self) -> bytes:
        """SHA-256 of `wording` in UTF-8, NFC."""
        return text_hash(self.wording)

    @property
    def shown(self) -> str:
        """The hash as a form carries it."""
        return self.wording_hash.hex()


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions under one heading, with the lines they share; the page shows those once."""

    title: str
    lines: tuple[Line, ...]
    questions: tuple[Question, ...]


def text_hash(text: str) -> bytes:
    """SHA-256 of a text in UTF-8, NFC."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).digest()


def build_questions(pack: Pack, language: str) -> tuple[Question, ...]:
    """Every question of a pack in one language, in the pack's order."""
    return tuple(_questions(pack, language))


def _questions(pack: Pack, language: str) -> Iterator[Question]:
    with override(language):
        for purpose in pack.purposes:
            if purpose.needs_consent:
                for channel in purpose.channels or ("",):
                    yield _purpose_question(pack, purpose, channel, language)
        for purpose in pack.purposes:
            for recipient_class in _classes_asked_about(pack, purpose):
                yield _recipient_question(pack, purpose, recipient_class, language)


def _classes_asked_about(pack: Pack, purpose: PurposeSpec) -> list[str]:
    found = [row.recipient_class for row in pack.recipients if row.consent and purpose.code in row.purposes]
    return list(dict.fromkeys(found))


def _purpose_question(pack: Pack, purpose: PurposeSpec, channel: str, language: str) -> Question:
    name = purpose.name.in_language(language)
    specs = _specs(pack, purpose.fields)
    lines = [
        Line(LineKind.TEXT, purpose.explanation.in_language(language)),
        *_which_data(specs, language),
    ]
    if purpose.automated:
        lines.append(Line(LineKind.AUTOMATED, _automated(purpose, language)))
    if purpose.content:
        lines.append(Line(LineKind.FACT, purpose.content.in_language(language), pgettext("of a message", "Content")))
    if purpose.frequency:
        lines.append(Line(LineKind.FACT, purpose.frequency.in_language(language), gettext("How often")))
    title = message_channel_label(channel) if channel else name
    return Question(
        key=ConsentKey(purpose.code, channel),
        language=language,
        preamble=_preamble(pack, language),
        topic=name,
        title=title,
        lines=tuple(lines),
        **_answers(),
        sensitive=any(spec.is_sensitive for spec in specs),
        automated=purpose.automated,
        about_devices=any(spec.kind == FieldKind.DEVICE for spec in specs),
        scope_hash=_scope(pack, purpose, specs, channel, ()),
    )


def _recipient_question(pack: Pack, purpose: PurposeSpec, recipient_class: str, language: str) -> Question:
    rows = [
        row
        for row in pack.recipients
        if row.consent and row.recipient_class == recipient_class and purpose.code in row.purposes
    ]
    specs = _specs(pack, dict.fromkeys(code for row in rows for code in row.fields))
    topic = gettext("Passing data on: %(class)s") % {"class": RecipientClass(recipient_class).label}
    lines = [
        Line(LineKind.FACT, _names(rows, language), gettext("Who receives it")),
        Line(LineKind.FACT, purpose.name.in_language(language), gettext("What for")),
        *_which_data(specs, language),
    ]
    if any(row.cross_border for row in rows):
        lines.append(
            Line(LineKind.TEXT, gettext("Some of them are outside Vietnam, so the data may leave the country."))
        )
    return Question(
        key=ConsentKey(purpose.code, "", recipient_class),
        language=language,
        preamble=_preamble(pack, language),
        topic=topic,
        title=topic,
        lines=tuple(lines),
        **_answers(),
        sensitive=any(spec.is_sensitive for spec in specs),
        automated=False,
        about_devices=False,
        scope_hash=_scope(pack, purpose, specs, recipient_class, rows),
    )


class _Answers(TypedDict):
    agree: str
    refuse: str


def _answers() -> _Answers:
    return {"agree": pgettext("consent", "I agree"), "refuse": pgettext("consent", "I do not agree")}


def _specs(pack: Pack, fields: Iterable[str]) -> list[FieldSpec]:
    return [spec for code in fields if (spec := pack.field(code))]


def _scope(
    pack: Pack, purpose: PurposeSpec, specs: Iterable[FieldSpec], asked: str, rows: Iterable[RecipientSpec]
) -> bytes:
    """Hash of what the pack says in both languages: a reworded policy asks anew, a reworded page label does not."""
    said = [
        [asked, purpose.code, purpose.automated],
        [
            _both(text)
            for text in (purpose.name, purpose.explanation, purpose.content, purpose.frequency, purpose.opt_out)
        ],
        [[spec.code, spec.sensitivity, _both(spec.label)] for spec in specs],
        [[row.code, row.cross_border, _both(row.name)] for row in rows],
        _both(pack.controller.name),
    ]
    return text_hash(json.dumps(said, ensure_ascii=False))


def _both(text: Text) -> list[str]:
    return [text.vi, text.en]


def _which_data(specs: list[FieldSpec], language: str) -> Iterator[Line]:
    """Kinds of data, and which of them are sensitive (law 91/2025, art. 9.2; decree 356/2025, art. 6.4)."""
    yield Line(LineKind.FACT, ", ".join(spec.label.in_language(language) for spec in specs), gettext("Data used"))
    sensitive = [spec.label.in_language(language) for spec in specs if spec.is_sensitive]
    if sensitive:
        text = gettext("This is sensitive personal data: %(fields)s.") % {"fields": ", ".join(sensitive)}
        yield Line(LineKind.SENSITIVE, text)


def _automated(purpose: PurposeSpec, language: str) -> str:
    notice = gettext("This is done automatically, without a person deciding.")
    return f"{notice} {purpose.opt_out.in_language(language)}".strip()


def _preamble(pack: Pack, language: str) -> tuple[Line, ...]:
    """Who asks, and what holds for every question; the page shows it once, above them all (law 91/2025, art. 9.2)."""
    free = gettext(
        "You are free to decide. You can change your answer on this page at any time, and it takes effect at once."
    )
    return (
        Line(LineKind.FACT, pack.controller.name.in_language(language), gettext("Who is asking")),
        Line(LineKind.TEXT, free),
    )


def _names(rows: Iterable[RecipientSpec], language: str) -> str:
    return "; ".join(row.name.in_language(language) for row in rows)
