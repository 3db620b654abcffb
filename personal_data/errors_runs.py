"""Refusals around runs of the retention engine, in words for staff."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class RunUnderWay(NotAllowed):
    code = "run-under-way"
    message = _("A run is under way already. Wait until it is done.")


class RunWaits(NotAllowed):
    code = "run-waits"
    message = _("A stopped run waits for two people. Let it go on or drop it first.")


class StopDecided(NotAllowed):
    code = "stop-decided"
    message = _("This was decided already.")


class NothingPublished(NotAllowed):
    code = "nothing-published"
    message = _("No policy is in force, so there are no rules to go by.")


class RunFailed(Exception):
    """A run could not go on; raised so that the job counts as failed and staff are told. Carries the class alone."""
