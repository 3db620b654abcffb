"""Who and what is held."""

from personal_data.models.erasure import ErasureRun, ErasureStep
from personal_data.models.held import DataItem, Device, FieldRefusal, StoredFile
from personal_data.models.plan import ErasurePlan, PlanLine
from personal_data.models.retention import DueNotice, PurposeState, RetentionEvent
from personal_data.models.subject import DataSubject, SubjectKey

__all__ = [
    "DataItem",
    "DataSubject",
    "Device",
    "DueNotice",
    "ErasurePlan",
    "ErasureRun",
    "ErasureStep",
    "FieldRefusal",
    "PlanLine",
    "PurposeState",
    "RetentionEvent",
    "StoredFile",
    "SubjectKey",
]
