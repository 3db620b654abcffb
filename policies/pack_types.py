"""What a policy pack says, once read: frozen, comparable, free of the file it came from. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language

from policies.enums import (
    ContactChannel,
    FieldKind,
    LegalBasis,
    MessageChannel,
    RecipientClass,
    RetentionKind,
    Sensitivity,
)


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages; shown in the language of the page. A placeholder waits for its owner."""

    vi: str
    en: str
    placeholder: bool = False

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.vi

    def __str__(self) -> str:
        return self.in_language(get_language() or "vi")

    def __bool__(self) -> bool:
        return bool(self.vi or self.en)


EMPTY = Text("", "")


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for the data: decree 248/2026 article 4."""

    name: Text
    registration: Text
    address: Text
    phone: Text
    email: Text
    website: Text
    person_in_charge: Text
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """A way to reach the company. `address` is a URL, a number or a postal address; empty means this portal."""

    code: str
    address: Text
    label: Text
    facts: tuple[str, ...] = ()

    @property
    def kind(self) -> ContactChannel:
        return ContactChannel(self.code)

    @property
    def href(self) -> str:
        """The address to link to; empty when it is a placeholder or no web, mail or phone address."""
        target = self.address.vi
        if not target or self.address.placeholder:
            return ""
        if target.startswith(("https://", "http://")):
            return target
        if self.code == ContactChannel.EMAIL and "@" in target:
            return f"mailto:{target}"
        if self.code == ContactChannel.PHONE:
            digits = "".join(char for char in target if char.isdigit() or char == "+")
            return f"tel:{digits}" if digits else ""
        return ""

    @property
    def is_external(self) -> bool:
        return self.href.startswith("http")


@dataclass(frozen=True, slots=True)
class PurposeSpec:
    code: str
    name: Text
    explanation: Text
    basis: str
    clause: str
    fields: tuple[str, ...]
    automated: bool = False
    opt_out: Text = EMPTY
    channels: tuple[str, ...] = ()
    frequency: Text = EMPTY
    content: Text = EMPTY
    ends: str = ""
    proposed: bool = False
    facts: tuple[str, ...] = ()

    @property
    def needs_consent(self) -> bool:
        return self.basis == LegalBasis.CONSENT

    @property
    def basis_label(self) -> str:
        return str(LegalBasis(self.basis).label)


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class FieldSpec:
    code: str
    kind: str
    label: Text
    hint: Text
    sensitivity: str
    purposes: tuple[str, ...]
    recipients: tuple[str, ...]
    consequence: Text
    source: Text
    storage: Text
    retention: str
    choices: tuple[Choice, ...] = ()
    max_mb: int | None = None
    evidence: bool = False
    proposed: bool = False
    facts: tuple[str, ...] = ()

    @property
    def is_sensitive(self) -> bool:
        return self.sensitivity == Sensitivity.SENSITIVE

    @property
    def kind_label(self) -> str:
        return str(FieldKind(self.kind).label)

    @property
    def sensitivity_label(self) -> str:
        return str(Sensitivity(self.sensitivity).label)

    @property
    def max_bytes(self) -> int | None:
        return None if self.max_mb is None else self.max_mb * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RecipientSpec:
    code: str
    recipient_class: str
    name: Text
    fields: tuple[str, ...]
    purposes: tuple[str, ...]
    cross_border: bool
    consent: bool
    clause: str
    proposed: bool = False
    facts: tuple[str, ...] = ()

    @property
    def class_label(self) -> str:
        return str(RecipientClass(self.recipient_class).label)


@dataclass(frozen=True, slots=True)
class RetentionSpec:
    """How long. `event` names the event the period runs from; the period is empty where the rule has none.

    `also` names further rules that work beside this one: the first to come true ends the keeping.
    """

    code: str
    rule: str
    text: Text
    clause: str = ""
    event: str = ""
    days: int | None = None
    months: int | None = None
    years: int | None = None
    also: tuple[str, ...] = ()
    proposed: bool = False
    facts: tuple[str, ...] = ()

    @property
    def rule_label(self) -> str:
        return str(RetentionKind(self.rule).label)

    @property
    def has_period(self) -> bool:
        return any((self.days, self.months, self.years))


@dataclass(frozen=True, slots=True)
class Tier:
    code: str
    days: int
    name: Text


@dataclass(frozen=True, slots=True)
class ComplaintCategory:
    code: str
    name: Text
    first_reply_working_days: int
    resolution_days: int


@dataclass(frozen=True, slots=True)
class Complaints:
    """The company's own promise on complaints, in calendar days unless the name says working days."""

    target_days: int
    limit_days: int
    first_reply_working_days: int
    negotiation_working_days: int
    tiers: tuple[Tier, ...]
    categories: tuple[ComplaintCategory, ...]
    proposed: bool = False
    facts: tuple[str, ...] = ()


