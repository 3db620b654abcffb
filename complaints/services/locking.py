"""Taking a complaint for change."""

from cases.services.locking import lock_case
from complaints.models import Complaint


def lock_complaint(complaint_id: int) -> Complaint:
    """The complaint, locked until the transaction ends. Raises Complaint.DoesNotExist."""
    found = lock_case(kind=Complaint.kind, case_id=complaint_id)
    assert isinstance(found, Complaint)
    return found
