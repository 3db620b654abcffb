"""Builds each part of a pack out of its TOML table; what one part can tell alone is checked here. Pure."""

from django.utils.translation import gettext as _

from policies import contrast
from policies.enums import (
    FILE_KINDS,
    PACK_FORMAT,
    ContactChannel,
    FieldKind,
    LegalBasis,
    RecipientClass,
    RetentionKind,
    Sensitivity,
)
from policies.pack_reader import Table
from policies.pack_types import (
    EMPTY,
    LETTER_DAYS,
    ChannelSpec,
    Choice,
    ComplaintCategory,
    Complaints,
    Controller,
    FieldSpec,
    OwnRecords,
    PolicyFinding,
    PurposeSpec,
    RecipientSpec,
    Requests,
    RetentionSpec,
    SecurityData,
    Text,
    Tier,
)

PRETICKED = ("default", "preticked", "pre_ticked", "prechecked", "ticked", "checked", "implied", "deemed")
BUYERS = ("buyer", "buyers", "broker", "data-broker", "seller")
ENDS_WITHDRAWAL = "withdrawal"
NEEDS_PERIOD = (RetentionKind.INACTIVE, RetentionKind.AFTER_EVENT, RetentionKind.LAW)
LONGEST_YEARS = 100
OWN_PERIODS = (
    "unknown_sender_days",
    "identity_days",
    "accounts_days",
    "codes_days",
    "mail_days",
    "loose_letters_days",
    "notices_days",
    "imports_days",
    "desk_days",
)
LONGEST_OWN_DAYS = 3660  # what the portal writes for itself serves nobody after ten years


def check_format(pack: Table) -> int:
    number = pack.number("format") or PACK_FORMAT
    if number != PACK_FORMAT:
        pack.fault(("format",), _("This portal reads format %(known)d only.") % {"known": PACK_FORMAT})
    return number


def read_colour(pack: Table, key: str, background: str) -> str:
    colour = pack.string(key)
    if not colour:
        return contrast.DARK_PAGE if background == contrast.WHITE else contrast.WHITE
    if not contrast.HEX_COLOUR.fullmatch(colour):
        pack.fault((key,), _("“%(colour)s” is not a colour such as #0a5c8f.") % {"colour": colour})
        return contrast.DARK_PAGE
    ratio = contrast.ratio(colour, background)
    if ratio < contrast.MINIMUM:
        pack.fault(
            (key,),
            _("The contrast of %(colour)s on %(background)s is %(ratio).2f; it must be at least %(minimum).1f.")
            % {"colour": colour, "background": background, "ratio": ratio, "minimum": contrast.MINIMUM},
        )
    return colour.lower()


def read_controller(table: Table) -> Controller:
    controller = Controller(
        name=table.text("name", or_string=True),
        registration=table.text("registration", or_string=True),
        address=table.text("address", or_string=True),
        phone=table.text("phone", or_string=True),
        email=table.text("email", or_string=True),
        website=table.text("website", or_string=True),
        person_in_charge=table.text("person_in_charge", or_string=True),
        facts=table.facts(),
    )
    for key, text in (("email", controller.email), ("website", controller.website)):
        mark = "@" if key == "email" else "."
        if text and not text.placeholder and mark not in text.vi:
            table.fault((key,), _("“%(value)s” is not an address.") % {"value": text.vi})
    table.refuse_unknown()
    return controller


def read_channel(table: Table) -> ChannelSpec:
    code = table.one_of("code", ContactChannel)
    label = table.text("label")
    address = EMPTY
    for key in ("address", "url"):
        if table.has(key):
            address = table.text(key, or_string=True)
    if table.flag("placeholder"):
        # The whole channel waits for its owner: its label then says what is missing.
        address = Text(label.vi, label.en, placeholder=True)
        table.note_placeholder(label)
    elif not address and code != ContactChannel.ONLINE:
        table.fault((), _("Channel “%(code)s” needs an address or a placeholder.") % {"code": code})
    channel = ChannelSpec(code=code, address=address, label=label, facts=table.facts())
    table.refuse_unknown()
    return channel


