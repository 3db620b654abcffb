"""Reads a pack as an inspector would: what the law would object to although the pack can be published. Pure.

Faults stop a publication (`policies.pack`); findings do not. They are told to whoever answers for the policy.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from core.rules import ComplaintRule
from policies.enums import PREAMBLE, ContactChannel, FindingKind, RetentionKind, Section
from policies.markdown import shape_of, without_comments
from policies.pack_types import Pack, Text, bilingual

# Consent taken from silence or from mere use (law 91/2025, article 9; decree 356/2025, article 6.3).
_DEEMED: Final = re.compile(
    r"(?:deemed|considered|taken) to (?:have )?(?:agreed?|consent(?:ed)?|accept(?:ed)?)"
    r"|by (?:using|visiting|accessing|continuing)[^.]{0,60}you (?:agree|consent|accept)"
    r"|(?:được|bị) (?:xem|coi) (?:là|như) (?:đã )?(?:đồng ý|chấp (?:nhận|thuận))"
    r"|đồng nghĩa (?:với )?(?:việc )?[^.]{0,40}(?:đồng ý|chấp (?:nhận|thuận))"
    r"|mặc (?:nhiên|định) (?:đồng ý|chấp (?:nhận|thuận))",
    re.IGNORECASE,
)
_NEGATION: Final = re.compile(r"\b(?:not|never|no|nobody|không|chưa|chẳng)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One point an inspector would stop at: why, where, and the fact of the source policy if one is meant."""

    kind: FindingKind
    place: str
    text: str
    fact: str = ""


def inspect(pack: Pack, *, rule: ComplaintRule) -> list[Finding]:
    """Every finding on a pack: what its authors recorded, then what can be computed. `rule` is the law of the day."""
    recorded = [
        Finding(FindingKind.CLAUSE, f"findings[{place}]", str(finding.text), finding.fact)
        for place, finding in enumerate(pack.findings, start=1)
    ]
    return [*recorded, *_deemed_consent(pack), *_gaps(pack), *_late_promises(pack, rule), *_parity(pack)]


def _deemed_consent(pack: Pack) -> Iterator[Finding]:
    for language, sections in pack.texts.items():
        for section, source in sections.items():
            text = without_comments(source)
            for found in _DEEMED.finditer(text):
                if not _NEGATION.search(_sentence_around(text, found.start(), found.end())):
                    place = f"{language}/{section}.md:{text.count(chr(10), 0, found.start()) + 1}"
                    message = _("“%(words)s” takes consent from silence or mere use; consent must be asked expressly.")
                    yield Finding(FindingKind.CLAUSE, place, message % {"words": found[0]})


def _sentence_around(text: str, start: int, end: int) -> str:
    before = max(text.rfind(mark, 0, start) for mark in ".!?\n")
    after = [place for mark in ".!?\n" if (place := text.find(mark, end)) >= 0]
    return text[before + 1 : min(after, default=len(text))]


def _is_absent(text: Text) -> bool:
    return text.placeholder or not text


def _gaps(pack: Pack) -> Iterator[Finding]:
    yield from _owner_gaps(pack)
    yield from _channel_gaps(pack)
    yield from _retention_gaps(pack)
    for recipient in pack.recipients:
        if recipient.cross_border and not recipient.consent:
            message = _("“%(recipient)s” receives data abroad unasked; a transfer dossier is due as well.")
            yield Finding(FindingKind.GAP, f"recipients.{recipient.code}", message % {"recipient": recipient.name})
    for name in ("tiers", "categories"):
        if not getattr(pack.complaints, name):
            message = _("No reply and resolution times per kind of complaint are given.")
            yield Finding(FindingKind.GAP, f"complaints.{name}", message)


def _owner_gaps(pack: Pack) -> Iterator[Finding]:
    messages = {
        "registration": _("The policy gives no business or tax number of its owner."),
        "address": _("The policy gives no address of its owner."),
        "phone": _("The policy gives no phone number of its owner."),
        "email": _("The policy gives no e-mail address of its owner."),
        "person_in_charge": _("The policy names nobody in charge of personal data."),
    }
    for name, message in messages.items():
        if _is_absent(getattr(pack.controller, name)):
            yield Finding(FindingKind.GAP, f"controller.{name}", message)


def _channel_gaps(pack: Pack) -> Iterator[Finding]:
    if pack.channel(ContactChannel.ONLINE) is None:
        message = _("No online channel for complaints is given; at least one is required.")
        yield Finding(FindingKind.GAP, "channels", message)
    if all(_is_absent(channel.address) for channel in pack.channels if channel.code != ContactChannel.ONLINE):
        yield Finding(FindingKind.GAP, "channels", _("Nobody can reach the owner except through this portal."))


def _retention_gaps(pack: Pack) -> Iterator[Finding]:
    if not any(rule.has_period for rule in pack.retention):
        yield Finding(FindingKind.GAP, "retention", _("No retention period is given in figures."))
    for field in pack.fields:
        rule = pack.retention_rule(field.retention)
        if rule is not None and rule.rule == RetentionKind.MANAGEMENT_ORDER and not rule.also:
            message = _("“%(field)s” is kept until management decides; the person's request must end it too.")
            yield Finding(FindingKind.GAP, f"fields.{field.code}", message % {"field": field.label})


def _late_promises(pack: Pack, rule: ComplaintRule) -> Iterator[Finding]:
    if pack.complaints.limit_days > rule.longest_limit_days:
        message = _("Complaints may take %(days)d days; more than %(limit)d is out of the ordinary.")
        numbers = {"days": pack.complaints.limit_days, "limit": rule.longest_limit_days}
        yield Finding(FindingKind.GAP, "complaints.limit_days", message % numbers)
    if pack.complaints.negotiation_working_days > rule.negotiation_working_days:
        message = _("Negotiation starts within %(days)d working days; the law allows %(limit)d.")
        numbers = {"days": pack.complaints.negotiation_working_days, "limit": rule.negotiation_working_days}
        yield Finding(FindingKind.GAP, "complaints.negotiation_working_days", message % numbers)


def _parity(pack: Pack) -> Iterator[Finding]:
    for section, vi, en in bilingual(pack):
        vietnamese, english = shape_of(vi), shape_of(en)
        place = f"{section}.md"
        name = Section(section).label if section != PREAMBLE else _("Introduction")
        if vietnamese.headings != english.headings:
            message = _("“%(section)s”: the headings differ between the languages.")
            yield Finding(FindingKind.PARITY, place, message % {"section": name})
        counted = {
            "paragraphs": _("“%(section)s”: %(vi)d paragraphs in Vietnamese, %(en)d in English."),
            "items": _("“%(section)s”: %(vi)d list items in Vietnamese, %(en)d in English."),
        }
        for what, message in counted.items():
            one, other = getattr(vietnamese, what), getattr(english, what)
            if one != other:
                yield Finding(FindingKind.PARITY, place, message % {"section": name, "vi": one, "en": other})
        for fact in sorted(vietnamese.facts ^ english.facts):
            message = _("“%(section)s” speaks of this fact in one language only.")
            yield Finding(FindingKind.PARITY, place, message % {"section": name}, fact)
