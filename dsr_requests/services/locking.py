"""Taking a request for change."""

from cases.services.locking import lock_case
from dsr_requests.models import Request


def lock_request(request_id: int) -> Request:
    """The request, locked until the transaction ends. Raises Request.DoesNotExist."""
    found = lock_case(kind=Request.kind, case_id=request_id)
    assert isinstance(found, Request)
    return found
