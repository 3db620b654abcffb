"""What to ask whom, and what needs no asking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from consent.answers import ConsentKey
from consent.wording import Question, Topic, build_questions
from policies import selectors as policies
from policies.models import PolicyVersion


@dataclass(frozen=True, slots=True)
class WithoutAsking:
    """A purpose that rests on a contract or a law: shown as such, with no box to tick."""

    name: str
    explanation: str
    basis: str
    clause: str
    fields: tuple[str, ...]


def questions(version: PolicyVersion, language: str) -> list[Question]:
    """What a version asks: per purpose, per channel and per class of recipient. Nothing is answered beforehand."""
    return list(_questions(version.content_hash, language))


def question_by_key(version: PolicyVersion, language: str) -> Mapping[ConsentKey, Question]:
    """The same, to look one up."""
    return _by_key(version.content_hash, language)


def topics(asked: Sequence[Question]) -> list[Topic]:
    """Questions under their headings. Those of one purpose differ in the channel alone: their lines are shown once."""
    groups: dict[tuple[str, str], list[Question]] = {}
    for question in asked:
        groups.setdefault((question.key.purpose, question.key.recipient_class), []).append(question)
    return [Topic(title=group[0].topic, lines=group[0].lines, questions=tuple(group)) for group in groups.values()]


def without_asking(version: PolicyVersion, language: str) -> list[WithoutAsking]:
    """Purposes of a version that rest on something else than consent."""
    pack = policies.document(version)
    return [
        WithoutAsking(
            name=purpose.name.in_language(language),
            explanation=purpose.explanation.in_language(language),
            basis=purpose.basis_label,
            clause=purpose.clause,
            fields=tuple(spec.label.in_language(language) for code in purpose.fields if (spec := pack.field(code))),
        )
        for purpose in pack.purposes
        if not purpose.needs_consent
    ]


def device_questions(version: PolicyVersion) -> frozenset[ConsentKey]:
    """The questions of a version that name device information (CG-3)."""
    return frozenset(question.key for question in _questions(version.content_hash, "vi") if question.about_devices)


@lru_cache(maxsize=16)
def _questions(content_hash: str, language: str) -> tuple[Question, ...]:
    pack = policies.looks_of(content_hash)
    if pack is None:
        raise PolicyVersion.DoesNotExist(content_hash)
    return build_questions(pack, language)


@lru_cache(maxsize=16)
def _by_key(content_hash: str, language: str) -> Mapping[ConsentKey, Question]:
    return MappingProxyType({question.key: question for question in _questions(content_hash, language)})
