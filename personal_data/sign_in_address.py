"""The address a person signs in with: a value of the policy's fields that another package holds."""

from collections.abc import Callable
from uuid import UUID

from personal_data.values import mask_address

# Set at start by the package that knows how people sign in.
_read: Callable[[UUID], str | None] | None = None


def use_sign_in_address(read: Callable[[UUID], str | None]) -> None:
    """Hand in how the address is read; None where a person has no account or it cannot be opened."""
    global _read
    _read = read


def sign_in_address(subject_id: UUID) -> str:
    """The address; empty when there is none or it cannot be opened."""
    return (_read(subject_id) if _read else None) or ""


def masked_sign_in_address(subject_id: UUID) -> str:
    """The address masked; empty when there is none."""
    address = sign_in_address(subject_id)
    return mask_address(address) if address else ""
