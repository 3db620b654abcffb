"""What the copy of a person's data shows of the account, and of the record of who did what."""

from collections.abc import Iterator, Mapping
from itertools import islice

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import access_log
from accounts.enums import Factor
from accounts.models import FactorRecovery, SealedAddress, User
from accounts.selectors import browser_words
from audit.models import AuditEntry
from consent.evidence import truncated_address
from personal_data.package_sections import (
    Asked,
    Coded,
    Row,
    Section,
    coded,
    language_named,
    leave_out,
    leave_out_links,
    opened,
    put_in_order,
    show,
)

_AT_ONCE = 2000

# What a reader meets first; the rest follows as the packages hand it in.
ORDER = (
    "data",
    "files",
    "purposes",
    "consents",
    "requests",
    "request_decisions",
    "corrections",
    "request_messages",
    "request_files",
    "request_steps",
    "identity_checks",
    "complaints",
    "complaint_answers",
    "complaint_messages",
    "complaint_files",
    "record",
    "account",
    "addresses",
    "sessions",
    "factors",
    "devices",
    "letters",
)


def account_rows(asked: Asked) -> Iterator[Row]:
    """The account, if there is one."""
    for user in User.objects.filter(subject_id=asked.subject_id):
        yield Row(
            {
                "since": user.created_at,
                "language": language_named(user.language),
                "last_sign_in": user.last_login,
                "active": user.is_active,
                "staff": user.is_staff,
                "staff_name": user.staff_name or None,
            }
        )


def address_rows(asked: Asked) -> Iterator[Row]:
    """Addresses the person signs in with."""
    for row in SealedAddress.objects.filter(user__subject_id=asked.subject_id).order_by("since"):
        yield Row(
            {
                "address": opened(asked.data_key, row.sealed_value, row.sealing_context),
                "since": row.since,
                "confirmed_at": row.confirmed_at,
                "mail_came_back_at": row.bounced_at,
            }
        )


def session_rows(asked: Asked) -> Iterator[Row]:
    """Where the person is signed in."""
    for row in UserSession.objects.filter(user__subject_id=asked.subject_id).order_by("created_at"):
        yield Row(
            {
                "browser": browser_words(row.user_agent),
                "network": truncated_address(row.ip or "") or None,
                "since": row.created_at,
                "last_seen_at": row.last_seen_at,
            }
        )


def factor_rows(asked: Asked) -> Iterator[Row]:
    """Second factors, without what would open the account."""
    for row in Authenticator.objects.filter(user__subject_id=asked.subject_id).order_by("created_at"):
        yield Row({"kind": coded(Factor, row.type), "since": row.created_at, "last_used_at": row.last_used_at})


def recovery_rows(asked: Asked) -> Iterator[Row]:
    """Times the second factor was lost."""
    for row in FactorRecovery.objects.filter(user__subject_id=asked.subject_id).order_by("asked_at"):
        yield Row({"asked_at": row.asked_at, "expires_at": row.expires_at, "closed_at": row.closed_at})


def record_rows(asked: Asked) -> Iterator[Row]:
    """Everything recorded about the person, oldest first: who by role, never by name."""
    user = User.objects.filter(subject_id=asked.subject_id).first()
    whose: access_log.Whose = user or access_log.NoAccount(asked.subject_id)
    references = access_log.references_of(asked.subject_id)
    pack = asked.pack
    labels = {spec.code: str(spec.label) for spec in pack.fields} if pack else {}
    purposes = {purpose.code: str(purpose.name) for purpose in pack.purposes} if pack else {}
    for entries in _in_parts(_entries(asked, references)):
        lines = access_log.lines_of(entries, user=whose, labels=labels, purposes=purposes, references=references)
        for entry, line in zip(entries, lines, strict=True):
            yield Row(
                {
                    "at": line.at,
                    "what": Coded(entry.event, line.title),
                    "who": capfirst(access_log.who(entry, whose)),
                    "details": line.text or None,
                }
            )


def register() -> None:
    """Hand in the sections, their order, and what is left out."""
    show(*_sections())
    put_in_order(ORDER)
    leave_out(
        {
            "account.EmailAddress": "a keyed alias; the address itself is shown",
            "account.EmailConfirmation": "a random code, gone once answered",
            "accounts.FactorRecoveryApproval": "names of staff are not given; that the factor was lost is shown",
            "accounts.User_groups": "a role of staff; nothing about anybody else",
            "accounts.User_user_permissions": "stays empty: rights come from roles",
        }
    )
    leave_out_links({"accounts.StaffInvitation.invited_by": "names of staff are not given"})


def _sections() -> Iterator[Section]:
    since = ("since", _("since"))
    last_seen = ("last_seen_at", _("last seen"))
    yield Section(
        "account",
        _("Your account"),
        (
            since,
            ("language", _("language")),
            ("last_sign_in", _("last sign-in")),
            ("active", _("active")),
            ("staff", _("staff")),
            ("staff_name", _("name at work")),
        ),
        account_rows,
        ("accounts.User",),
    )
    yield Section(
        "addresses",
        _("Addresses you sign in with"),
        (
            ("address", _("e-mail address")),
            since,
            ("confirmed_at", _("last confirmed")),
            ("mail_came_back_at", _("mail came back")),
        ),
        address_rows,
        ("accounts.SealedAddress",),
    )
    yield Section(
        "sessions",
        _("Where you are signed in"),
        (("browser", _("browser")), ("network", _("network")), since, last_seen),
        session_rows,
        ("usersessions.UserSession",),
    )
    yield Section(
        "factors",
        _("Second factors"),
        (("kind", _("kind")), since, ("last_used_at", _("last used"))),
        factor_rows,
        ("mfa.Authenticator",),
    )
    yield Section(
        "lost_factors",
        _("Times a second factor was lost"),
        (("asked_at", _("asked")), ("expires_at", _("runs out")), ("closed_at", _("closed"))),
        recovery_rows,
        ("accounts.FactorRecovery",),
    )
    yield Section(
        "record",
        _("Who looked at your data, and what was done"),
        (
            ("at", _("moment")),
            ("what", _("what happened")),
            ("who", _("who")),
            ("details", _("details")),
        ),
        record_rows,
        ("audit.AuditEntry", "audit.AuditNote"),
        about=_("Everything recorded about you, by our staff, by you, and by the portal itself. Staff stand by role."),
    )


def _entries(asked: Asked, references: Mapping[str, str]) -> Iterator[AuditEntry]:
    about = Q(subject_ref=asked.subject_id) | Q(target__in=list(references))
    return AuditEntry.objects.filter(about).order_by("id").iterator(chunk_size=_AT_ONCE)


def _in_parts(entries: Iterator[AuditEntry]) -> Iterator[list[AuditEntry]]:
    while part := list(islice(entries, _AT_ONCE)):
        yield part
