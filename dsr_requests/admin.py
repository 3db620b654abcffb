"""The desk of requests."""

from django.contrib import admin

from cases.admin import CaseDesk
from dsr_requests import admin_copy_holds as admin_copy_holds
from dsr_requests import admin_decisions as admin_decisions
from dsr_requests import admin_pauses as admin_pauses
from dsr_requests.admin_case import RequestPages
from dsr_requests.admin_handing import HandingPages
from dsr_requests.admin_propose import ProposePages
from dsr_requests.admin_queue import RequestQueue
from dsr_requests.admin_record import RecordPages
from dsr_requests.models import Request


@admin.register(Request)
class RequestAdmin(RequestPages, HandingPages, RecordPages, ProposePages, RequestQueue, CaseDesk):
    """The list of requests, the page of each, and the pages to record one for somebody."""
