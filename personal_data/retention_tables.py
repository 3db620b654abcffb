"""The tables rows go from when their time comes, as the search for what is due knows them."""

from dataclasses import dataclass

from personal_data.enums import AuditEvent
from personal_data.models import DataItem, Device, StoredFile
from personal_data.retention_rules import Covered, is_device_kind, is_file_kind


@dataclass(frozen=True, slots=True)
class Target:
    """A table rows go from. `since` is from when a row counts as held; a table without `field` holds one field."""

    label: str
    table: str
    since: str
    field: str
    event: str
    most_a_person: int

    def holds(self, covered: Covered) -> bool:
        """Whether what stands under a field stands in this table."""
        if self.label == DEVICES.label:
            return is_device_kind(covered.kind)
        if self.label == FILES.label:
            return is_file_kind(covered.kind)
        return not is_device_kind(covered.kind) and not is_file_kind(covered.kind)


ITEMS = Target(DataItem._meta.label_lower, "personal_data_dataitem", "held_since", "i.field", AuditEvent.ITEM_ERASED, 1)
FILES = Target(
    StoredFile._meta.label_lower, "personal_data_storedfile", "held_since", "i.field", AuditEvent.FILE_ERASED, 20
)
DEVICES = Target(
    Device._meta.label_lower,
    "personal_data_device",
    "first_seen_at",
    "%({p}device)s::text",
    AuditEvent.DEVICE_ERASED,
    50,
)
TARGETS = (ITEMS, FILES, DEVICES)
