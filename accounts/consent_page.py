"""What the page of consents shows, and what its form says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from consent.answers import Answer, ConsentKey
from consent.enums import Reply
from consent.errors import NotAsked
from consent.models import LedgerEntry
from consent.selectors import last_answers, wordings_of
from consent.services.asking import questions, topics
from consent.wording import Line, Question
from policies.models import PolicyVersion

ANSWER = "answer-"
SHOWN = "shown-"
AGREE, REFUSE = "agree", "refuse"

_STATUS = {
    Reply.GRANTED: ("done", pgettext_lazy("consent", "You agree")),
    Reply.REFUSED: ("stopped", pgettext_lazy("consent", "You do not agree")),
    Reply.WITHDRAWN: ("stopped", pgettext_lazy("consent", "You withdrew this")),
    Reply.EXPIRED: ("stopped", pgettext_lazy("consent", "This has ended")),
}


@dataclass(frozen=True)
class Item:
    """One question and where its answer stands. `chosen` is what was picked on a form that could not be saved."""

    question: Question
    entry: LedgerEntry | None
    chosen: str = ""

    @property
    def token(self) -> str:
        return self.question.key.token

    @property
    def is_changed(self) -> bool:
        """Answered, but to another wording than the one in force (L91 9.4 c, CL 18.1)."""
        return self.entry is not None and bytes(self.entry.scope_hash) != self.question.scope_hash

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.entry is None or self.is_changed

    @property
    def is_granted(self) -> bool:
        return self.entry is not None and self.entry.is_granted

    @property
    def status_kind(self) -> str:
        return _STATUS[Reply(self.entry.reply)][0] if self.entry else "waiting"

    @property
    def status_label(self) -> str:
        return str(_STATUS[Reply(self.entry.reply)][1]) if self.entry else ""


@dataclass(frozen=True)
class Card:
    """One heading with the lines its questions share."""

    title: str
    lines: tuple[Line, ...]
    items: tuple[Item, ...]

    @property
    def anchor(self) -> str:
        first = self.items[0].question.key
        return "-".join(part for part in ("consent", first.purpose, first.recipient_class) if part)

    @property
    def is_open(self) -> bool:
        return any(item.is_open for item in self.items)

    @property
    def is_settled(self) -> bool:
        """Nothing is left to agree to, so the words need not be in sight; where something is, they must be."""
        return all(item.is_granted and not item.is_changed for item in self.items)


@dataclass(frozen=True)
class ConsentPage:
    """Cards that wait, cards that are answered, and what stands from versions before that is not asked any more."""

    given: Mapping[ConsentKey, LedgerEntry]
    preamble: tuple[Line, ...]
    waiting: list[Card]
    answered: list[Card]
    left_over: list[tuple[LedgerEntry, str, str]]
    open_count: int


def consent_page(
    *, subject_id: UUID, version: PolicyVersion, language: str, at: datetime, chosen: Mapping[str, str] | None = None
) -> ConsentPage:
    """Gather the page of one person: at most three queries, whatever the history."""
    given = last_answers(subject_id, at)
    asked = questions(version, language)
    cards = [
        Card(
            topic.title,
            topic.lines,
            tuple(
                Item(question, given.get(question.key), (chosen or {}).get(question.key.token, ""))
                for question in topic.questions
            ),
        )
        for topic in topics(asked)
    ]
    keys = {question.key for question in asked}
    left = [entry for key, entry in given.items() if entry.is_granted and key not in keys]
    texts = wordings_of(left) if left else {}
    return ConsentPage(
        given=given,
        preamble=asked[0].preamble if asked else (),
        waiting=[card for card in cards if card.is_open],
        answered=[card for card in cards if not card.is_open],
        left_over=[(entry, texts[bytes(entry.wording_hash)].title, entry.key.token) for entry in left],
        open_count=sum(1 for card in cards for item in card.items if item.is_open),
    )


def read_answers(form: Mapping[str, str]) -> list[Answer]:
    """The answers of a sent form; a question left alone is no answer. Raises NotAsked for what is no question."""
    found = []
    for name, value in form.items():
        if not name.startswith(ANSWER):
            continue
        key = ConsentKey.from_token(name.removeprefix(ANSWER))
        if key is None or value not in (AGREE, REFUSE):
            raise NotAsked
        found.append(Answer(key, granted=value == AGREE, shown=_shown(form.get(f"{SHOWN}{key.token}", ""))))
    return found


def chosen_on(form: Mapping[str, str]) -> dict[str, str]:
    """What was picked on a form, to show it again."""
    return {name.removeprefix(ANSWER): value for name, value in form.items() if name.startswith(ANSWER)}


def saved_words(granted: Sequence[str], refused: Sequence[str]) -> str:
    """One sentence on what was saved."""
    parts = []
    if granted:
        parts.append(_("You agree: %(list)s.") % {"list": "; ".join(granted)})
    if refused:
        parts.append(_("You do not agree: %(list)s.") % {"list": "; ".join(refused)})
    return " ".join(parts)


def _shown(text: str) -> bytes:
    # A form without the hash of what it showed does not pass for one that showed the wording in force.
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
