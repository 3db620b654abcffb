"""What a person asks for, as a form hands it to the services. Codes are those of the policy in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from consent.answers import ConsentKey
from dsr_requests.enums import RepresentativeKind, RequestKind


@dataclass(frozen=True)
class Mandate:
    """Somebody asks for somebody else. `person` is how the request names the person represented: name and a contact."""

    kind: RepresentativeKind
    name: str
    person: str
    person_contact: str
    valid_until: date | None = None
    child_is_seven: bool = False


@dataclass(frozen=True)
class Wish:
    """One right, and what exactly.

    `everything` says all of it; else `fields` (correction, deletion), `purposes` (restriction, objection) or `consents`
    (withdrawal, as `purpose/channel/recipient class`) name it. `values` are proposed corrections by field.
    """

    kind: RequestKind
    everything: bool = False
    fields: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    mandate: Mandate | None = None


def consent_code(key: ConsentKey) -> str:
    """How a request names one consent."""
    return f"{key.purpose}/{key.channel}/{key.recipient_class}"


def consent_key(code: str) -> ConsentKey | None:
    """The consent a request names, or None when the text names none."""
    return ConsentKey.from_token(code.replace("/", ".")) if "." not in code else None
