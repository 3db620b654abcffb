"""What goes and when, as the person's own page shows it, and what the person could still agree to so that it stays."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.consent_page import Card as ConsentCard
from accounts.consent_page import ConsentPage, consent_page
from accounts.held_cards import Card
from accounts.models import User
from core.clock import local_date
from personal_data.retention_words import rule_words, stays_words, why_then
from policies import selectors as policies
from policies.enums import RetentionKind
from policies.models import PolicyVersion

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Line:
    """What goes on one day by one rule, and why it stays."""

    cards: list[Card]
    rule: str
    why: str
    stays: list[str]

    @property
    def names(self) -> str:
        return ", ".join(card.label for card in self.cards)

    @property
    def with_account(self) -> bool:
        """Whether the account goes with it."""
        return bool(self.sign_in_name)

    @property
    def sign_in_name(self) -> str:
        """What the person signs in with, where it is among it."""
        return next((card.label for card in self.cards if card.is_sign_in_address), "")


@dataclass(frozen=True)
class Day:
    """Everything that goes on one day. `is_next`: the day has come, and it goes in the coming night. `can_stay`: some
    of it can be kept by agreeing to something.
    """

    day: date
    is_next: bool
    can_stay: bool
    lines: list[Line]

    @property
    def choosable(self) -> list[str]:
        """Codes of what the person can delete now."""
        return [card.code for card in self._cards if card.may_delete and not card.must_stay]

    @property
    def has_devices(self) -> bool:
        """Whether devices go, which have a page of their own."""
        return any(card.is_devices for card in self._cards)

    @property
    def with_account(self) -> bool:
        """Whether the account goes, which takes everything along."""
        return any(card.is_sign_in_address for card in self._cards)

    @property
    def _cards(self) -> list[Card]:
        return [card for line in self.lines for card in line.cards]


@dataclass(frozen=True)
class RetentionPage:
    """The page: what goes within 30 days, what goes later, what has no day, and questions that would keep something."""

    soon: list[Day]
    later: list[Day]
    dayless: list[Line]
    keep: list[ConsentCard]
    kept_by: str
    consents: ConsentPage | None

    @property
    def is_asking(self) -> bool:
        """Whether one of the questions still waits for an answer."""
        return any(card.is_open for card in self.keep)

    @property
    def is_empty(self) -> bool:
        return not (self.soon or self.later or self.dayless)


def retention_page(
    *, user: User, cards: Sequence[Card], version: PolicyVersion, language: str, at: datetime
) -> RetentionPage:
    """Gather the page from the cards of what is held."""
    today = local_date(at)
    held = [card for card in cards if card.is_held]
    soon = [card for card in held if is_soon(card, today)]
    carriers = {card.code: found for card in soon if (found := _carriers(card, version))}
    wanted = frozenset(code for found in carriers.values() for code in found)
    consents = None
    if wanted:
        consents = consent_page(subject_id=user.subject_id, version=version, language=language, at=at)
    keep = [card for card in [*consents.waiting, *consents.answered] if _is_about(card, wanted)] if consents else []
    return RetentionPage(
        soon=_by_day(soon, today, carriers if keep else ()),
        later=_by_day([card for card in held if card.held.kept.day and card not in soon], today),
        dayless=_lines(card for card in held if card.held.kept.day is None),
        keep=keep,
        kept_by=", ".join(card.label for card in soon if card.code in carriers),
        consents=consents,
    )


def is_soon(card: Card, today: date) -> bool:
    """Whether something goes within 30 days."""
    goes = card.held.kept.day
    return card.is_held and goes is not None and goes <= today + SOON


def _by_day(cards: Iterable[Card], today: date, carried: Collection[str] = ()) -> list[Day]:
    days: dict[date, list[Card]] = {}
    for card in cards:
        if card.held.kept.day is not None:
            days.setdefault(max(card.held.kept.day, today), []).append(card)
    return [
        Day(day, day <= today, any(card.code in carried for card in days[day]), _lines(days[day]))
        for day in sorted(days)
    ]


def _lines(cards: Iterable[Card]) -> list[Line]:
    """What goes for the same reasons stands on one line."""
    lines: dict[tuple[str, str, tuple[str, ...]], list[Card]] = {}
    for card in cards:
        kept = card.held.kept
        why = why_then(kept) if kept.day else ""
        lines.setdefault((rule_words(kept), why, tuple(stays_words(kept))), []).append(card)
    return [Line(found, rule, why, list(stays)) for (rule, why, stays), found in lines.items()]


def _carriers(card: Card, version: PolicyVersion) -> list[str]:
    """The purposes a consent to which would move the day of one field: not one the law set, nor one ordered."""
    trigger = card.held.kept.trigger
    if card.held.is_former or trigger is None or not (trigger.yields or trigger.kind == RetentionKind.WHILE_PURPOSE):
        return []
    found = [policies.purpose(version, code) for code in card.held.spec.purposes]
    live = card.held.kept.live_purposes
    return [purpose.code for purpose in found if purpose and purpose.needs_consent and purpose.code not in live]


def _is_about(card: ConsentCard, purposes: Collection[str]) -> bool:
    """Whether a card of questions asks for one of the purposes as such, and not all of it is agreed to."""
    keys = [item.question.key for item in card.items]
    return not card.is_settled and any(key.purpose in purposes and not key.recipient_class for key in keys)
