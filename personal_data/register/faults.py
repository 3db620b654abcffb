"""What can be wrong with the register, by name."""

from enum import StrEnum


class Fault(StrEnum):
    """Codes for machines; the runbook `docs/runbooks/restore.md` has a section for each."""

    BEHIND = "behind"
    MISSING = "missing"
    CUT = "cut"
    ROLLED_BACK = "rolled-back"
    ALTERED = "altered"
    FOREIGN = "foreign"
    BEGINS_LATER = "begins-later"
    NOT_A_FILE = "not-a-file"
    UNWRITABLE = "unwritable"


class RegisterFault(Exception):
    """The register cannot be used as it is. Carries a code and a place, nothing personal."""

    def __init__(self, fault: Fault, *, sequence: int = 0) -> None:
        self.fault = fault
        self.sequence = sequence
        super().__init__(fault.value)
