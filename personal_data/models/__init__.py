"""Who and what is held."""

from personal_data.models.erasure import ErasureRun, ErasureStep
from personal_data.models.held import DataItem, Device, FieldRefusal, StoredFile
from personal_data.models.history import ValueHistory
from personal_data.models.importing import ImportBatch, ImportedPerson
from personal_data.models.limits import UseLimit
from personal_data.models.merging import Merge
from personal_data.models.package import Package
from personal_data.models.plan import ErasurePlan, PlanLine
from personal_data.models.recipients import RecipientTask
from personal_data.models.retention import DueNotice, PurposeState, RetentionEvent
from personal_data.models.subject import DataSubject, SubjectKey
from personal_data.models.suppression import SuppressedIdentity

__all__ = [
    "DataItem",
    "DataSubject",
    "Device",
    "DueNotice",
    "ErasurePlan",
    "ErasureRun",
    "ErasureStep",
    "FieldRefusal",
    "ImportBatch",
    "ImportedPerson",
    "Merge",
    "Package",
    "PlanLine",
    "PurposeState",
    "RecipientTask",
    "RetentionEvent",
    "StoredFile",
    "SubjectKey",
    "SuppressedIdentity",
    "UseLimit",
    "ValueHistory",
]
