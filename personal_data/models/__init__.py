"""Who and what is held."""

from personal_data.models.disposal import Disposal
from personal_data.models.erasure import ErasureRun, ErasureStep
from personal_data.models.held import DataItem, Device, FieldRefusal, StoredFile
from personal_data.models.history import ValueHistory
from personal_data.models.importing import ImportBatch, ImportedPerson
from personal_data.models.kept import KeptByLaw
from personal_data.models.key_check import KeyCheck
from personal_data.models.legal_hold import LegalHold
from personal_data.models.limits import UseLimit
from personal_data.models.merging import Merge
from personal_data.models.package import Package
from personal_data.models.plan import ErasurePlan, PlanLine
from personal_data.models.recipients import RecipientTask
from personal_data.models.register import RegisterHead, UnplayedFrame
from personal_data.models.retention import DueNotice, PurposeState, RetentionEvent
from personal_data.models.retention_run import FuseStop, RetentionLine, RetentionRun, RetentionTick
from personal_data.models.subject import DataSubject, SubjectKey
from personal_data.models.suppression import SuppressedIdentity

__all__ = [
    "DataItem",
    "DataSubject",
    "Device",
    "Disposal",
    "DueNotice",
    "ErasurePlan",
    "ErasureRun",
    "ErasureStep",
    "FieldRefusal",
    "FuseStop",
    "ImportBatch",
    "ImportedPerson",
    "KeptByLaw",
    "KeyCheck",
    "LegalHold",
    "Merge",
    "Package",
    "PlanLine",
    "PurposeState",
    "RecipientTask",
    "RegisterHead",
    "RetentionEvent",
    "RetentionLine",
    "RetentionRun",
    "RetentionTick",
    "StoredFile",
    "SubjectKey",
    "SuppressedIdentity",
    "UnplayedFrame",
    "UseLimit",
    "ValueHistory",
]
