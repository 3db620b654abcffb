"""The desk of complaints."""

from django.contrib import admin

from cases.admin import CaseDesk
from complaints.admin_case import ComplaintPages
from complaints.admin_queue import ComplaintQueue
from complaints.admin_record import RecordPages
from complaints.models import Complaint


@admin.register(Complaint)
class ComplaintAdmin(ComplaintPages, RecordPages, ComplaintQueue, CaseDesk):
    """The list of complaints, the page of each, and the page to record one for somebody."""
