"""Telling administrators by mail that a periodic job keeps failing."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from core.sweeps import claim_alerts
from outbound.services.queueing import queue_notice

NOTICE = "jobs-failing"


def alert_failing_jobs(*, addresses: Iterable[str] | Mapping[str, str], now: datetime, shut: str = "") -> list[str]:
    """Mail every address once about each job that failed repeatedly and was not reported yet. Returns the jobs' names.

    `shut` is the code of what keeps the portal from serving, if anything does.

    `addresses` is a list, or a mapping from address to language. Claiming and queueing commit together: a crash reports
    again rather than never. With nobody to tell, nothing is claimed.
    """
    languages = dict(addresses) if isinstance(addresses, Mapping) else dict.fromkeys(addresses, "vi")
    if not languages:
        return []
    with transaction.atomic():
        names = claim_alerts(now=now)
        if names:
            for address, language in languages.items():
                queue_notice(
                    notice=NOTICE,
                    to=address,
                    language=language,
                    context={"jobs": "\n".join(f"- {name}" for name in names), "shut": shut},
                    now=now,
                )
    return names