def read_purpose(table: Table) -> PurposeSpec:
    purpose = PurposeSpec(
        code=table.code(),
        name=table.text("name"),
        explanation=table.text("explanation"),
        basis=table.one_of("basis", LegalBasis),
        clause=table.string("clause"),
        fields=table.strings("fields", required=True),
        automated=table.flag("automated"),
        opt_out=table.text("opt_out", required=False),
        channels=table.strings("channels"),
        frequency=table.text("frequency", required=False),
        content=table.text("content", required=False),
        ends=table.string("ends"),
        proposed=table.proposed("name"),
        facts=table.facts(),
    )
    table.refuse(PRETICKED, _("No answer may be assumed: consent is never ticked beforehand or inferred."))
    table.refuse_unknown()
    if purpose.automated and not purpose.opt_out:
        table.fault((), _("The purpose is automated, so it must say how to opt out (opt_out)."))
    if purpose.needs_consent:
        if purpose.ends != ENDS_WITHDRAWAL:
            table.fault(("ends",), _("A purpose that rests on consent ends with its withdrawal: ends = “withdrawal”."))
        if purpose.channels and not (purpose.frequency and purpose.content):
            table.fault(("channels",), _("Consent to be contacted must state content and frequency."))
    return purpose


def read_field(table: Table) -> FieldSpec:
    kind = table.one_of("kind", FieldKind)
    field = FieldSpec(
        code=table.code(),
        kind=kind,
        label=table.text("label"),
        hint=table.text("hint", required=False),
        sensitivity=table.one_of("sensitivity", Sensitivity),
        purposes=table.strings("purposes", required=True),
        recipients=table.strings("recipients"),
        consequence=table.text("consequence"),
        source=table.text("source"),
        storage=table.text("storage"),
        retention=table.string("retention"),
        choices=tuple(read_choice(choice) for choice in table.tables("choices", required=kind == FieldKind.CHOICE)),
        max_mb=table.number("max_mb", required=kind in FILE_KINDS),
        evidence=table.flag("evidence"),
        proposed=table.proposed("label"),
        facts=table.facts(),
    )
    if kind != FieldKind.CHOICE and field.choices:
        table.fault(("choices",), _("Only a field of kind “choice” has choices."))
    if kind == FieldKind.CHOICE and len({choice.code for choice in field.choices}) < 2:
        table.fault(("choices",), _("A choice needs at least two different options."))
    if kind not in FILE_KINDS and field.max_mb is not None:
        table.fault(("max_mb",), _("Only images and videos have a size limit."))
    table.refuse_unknown()
    return field


def read_choice(table: Table) -> Choice:
    code = table.code()
    if table.has("label") or table.has("name"):
        label = table.text("label" if table.has("label") else "name")
        table.refuse_unknown()
    else:
        label = table.own_text(unknown=True)
    return Choice(code=code, label=label)


def read_recipient(table: Table) -> RecipientSpec:
    table.refuse_class("class", BUYERS, _("No recipient may buy or trade in personal data."))
    recipient = RecipientSpec(
        code=table.code(),
        recipient_class=table.one_of("class", RecipientClass),
        name=table.text("name"),
        fields=table.strings("fields", required=True),
        purposes=table.strings("purposes", required=True),
        cross_border=table.flag("cross_border", required=True),
        consent=table.flag("consent", required=True),
        clause=table.string("clause", required=False),
        proposed=table.proposed("name"),
        facts=table.facts(),
    )
    if not recipient.consent and not recipient.clause:
        table.fault((), _("Sharing without consent needs the clause of law that allows it (clause)."))
    table.refuse_unknown()
    return recipient


