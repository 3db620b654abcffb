"""What the first page of the account says. The number of queries does not grow with the history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import pgettext

from accounts import access_log
from accounts.held_cards import Card, address_row, cards_of
from accounts.models import User
from accounts.selectors import state_of_row
from complaints.selectors import ShownComplaint, complaints_of
from consent.answers import ConsentKey
from consent.models import LedgerEntry
from consent.selectors import last_answers
from core.clock import local_date
from dsr_requests.selectors import ShownRequest, requests_of
from policies.enums import RetentionKind
from policies.models import PolicyVersion

MOST_SHOWN = 3


@dataclass(frozen=True)
class Group:
    """One category of what is held, with the names of what there is."""

    name: str
    count: int
    names: str


@dataclass(frozen=True)
class Running:
    """A case that is still open, or answered and not yet accepted; then `answered` is until when it can be reopened."""

    kind: str
    reference: str
    title: str
    status_kind: str
    status_label: str
    due_on: date
    left: int
    is_waiting: bool
    answered: date | None = None


@dataclass(frozen=True)
class Going:
    """What is deleted next, and when. `moves_on`: with each sign-in the day moves away."""

    names: str
    day: date
    moves_on: bool


@dataclass(frozen=True)
class Overview:
    """Everything on the page."""

    answers: Mapping[ConsentKey, LedgerEntry]
    groups: list[Group]
    not_held: int
    agreed: int
    answered: int
    running: list[Running]
    more_running: int
    last_look: access_log.Line | None
    going: list[Going]
    ask_about_address: bool
    mail_came_back: bool


def overview_of(*, user: User, at: datetime, version: PolicyVersion | None) -> Overview:
    """Gather the page of one person."""
    row = address_row(user)
    cards = cards_of(user=user, at=at, version=version, address=row)
    current = last_answers(user.subject_id, at)
    running = _running(user, at)
    look = access_log.last_look(user=user)
    address = state_of_row(row, at=at)
    return Overview(
        answers=current,
        groups=_groups(cards),
        not_held=sum(1 for card in cards if not card.is_held),
        agreed=sum(1 for entry in current.values() if entry.is_granted),
        answered=len(current),
        running=running[:MOST_SHOWN],
        more_running=max(0, len(running) - MOST_SHOWN),
        last_look=access_log.headline(look, user=user) if look else None,
        going=_going(cards, local_date(at)),
        ask_about_address=address.needs_attention,
        mail_came_back=address.bounced,
    )


def _groups(cards: list[Card]) -> list[Group]:
    files = [card for card in cards if card.is_files and card.is_held]
    devices = [card for card in cards if card.is_devices and card.is_held]
    values = [card for card in cards if card.is_held and not card.is_files and not card.is_devices]
    basic = [card for card in values if not card.held.spec.is_sensitive]
    sensitive = [card for card in values if card.held.spec.is_sensitive]
    found = [
        Group(pgettext("category of data", "Basic data"), len(basic), _names(basic)),
        Group(pgettext("category of data", "Sensitive data"), len(sensitive), _names(sensitive)),
        Group(pgettext("category of data", "Files"), sum(len(card.held.files) for card in files), _names(files)),
        Group(pgettext("category of data", "Devices"), sum(card.held.devices for card in devices), ""),
    ]
    return [group for group in found if group.count]


def _running(user: User, at: datetime) -> list[Running]:
    cases: list[tuple[str, str, ShownComplaint | ShownRequest]] = [
        *(("complaint", one.category, one) for one in complaints_of(user.subject_id)),
        *(("request", one.asked_for, one) for one in requests_of(user.subject_id)),
    ]
    today = local_date(at)
    found = [
        Running(
            kind=kind,
            reference=one.reference,
            title=title,
            status_kind=one.status_kind,
            status_label=one.status_label,
            due_on=one.limit_on,
            left=(one.limit_on - today).days,
            is_waiting=one.is_waiting,
            answered=_to_read(one, today),
        )
        for kind, title, one in cases
        if one.is_open or _to_read(one, today)
    ]
    return sorted(found, key=lambda case: (not case.is_waiting, case.due_on))


def _to_read(case: ShownComplaint | ShownRequest, today: date) -> date | None:
    """Until when an answer nobody accepted yet can be disagreed with."""
    until = case.can_reopen_until if isinstance(case, ShownComplaint) and case.can_accept else None
    return until if until and until >= today else None


def _going(cards: list[Card], today: date) -> list[Going]:
    """The next days on which something goes; what is due already goes in the coming night."""
    by_day: dict[date, list[Card]] = {}
    for card in cards:
        if card.is_held and card.held.kept.day:
            by_day.setdefault(max(card.held.kept.day, today), []).append(card)
    return [Going(_names(by_day[day]), day, _moves_on(by_day[day])) for day in sorted(by_day)[:MOST_SHOWN]]


def _moves_on(cards: list[Card]) -> bool:
    return all(card.held.kept.kind == RetentionKind.INACTIVE for card in cards)


def _names(cards: list[Card]) -> str:
    return ", ".join(card.label for card in cards)
