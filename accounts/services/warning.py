"""Writing to people before something held on them goes: one mail for everything, in their language."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import notices
from accounts.models import User
from core.clock import local_date
from core.encryption import CannotOpen
from core.templatetags.portal import day as told_day
from outbound.addresses import address_of
from outbound.enums import FailureCode
from outbound.models import OutboxMessage
from outbound.services.queueing import Letter, queue_letters
from personal_data import keys
from personal_data.fields import read_value
from personal_data.models import DataItem, DataSubject
from personal_data.retention_pack import keeping_pack
from personal_data.services.warning import Coming, Post, Warned
from personal_data.telling_sql import TOLD_BEFORE_DAYS
from policies import selectors as policies
from policies.enums import FILE_KINDS, FieldKind
from policies.pack_types import Pack

# Whoever does not get these cannot be reached; after any other failure the letter is written anew.
_TAKES_NO_MAIL = (FailureCode.BOUNCED, FailureCode.REFUSED)


def write(warned: Sequence[Warned], *, now: datetime) -> list[UUID]:
    """Queue a letter to each; the people to whom there is no address."""
    version = policies.version_in_force(now)
    if version is None:
        return []
    pack = keeping_pack(version)
    people = [one.subject_id for one in warned]
    members = dict(User.objects.filter(subject_id__in=people).values_list("subject_id", "language"))
    known = dict(DataSubject.objects.filter(pk__in=people).values_list("pk", "language"))
    addresses = _addresses(people, pack)
    letters = [
        _letter(
            one,
            pack,
            asked=policies.document(version),
            to=addresses[one.subject_id],
            language=members.get(one.subject_id) or known[one.subject_id],
            is_member=one.subject_id in members,
            now=now,
        )
        for one in warned
        if one.subject_id in addresses
    ]
    queue_letters(letters, now=now)
    return [one.subject_id for one in warned if one.subject_id not in addresses]


def outcome(people: Collection[UUID]) -> dict[UUID, datetime | None]:
    """Of some people, when the last warning left or came back; None while it waits."""
    rows = (
        OutboxMessage.objects.filter(subject_id__in=people, notice=notices.RETENTION_WARNING)
        .order_by("subject_id", "-created_at")
        .distinct("subject_id")
        .values_list("subject_id", "sent_at", "failed_at", "failure_code")
    )
    found: dict[UUID, datetime | None] = {}
    for subject_id, sent_at, failed_at, code in rows:
        if subject_id is not None and (failed_at is None or code in _TAKES_NO_MAIL):
            found[subject_id] = sent_at or failed_at
    return found


POST = Post(write, outcome)


def _letter(one: Warned, pack: Pack, *, asked: Pack, to: str, language: str, is_member: bool, now: datetime) -> Letter:
    """`asked` is the policy in force, by which alone something can be kept."""
    with override(language):
        page = reverse("accounts:retention") if is_member else reverse("account_signup")
        context: Mapping[str, str] = {
            "lines": "\n".join(_lines(one, pack, local_date(now))),
            "page_url": settings.PORTAL_URL + page,
            "request_url": settings.PORTAL_URL + reverse("requests:new"),
            "is_member": "yes" if is_member else "",
            "is_last": "yes" if one.notice == "retention-7" else "",
            "with_account": "yes" if any(part.with_account for part in one.coming) else "",
            "can_keep": "yes" if any(_can_keep(part, asked) for part in one.coming) else "",
        }
    dedup = f"{one.notice}:{one.subject_id}:{one.coming[0].day}:{local_date(now)}"
    return Letter(notices.RETENTION_WARNING, to, language, context, one.subject_id, dedup)


def _lines(one: Warned, pack: Pack, today: date) -> Iterator[str]:
    """Each day with what goes on it, by name; no value. A day too near is moved to when it may go.

    What holds one value goes once, on the first day; of files and devices some may go on one day and some on another.
    """
    labels = {field.code: str(field.label) for field in pack.fields}
    many = {field.code for field in pack.fields if field.kind in FILE_KINDS or field.kind == FieldKind.DEVICE}
    named: set[str] = set()
    earliest = today + timedelta(days=TOLD_BEFORE_DAYS)
    days: dict[date, list[str]] = {}
    for part in one.coming:
        day = max(part.day, earliest)
        names = days.setdefault(day, [])
        fresh = [code for code in labels if code in part.fields and code not in named]
        named.update(code for code in fresh if code not in many)
        names += [labels[code] for code in fresh]
        names += [_("your account")] if part.with_account else []
    for day in sorted(day for day, names in days.items() if names):
        yield f"- {told_day(day)}: {', '.join(dict.fromkeys(days[day]))}"


def _can_keep(part: Coming, pack: Pack) -> bool:
    specs = [spec for code in part.carried if (spec := pack.field(code)) is not None]
    purposes = [purpose for spec in specs for code in spec.purposes if (purpose := pack.purpose(code)) is not None]
    return any(purpose.needs_consent for purpose in purposes)


def _addresses(people: Sequence[UUID], pack: Pack) -> dict[UUID, str]:
    """The address each is written to: the one they sign in with, else one that is held on them."""
    found = {one: address for one in people if (address := address_of(one))}
    rest = [one for one in people if one not in found]
    codes = [field.code for field in pack.fields if field.kind == FieldKind.EMAIL]
    opened = keys.data_keys(rest) if rest else {}
    for item in DataItem.objects.filter(subject_id__in=rest, field__in=codes).order_by("-held_since"):
        key = opened.get(item.subject_id)
        try:
            if key is not None:
                found[item.subject_id] = read_value(item, key=key)
        except CannotOpen:
            continue
    return found
