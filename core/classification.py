"""The words in which every model states its privacy decision (`PersonalData` inner class)."""

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """What kind of personal data a field holds (decree 356, articles 3 and 4)."""

    IDENTITY = "identity"
    CONTACT = "contact"
    ACCOUNT = "account"
    CONTENT = "content"
    DEVICE = "device"
    EVIDENCE = "evidence"
    SENSITIVE = "sensitive"
    SECURITY = "security"
    STAFF = "staff"


class Basis(StrEnum):
    """Why it may be held (law 91/2025, articles 9 and 19)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LAW = "law"
    PURPOSE = "per purpose of the pack"


class Erasure(StrEnum):
    """What erasing the person does to the field or its row."""

    DELETE_ROW = "delete the row"
    BLANK = "blank the field"
    DROP_KEY = "unreadable: the person's data key is destroyed"
    EVIDENCE_END = "kept as proof under the evidence key until the evidence period ends"
    STAFF_ACCOUNT = "goes with the staff account"


@dataclass(frozen=True)
class Personal:
    """The decision for one personal field."""

    category: Category
    basis: Basis
    erasure: Erasure