def read_retention(table: Table) -> RetentionSpec:
    rule = RetentionSpec(
        code=table.code(),
        rule=table.one_of("rule", RetentionKind),
        text=table.text("text"),
        clause=table.string("clause", required=False),
        event=table.string("event", required=False),
        days=table.number("days", required=False),
        months=table.number("months", required=False),
        years=table.number("years", required=False),
        also=table.strings("also"),
        proposed=table.proposed("text"),
        facts=table.facts(),
    )
    if rule.rule in NEEDS_PERIOD and not rule.has_period:
        table.fault((), _("This retention rule needs a period: days, months or years."))
    if rule.rule == RetentionKind.AFTER_EVENT and not rule.event:
        table.fault((), _("This retention rule needs the event its period runs from (event)."))
    if rule.rule == RetentionKind.LAW and not rule.clause:
        table.fault((), _("This retention rule needs the clause of law it rests on (clause)."))
    if (rule.years or 0) + (rule.months or 0) / 12 + (rule.days or 0) / 365 > LONGEST_YEARS:
        table.fault((), _("This retention period is longer than %(years)d years.") % {"years": LONGEST_YEARS})
    table.refuse_unknown()
    return rule


def read_complaints(table: Table) -> Complaints:
    target = table.number("target_days") or 1
    limit = table.number("limit_days") or target
    complaints = Complaints(
        target_days=target,
        limit_days=limit,
        first_reply_working_days=table.number("first_reply_working_days") or 1,
        negotiation_working_days=table.number("negotiation_working_days") or 1,
        tiers=tuple(read_tier(tier) for tier in table.tables("tiers")),
        categories=tuple(read_category(category) for category in table.tables("categories")),
        proposed=table.proposed(),
        facts=table.facts(),
    )
    if target > limit:
        table.fault(("target_days",), _("The target for complaints lies after their limit."))
    for name, days in (
        *((f"tiers.{tier.code}", tier.days) for tier in complaints.tiers),
        *((f"categories.{category.code}", category.resolution_days) for category in complaints.categories),
    ):
        if days > limit:
            table.fault(
                (name.split(".")[0],),
                _("%(name)s allows %(days)d days; the limit for complaints is %(limit)d.")
                % {"name": f"complaints.{name}", "days": days, "limit": limit},
            )
    table.refuse_unknown()
    return complaints


def read_tier(table: Table) -> Tier:
    tier = Tier(code=table.code(), days=table.number("days") or 1, name=table.text("name"))
    table.facts()
    table.proposed("name")
    table.refuse_unknown()
    return tier


def read_category(table: Table) -> ComplaintCategory:
    category = ComplaintCategory(
        code=table.code(),
        name=table.text("name"),
        first_reply_working_days=table.number("first_reply_working_days") or 1,
        resolution_days=table.number("resolution_days") or 1,
    )
    table.facts()
    table.proposed("name")
    table.refuse_unknown()
    return category


def read_requests(table: Table) -> Requests:
    hours = table.number("cooling_off_hours", least=0)
    days = table.number("letter_days", required=False, least=0)
    requests = Requests(
        cooling_off_hours=hours or 0,
        tell_imported=table.flag("tell_imported", required=True),
        letter_days=LETTER_DAYS if days is None else days,
        proposed=table.proposed(),
        facts=table.facts(),
    )
    table.refuse_unknown()
    return requests


def read_security_data(table: Table) -> SecurityData:
    security = SecurityData(
        text=table.text("text"),
        retention_days=table.number("retention_days") or 1,
        clause=table.string("clause", required=False),
        proposed=table.proposed("text"),
        facts=table.facts(),
    )
    table.refuse_unknown()
    return security


def read_own_records(table: Table) -> OwnRecords:
    days = {key: table.number(key) or 0 for key in OWN_PERIODS}
    for key, number in days.items():
        if number > LONGEST_OWN_DAYS:
            message = _("%(days)d days are absurd for what the portal writes itself; at most %(most)d are possible.")
            table.fault((key,), message % {"days": number, "most": LONGEST_OWN_DAYS})
    own = OwnRecords(
        **days,
        clause=table.string("clause", required=False),
        proposed=table.proposed(),
        facts=table.facts(),
    )
    table.refuse_unknown()
    return own


def read_finding(table: Table) -> PolicyFinding:
    finding = PolicyFinding(fact=table.fact(), text=table.text("text"))
    table.refuse_unknown()
    return finding
