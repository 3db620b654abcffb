"""Sealed values and where they belong: table, field and row are bound into every ciphertext."""

from uuid import UUID

from core.encryption import seal, unseal
from personal_data.models import DataItem, StoredFile


def seal_value(item_id: UUID | str, value: str, *, key: bytes) -> bytes:
    """Seal a value for one row."""
    return seal(key, value.encode(), context=f"personal_data.DataItem:value:{item_id}")


def read_value(item: DataItem, *, key: bytes) -> str:
    """The clear value of an item. Raises CannotOpen."""
    return unseal(key, item.sealed_value, context=f"personal_data.DataItem:value:{item.pk}").decode()


def seal_file_name(file_id: UUID, name: str, *, key: bytes) -> bytes:
    """Seal the name of one file."""
    return seal(key, name.encode(), context=f"personal_data.StoredFile:name:{file_id}")


def read_file_name(stored: StoredFile, *, key: bytes) -> str:
    """The name the person gave a file. Raises CannotOpen."""
    return unseal(key, stored.sealed_name, context=f"personal_data.StoredFile:name:{stored.pk}").decode()


def facts_context(device_id: UUID) -> str:
    """What the sealed facts of a device are bound to."""
    return f"personal_data.Device:sealed_facts:{device_id}"


def kept_context(kept_id: UUID) -> str:
    """What the ciphertext of something kept by law is bound to."""
    return f"personal_data.KeptByLaw:value:{kept_id}"
