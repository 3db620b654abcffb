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
    LAW_END = "kept under a key of its own until the day the law names"
    STAFF_ACCOUNT = "goes with the staff account"


@dataclass(frozen=True)
class Personal:
    """The decision for one personal field."""

    category: Category
    basis: Basis
    erasure: Erasure


class Period(StrEnum):
    """Where a policy pack says for how long the portal keeps what it writes itself: its table, and the key in it."""

    UNKNOWN_SENDER = "own_records.unknown_sender_days"
    IDENTITY = "own_records.identity_days"
    ACCOUNTS = "own_records.accounts_days"
    CODES = "own_records.codes_days"
    MAIL = "own_records.mail_days"
    LOOSE_LETTERS = "own_records.loose_letters_days"
    NOTICES = "own_records.notices_days"
    IMPORTS = "own_records.imports_days"
    DESK = "own_records.desk_days"
    SECURITY = "security_data.retention_days"
    EVIDENCE = "pack.evidence_years"


class Way(StrEnum):
    """What ends the keeping of a table's rows."""

    PERSON = "with the person"
    FIELD = "by the pack's rule of its field"
    EVIDENCE = "as proof, until the person's evidence period ends"
    CASE = "with its case, emptied when the evidence period after its end is over"
    AFTER = "a period after a moment of its own"
    WORK = "until the work it serves is done"
    INSTALLATION = "as long as the installation"


@dataclass(frozen=True)
class Keep:
    """How long rows of a model are kept, and which job sees to it; `manage.py check` wants one of every model.

    Whatever it says, what erasing the person does to a row (`Erasure`) comes first.
    """

    way: Way
    period: Period | None = None
    since: str = ""
    sweep: str = ""
    reason: str = ""

    @classmethod
    def with_person(cls) -> "Keep":
        """Goes when the person is erased, with the last of what is held or when asked."""
        return cls(Way.PERSON)

    @classmethod
    def by_field(cls) -> "Keep":
        """Goes by the rule the pack gives the field it stands under; the retention engine sees to it."""
        return cls(Way.FIELD, sweep="personal_data.retention")

    @classmethod
    def as_evidence(cls) -> "Keep":
        """Proof that outlasts the person's data, until nothing can be tied to the person any more."""
        return cls(Way.EVIDENCE, Period.EVIDENCE, sweep="personal_data.evidence")

    @classmethod
    def with_case(cls) -> "Keep":
        """Belongs to a request or a complaint, whose words and files go together."""
        return cls(Way.CASE, Period.EVIDENCE, since="closed_at", sweep="cases.empty")

    @classmethod
    def after(cls, period: Period, *, since: str, by: str) -> "Keep":
        """Goes a period after a moment: a field of the row, or of one it belongs to. `by` is the job."""
        return cls(Way.AFTER, period, since=since, sweep=by)

    @classmethod
    def for_work(cls, *, by: str) -> "Keep":
        """Goes as soon as a job has done what it is for."""
        return cls(Way.WORK, sweep=by)

    @classmethod
    def for_good(cls, reason: str) -> "Keep":
        """Stays as long as the installation, for a written reason."""
        return cls(Way.INSTALLATION, reason=reason)

    @property
    def words(self) -> str:
        """The whole of it in a sentence of the data map."""
        if self.way == Way.AFTER:
            return f"for {self.period} after {self.since}"
        if self.way in (Way.EVIDENCE, Way.CASE):
            return f"{self.way} ({self.period})"
        return f"{self.way}: {self.reason}" if self.reason else str(self.way)
