"""The record of one person, read for that person: who by role, when, which fields, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.enums import AuditEvent as Account
from accounts.enums import Role
from accounts.event_words import CASE_KINDS, CASE_PARTS, ROLE_WORDS, words_or_code
from accounts.models import User
from audit import selectors as audit
from audit.models import AuditEntry
from audit.services.recording import read_notes
from complaints import selectors as complaints
from dsr_requests.models import Request
from personal_data.enums import AuditEvent as Held

# Reasons written for the person to read; what staff note for one another stays with the case.
TOLD_WITH_REASON = frozenset(
    {
        Held.ITEM_REVEALED,
        Held.FIELD_DECLINED,
        Held.ORDER_NAMES_READ,
        "complaint.contact_revealed",
        "request.contact_revealed",
    }
)


ADDRESS_EVENTS = (
    Account.ADDRESS_VERIFIED,
    Account.ADDRESS_CHANGED,
    Account.ADDRESS_CONFIRMED,
    Account.ADDRESS_BOUNCED,
)


class Whose(Protocol):
    """Whose record it is: somebody with an account, or without one."""

    @property
    def pk(self) -> UUID | None: ...
    @property
    def subject_id(self) -> UUID: ...


@dataclass(frozen=True)
class NoAccount:
    """Somebody on whom something is held and who never signed in."""

    subject_id: UUID
    pk: None = None


class Side(StrEnum):
    """Whose deeds a page lists."""

    STAFF = "staff"
    PERSON = "you"
    PORTAL = "portal"


@dataclass(frozen=True)
class Line:
    """One entry as the timeline component shows it."""

    at: datetime
    title: str
    text: str
    by: str


def entries_of(*, user: User, side: Side) -> QuerySet[AuditEntry]:
    """What one side did with this person's data, newest first."""
    entries = audit.entries_about_subject(user.subject_id)
    own = Q(actor=f"user:{user.pk}") | Q(actor_role__in=("person", "guest"))
    if side == Side.PERSON:
        return entries.filter(own)
    if side == Side.PORTAL:
        return entries.filter(actor_role="system")
    return entries.filter(actor_role__in=Role.values).exclude(own)


def entries_on_field(*, user: User, field: str, is_sign_in_address: bool) -> QuerySet[AuditEntry]:
    """What anyone did with one field, newest first. The sign-in address is recorded by its own events."""
    wanted = Q(details__field=field)
    if is_sign_in_address:
        wanted |= Q(event__in=ADDRESS_EVENTS)
    return audit.entries_about_subject(user.subject_id).filter(wanted)


def last_look(*, user: User) -> AuditEntry | None:
    """The last thing staff did."""
    return entries_of(user=user, side=Side.STAFF).first()


def lines_of(
    entries: Sequence[AuditEntry],
    *,
    user: Whose,
    labels: Mapping[str, str],
    purposes: Mapping[str, str] | None = None,
    on_field: str = "",
    references: Mapping[str, str] | None = None,
) -> list[Line]:
    """Entries in words. On the page of one field its name is left out; `references` names cases by their audit target.

    At most two queries however many there are: the notes, and the key that opens them.
    """
    telling = [entry for entry in entries if entry.note_hash and entry.event in TOLD_WITH_REASON]
    notes = read_notes(telling, subject_id=user.subject_id) if telling else {}
    return [
        Line(
            at=entry.at,
            title=words_or_code(entry.event),
            text=_details(entry, _Names(labels, purposes or {}, references or {}, on_field), notes.get(entry.pk, "")),
            by=_who(entry, user),
        )
        for entry in entries
    ]


def references_of(subject_id: UUID) -> dict[str, str]:
    """References of the cases a person sent, and of requests about the person, by the name the record has for them."""
    return {
        row.target: row.reference
        for rows in (
            complaints.of_subject(subject_id),
            Request.objects.filter(Q(subject_id=subject_id) | Q(about_id=subject_id)),
        )
        for row in rows.only("pk", "reference")
    }


def headline(entry: AuditEntry, *, user: User) -> Line:
    """One entry without its details."""
    return Line(at=entry.at, title=words_or_code(entry.event), text="", by=_who(entry, user))


def who(entry: AuditEntry, user: Whose) -> str:
    """Who did something, by role, as the person reads it."""
    role = "person" if entry.actor == f"user:{user.pk}" else entry.actor_role
    return str(ROLE_WORDS.get(role, role))


def _who(entry: AuditEntry, user: Whose) -> str:
    return _("By: %(who)s") % {"who": who(entry, user)}


@dataclass(frozen=True)
class _Names:
    """What codes and references are called."""

    labels: Mapping[str, str]
    purposes: Mapping[str, str]
    references: Mapping[str, str]
    on_field: str


def _details(entry: AuditEntry, names: _Names, note: str) -> str:
    found = []
    kind = entry.target.partition(":")[0]
    if kind in CASE_KINDS:
        reference = entry.details.get("reference") or names.references.get(entry.target, "")
        found.append(f"{CASE_KINDS[kind]} {reference}".strip())
    fields = [code for code in (entry.details.get("field"), *_list(entry.details.get("fields"))) if code]
    told = [names.labels.get(code) or str(CASE_PARTS.get(code, code)) for code in fields if code != names.on_field]
    if told:
        found.append(_("What: %(field)s") % {"field": ", ".join(told)})
    purpose = entry.details.get("purpose")
    if purpose:
        found.append(_("Purpose: %(purpose)s") % {"purpose": names.purposes.get(purpose, purpose)})
    if note:
        found.append(_("Why: %(reason)s") % {"reason": note})
    return "\n".join(found)


def _list(value: object) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else []
