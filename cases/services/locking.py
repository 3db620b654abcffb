"""Taking a case for change: locked, re-read, by kind and id. The object a caller holds is only a name."""

from cases.models import Case
from cases.registry import case_kinds


def lock_case(*, kind: str, case_id: int) -> Case:
    """The case, locked until the transaction ends. Raises the model's DoesNotExist."""
    found: Case = case_kinds()[kind]._default_manager.select_for_update(of=("self",)).get(pk=case_id)
    return found
