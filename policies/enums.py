"""The closed lists of the policy format. What a company may add itself (fields, purposes, tiers) is data, not here."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

PACK_FORMAT = 1
LANGUAGES = ("vi", "en")
PREAMBLE = "preamble"


class Section(TextChoices):
    """The eight minimum items of a privacy policy, in the order of decree 248/2026 article 5.1."""

    PURPOSE_SCOPE = "purpose-scope", pgettext_lazy("policy section", "Purpose and scope of collection")
    USE = "use", pgettext_lazy("policy section", "Scope of use")
    RETENTION = "retention", pgettext_lazy("policy section", "How long data is kept")
    RECIPIENTS = "recipients", pgettext_lazy("policy section", "Who may have access")
    SECURITY = "security", pgettext_lazy("policy section", "How data is protected")
    ACCESS_EDIT = "access-edit", pgettext_lazy("policy section", "How to view and correct your data")
    ERASURE = "erasure", pgettext_lazy("policy section", "How to have data deleted, destroyed or restricted")
    COMPLAINTS = "complaints", pgettext_lazy("policy section", "How complaints are received and settled")


class LegalBasis(TextChoices):
    CONTRACT = "contract", pgettext_lazy("legal basis", "Needed for your contract")
    CONSENT = "consent", pgettext_lazy("legal basis", "Only with your consent")
    LAW = "law", pgettext_lazy("legal basis", "Required by law")


class FieldKind(TextChoices):
    TEXT = "text", pgettext_lazy("kind of data", "Text")
    EMAIL = "email", pgettext_lazy("kind of data", "E-mail address")
    PHONE = "phone", pgettext_lazy("kind of data", "Phone number")
    ADDRESS = "address", pgettext_lazy("kind of data", "Postal address")
    CHOICE = "choice", pgettext_lazy("kind of data", "Choice")
    IMAGE = "image", pgettext_lazy("kind of data", "Image")
    VIDEO = "video", pgettext_lazy("kind of data", "Video")
    DEVICE = "device", pgettext_lazy("kind of data", "Device")


FILE_KINDS = (FieldKind.IMAGE.value, FieldKind.VIDEO.value)


class Sensitivity(TextChoices):
    BASIC = "basic", pgettext_lazy("sensitivity", "Basic personal data")
    SENSITIVE = "sensitive", pgettext_lazy("sensitivity", "Sensitive personal data")
    SECURITY = "security", pgettext_lazy("sensitivity", "Security data")


class RecipientClass(TextChoices):
    """Who may receive data. There is no class for anyone who buys it, and the reader refuses the word."""

    STAFF = "staff", pgettext_lazy("recipient class", "Our staff")
    AFFILIATE = "affiliate", pgettext_lazy("recipient class", "Subsidiaries and affiliates")
    CARRIER = "carrier", pgettext_lazy("recipient class", "Carriers")
    PAYMENT = "payment", pgettext_lazy("recipient class", "Payment providers")
    PARTNER = "partner", pgettext_lazy("recipient class", "Partners")
    AUTHORITY = "authority", pgettext_lazy("recipient class", "State bodies and courts")
    PROCESSOR = "processor", pgettext_lazy("recipient class", "Companies that process data for us")


class RetentionKind(TextChoices):
    UNTIL_ERASED = "until-erased", pgettext_lazy("retention rule", "Until you ask for deletion")
    WHILE_PURPOSE = "while-purpose", pgettext_lazy("retention rule", "While a purpose needs it")
    INACTIVE = "inactive", pgettext_lazy("retention rule", "Until you have not been active for a time")
    AFTER_EVENT = "after-event", pgettext_lazy("retention rule", "A set time after an event")
    MANAGEMENT_ORDER = "management-order", pgettext_lazy("retention rule", "Until management orders deletion")
    LAW = "law", pgettext_lazy("retention rule", "As long as the law requires")


class ContactChannel(TextChoices):
    """Ways a person reaches the company."""

    ONLINE = "online", pgettext_lazy("contact channel", "Online form")
    POST = "post", pgettext_lazy("contact channel", "Letter")
    EMAIL = "email", pgettext_lazy("contact channel", "E-mail")
    PHONE = "phone", pgettext_lazy("contact channel", "Phone")
    ZALO = "zalo", pgettext_lazy("contact channel", "Zalo")


class MessageChannel(TextChoices):
    """Ways the company reaches a person; consent to be contacted is asked for each apart."""

    EMAIL = "email", pgettext_lazy("message channel", "E-mail")
    SMS = "sms", pgettext_lazy("message channel", "Text message (SMS)")
    POST = "post", pgettext_lazy("message channel", "Letter")
    PHONE = "phone", pgettext_lazy("message channel", "Phone call")
    ZALO = "zalo", pgettext_lazy("message channel", "Zalo message")
    SITE = "site", pgettext_lazy("message channel", "On the website")


class FindingKind(TextChoices):
    """Why an inspector would stop at a point of the policy."""

    CLAUSE = "clause", pgettext_lazy("finding kind", "Clause that does not hold in law")
    GAP = "gap", pgettext_lazy("finding kind", "Missing from the policy")
    PARITY = "parity", pgettext_lazy("finding kind", "The two languages differ")


EVENT_PUBLISHED = "policy.published"
