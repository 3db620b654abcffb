"""What can be wrong with a file of people, by line and column. Codes only: no value of the file stands in a fault."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

WHOLE_FILE = 0


class FaultCode(TextChoices):
    """Why a line, a column or the whole file cannot be taken in."""

    EMPTY = "EMPTY", pgettext_lazy("import fault", "The file holds no line besides its heading.")
    NOT_UTF8 = "NOT_UTF8", pgettext_lazy("import fault", "The file is not in UTF-8. Save it as “CSV UTF-8”.")
    BROKEN = (
        "BROKEN",
        pgettext_lazy("import fault", "The line cannot be read: look for a quotation mark that is not closed."),
    )
    TOO_MANY_LINES = "TOO_MANY_LINES", pgettext_lazy("import fault", "The file has too many lines. Split it.")
    NO_FIELD = "NO_FIELD", pgettext_lazy("import fault", "The heading names no entry of the policy in force.")
    UNKNOWN_COLUMN = (
        "UNKNOWN_COLUMN",
        pgettext_lazy(
            "import fault", "The policy in force has no entry of this name. The number says which column it is."
        ),
    )
    DOUBLE_COLUMN = "DOUBLE_COLUMN", pgettext_lazy("import fault", "Two columns have the same heading.")
    FILE_COLUMN = "FILE_COLUMN", pgettext_lazy("import fault", "Pictures, films and devices cannot be brought in.")
    LONELY_COLUMN = (
        "LONELY_COLUMN",
        pgettext_lazy("import fault", "This column describes an entry that has no column of its own."),
    )
    CELLS = "CELLS", pgettext_lazy("import fault", "The line has more or fewer cells than the heading.")
    NO_VALUE = "NO_VALUE", pgettext_lazy("import fault", "The line holds no value.")
    BAD_VALUE = "BAD_VALUE", pgettext_lazy("import fault", "The value does not fit its entry.")
    NO_SOURCE = "NO_SOURCE", pgettext_lazy("import fault", "Nothing says where the value comes from.")
    BAD_SOURCE = (
        "BAD_SOURCE",
        pgettext_lazy("import fault", "The source is a code: small letters, digits and hyphens, at most 40."),
    )
    NO_BASIS = "NO_BASIS", pgettext_lazy("import fault", "Nothing says on which legal basis the value is held.")
    BAD_BASIS = "BAD_BASIS", pgettext_lazy("import fault", "The basis is one of: contract, consent, law.")
    NO_DATE = "NO_DATE", pgettext_lazy("import fault", "Nothing says since when the value is held.")
    BAD_DATE = (
        "BAD_DATE",
        pgettext_lazy("import fault", "The date is written 2026-11-22 or 22/11/2026, and is not in the future."),
    )
    BAD_LANGUAGE = "BAD_LANGUAGE", pgettext_lazy("import fault", "The language is vi or en.")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. `column` is a code of the policy or a number, empty where the whole line is meant."""

    line: int
    column: str
    code: FaultCode

    def as_json(self) -> dict[str, object]:
        return {"line": self.line, "column": self.column, "code": self.code.value}

    @classmethod
    def from_json(cls, row: dict[str, object]) -> "Fault":
        return cls(int(str(row["line"])), str(row["column"]), FaultCode(str(row["code"])))

    @property
    def words(self) -> str:
        return str(self.code.label)
