"""What every page of a signed-in person says first: limits of use that stand, and a deletion that is about to begin.

Read only when a template asks; one query, and a few more while a deletion can still be called off.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from accounts.member_pages import version_shown
from dsr_requests.person_part import limit_words
from personal_data.enums import ErasureState, LimitKind, PlanScope
from personal_data.models import ErasureRun, UseLimit
from personal_data.selectors_limits import limits_of
from personal_data.services.erasing import progress_token
from personal_data.services.erasure_holding import holds_on_run
from policies import selectors as policies


@dataclass(frozen=True)
class Cooling:
    """A deletion of everything that can still be called off. `waits`: a legal hold stands against it."""

    starts_at: datetime
    url: str
    waits: bool


class Standing:
    """Limits of one person, in words."""

    def __init__(self, http: HttpRequest) -> None:
        self._http = http

    @cached_property
    def limits(self) -> list[str]:
        """Restrictions and objections that stand; a cooling-off is told apart."""
        version = version_shown(self._http)
        pack = policies.document(version) if version else None
        return [limit_words(row, pack) for row in self._rows if row.kind != LimitKind.COOLING_OFF]

    @cached_property
    def cooling(self) -> Cooling | None:
        """The deletion that has not begun yet."""
        if self._subject_id is None or not any(row.kind == LimitKind.COOLING_OFF for row in self._rows):
            return None
        run = ErasureRun.objects.filter(
            subject_ref=self._subject_id, scope=PlanScope.EVERYTHING, state=ErasureState.COOLING
        ).first()
        if run is None:
            return None
        url = reverse("accounts:erase_progress", args=[progress_token(run)])
        return Cooling(run.starts_at, url, bool(holds_on_run(run)))

    @cached_property
    def _subject_id(self) -> UUID | None:
        """Asked late: a page that does not need it does not open the session."""
        return getattr(getattr(self._http, "user", None), "subject_id", None)

    @cached_property
    def _rows(self) -> list[UseLimit]:
        return list(limits_of(self._subject_id)) if self._subject_id else []
