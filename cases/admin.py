"""The staff desk: a queue by due date, and one case with all that can be done with it."""

from cases import admin_assignment, admin_calendar, admin_templates
from cases.admin_case import CasePages
from cases.admin_queue import CaseQueue

__all__ = ["CaseDesk", "admin_assignment", "admin_calendar", "admin_templates"]


class CaseDesk(CasePages, CaseQueue):
    """What the desks of complaints and requests share."""
