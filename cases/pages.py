"""One case as its sender sees it, whole: for the page behind a code and for the page behind sign-in."""

from dataclasses import dataclass
from datetime import datetime

from cases import sealing
from cases.describing import Description, description_of
from cases.errors import ContentGone
from cases.models import Case
from cases.selectors import ShownAttachment, ThreadMessage, TimelineEvent, attachments, status_mark, thread, timeline


@dataclass(frozen=True)
class CasePage:
    """What templates/cases/_case.html draws."""

    reference: str
    description: Description
    status_kind: str
    status_label: str
    received_at: datetime
    is_open: bool
    is_verified: bool
    text: str
    attachments: list[ShownAttachment]
    thread: list[ThreadMessage]
    timeline: list[TimelineEvent]
    content_gone: bool


def person_case(case: Case, *, now: datetime) -> CasePage:
    """A case for its sender. What a guest wrote at first is not shown again: a mistyped address may be a stranger's."""
    kind, label = status_mark(case)
    text, files, messages, gone = "", list[ShownAttachment](), list[ThreadMessage](), False
    try:
        key = sealing.evidence_key(case.subject_id)
        messages = thread(case, key=key)
        if not case.from_guest:
            text = sealing.text_of(case, key=key)
            files = attachments(case, key=key)
    except ContentGone:
        gone = True
    return CasePage(
        reference=case.reference,
        description=description_of(case),
        status_kind=kind,
        status_label=label,
        received_at=case.received_at,
        is_open=case.is_open,
        is_verified=case.is_verified,
        text=text,
        attachments=files,
        thread=messages,
        timeline=timeline(case, now=now),
        content_gone=gone,
    )
