"""People brought in from the organisation's records are told once what is held on them and why, where the pack says so.

Not at once: an import made by mistake can be undone before anybody hears of it. A few hundred a minute: nobody's mail
server takes a hundred thousand at a time.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from accounts import notices
from audit.services.recording import Fact, record_many
from core.actors import SYSTEM
from core.encryption import CannotOpen
from core.templatetags.portal import day
from outbound.services.queueing import Letter, queue_letters
from personal_data import keys
from personal_data.enums import AuditEvent, ImportState, SubjectState
from personal_data.fields import read_value
from personal_data.models import DataItem, ImportedPerson
from policies import selectors as policies
from policies.enums import FieldKind, LegalBasis
from policies.pack_types import Pack

TOLD_AFTER = timedelta(hours=1)
TOLD_WITHIN = timedelta(days=30)  # whoever has no address by then is told in the account or by a request
AT_A_TIME = 300


@transaction.atomic
def tell_imported(*, now: datetime) -> int:
    """Write to the next people nobody has told. How many."""
    version = policies.version_in_force(now)
    if version is None or not policies.document(version).requests.tell_imported:
        return 0
    pack = policies.document(version)
    codes = [field.code for field in pack.fields if field.kind == FieldKind.EMAIL]
    reached = DataItem.objects.filter(field__in=codes).values("subject_id")
    waiting = ImportedPerson.objects.filter(
        told_at=None,
        batch__state=ImportState.DONE,
        batch__finished_at__range=(now - TOLD_WITHIN, now - TOLD_AFTER),
        subject__state=SubjectState.ACTIVE,
        subject__in=reached,
    )
    people = list(
        waiting.select_for_update(of=("self",), skip_locked=True).select_related("subject").order_by("pk")[:AT_A_TIME]
    )
    letters = [letter for letter in (_letter(person, codes, pack) for person in people) if letter is not None]
    queue_letters(letters, now=now)
    record_many(
        [Fact(AuditEvent.IMPORT_TOLD, f"subject:{person.subject_id}", person.subject_id) for person in people],
        by=SYSTEM,
        now=now,
    )
    ImportedPerson.objects.filter(pk__in=[person.pk for person in people]).update(told_at=now)
    return len(letters)


def _letter(person: ImportedPerson, codes: list[str], pack: Pack) -> Letter | None:
    """The letter to one person; None when the address cannot be read. Under its name nobody gets a second one."""
    item = DataItem.objects.filter(subject=person.subject_id, field__in=codes).order_by("held_since").first()
    key = keys.data_keys([person.subject_id]).get(person.subject_id)
    if item is None or key is None:
        return None
    try:
        address = read_value(item, key=key)
    except CannotOpen:
        return None
    language = person.subject.language
    with override(language):
        context = {
            "lines": "\n".join(_lines(person.grounds, pack)),
            "sign_up_url": settings.PORTAL_URL + reverse("account_signup"),
            "request_url": settings.PORTAL_URL + reverse("requests:new"),
        }
    return Letter(
        notice=notices.DATA_IMPORTED,
        to=address,
        language=language,
        context=context,
        subject_id=person.subject_id,
        dedup=f"imported:{person.subject_id}",
    )


def _lines(grounds: Mapping[str, list[str]], pack: Pack) -> list[str]:
    """Each entry with its source, basis and date; no value."""
    labels = {field.code: str(field.label) for field in pack.fields}
    return [
        f"- {labels[code]}: {source}; {LegalBasis(basis).label}; {day(date.fromisoformat(since))}"
        for code, (source, basis, since) in grounds.items()
        if code in labels
    ]
