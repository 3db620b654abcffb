"""The desk of requests."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.admin import CaseDesk
from cases.desk_actions import Acknowledge, Assign, Begin, Close, DeskAction, Release, Reply, Take, WriteDown
from core.citations import cite
from dsr_requests.enums import Outcome
from dsr_requests.models import Request

ACTIONS: Sequence[DeskAction] = (
    Take(),
    Acknowledge(),
    Begin(),
    Reply(),
    WriteDown(),
    Close(Outcome.choices),
    Assign(),
    Release(),
)


@admin.register(Request)
class RequestAdmin(CaseDesk):
    def desk_actions(self) -> Sequence[DeskAction]:
        return ACTIONS

    def more_context(self, request: HttpRequest, case: Any, *, sees_content: bool) -> dict[str, Any]:
        return {"facts": [(_("Set by"), cite(case.article))] if sees_content else []}