# How long a letter is on its way, where a pack does not say it.
LETTER_DAYS = 7


@dataclass(frozen=True, slots=True)
class Requests:
    """How the company handles requests where the law leaves it free.

    `cooling_off_hours` is how long a deletion of everything can be called off, to which `letter_days` are added for
    whom no mail reaches, so that a letter is not too late; `tell_imported` whether people brought in from its records
    are told once what is held and why.
    """

    cooling_off_hours: int
    tell_imported: bool
    letter_days: int = LETTER_DAYS
    proposed: bool = False
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """How many days the portal keeps what it writes itself, after the moment each kind of record declares.

    A period of 0 is one the pack does not give: then nothing of that kind goes by itself.
    """

    unknown_sender_days: int
    identity_days: int
    accounts_days: int
    codes_days: int
    mail_days: int
    loose_letters_days: int
    notices_days: int
    imports_days: int
    desk_days: int
    clause: str = ""
    proposed: bool = False
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecurityData:
    """What sign-in security keeps apart from personal data: session address and browser."""

    text: Text
    retention_days: int
    clause: str = ""
    proposed: bool = False
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """What the organisation's original clause said that does not hold in law."""

    fact: str
    text: Text


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A fact only the owner can give or confirm: what is missing, and the file and line where it belongs."""

    place: str
    text: Text
    file: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class Pack:
    slug: str
    format: int
    title: Text
    summary: Text
    accent: str
    accent_dark: str
    logo: str
    evidence_years: int
    controller: Controller
    channels: tuple[ChannelSpec, ...]
    purposes: tuple[PurposeSpec, ...]
    fields: tuple[FieldSpec, ...]
    recipients: tuple[RecipientSpec, ...]
    retention: tuple[RetentionSpec, ...]
    complaints: Complaints
    requests: Requests
    security_data: SecurityData
    own_records: OwnRecords
    findings: tuple[PolicyFinding, ...]
    placeholders: tuple[Placeholder, ...]
    texts: Mapping[str, Mapping[str, str]]
    logo_svg: str
    facts: tuple[str, ...] = ()

    def purpose(self, code: str) -> PurposeSpec | None:
        return next((purpose for purpose in self.purposes if purpose.code == code), None)

    def field(self, code: str) -> FieldSpec | None:
        return next((field for field in self.fields if field.code == code), None)

    def recipient(self, code: str) -> RecipientSpec | None:
        return next((recipient for recipient in self.recipients if recipient.code == code), None)

    def retention_rule(self, code: str) -> RetentionSpec | None:
        return next((rule for rule in self.retention if rule.code == code), None)

    def channel(self, code: str) -> ChannelSpec | None:
        return next((channel for channel in self.channels if channel.code == code), None)


def message_channel_label(code: str) -> str:
    """The name of a channel by which the company writes, in the language of the page."""
    return str(MessageChannel(code).label)


def bilingual(pack: Pack) -> Iterator[tuple[str, str, str]]:
    """(section, Vietnamese text, English text) for every text file of the pack, in the order of the page."""
    for section, text in pack.texts["vi"].items():
        yield section, text, pack.texts["en"][section]
