"""What may be used of a person, read as the program reads it."""

from uuid import UUID

from personal_data.selectors_limits import stopped_purposes


def may_use(subject_id: UUID, purpose: str) -> bool:
    """Whether no standing limit names the purpose, or every purpose."""
    return not {"", purpose} & stopped_purposes(subject_id)
