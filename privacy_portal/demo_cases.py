"""The demo's complaints: some that are going on, and ten weeks in which others were answered. Then its requests."""

import uuid
from datetime import datetime, timedelta

from accounts.models import User
from cases.services.assigning import take
from cases.services.filing import Sender, Upload
from cases.services.messaging import write_as_staff
from cases.services.templating import save_template
from cases.services.verifying import mark_verified
from complaints.enums import Outcome as ComplaintOutcome
from complaints.enums import Remedy, Severity
from complaints.models import Complaint
from complaints.services.answering import answer, resolve
from complaints.services.filing import ComplaintText, file_complaint
from complaints.services.triaging import Triage, triage
from core.actors import GUEST
from personal_data.content import CleanFile
from personal_data.models import DataItem
from personal_data.services.holding import reveal
from policies import selectors as policies
from policies.models import PolicyVersion
from policies.pack_types import Complaints
from privacy_portal import demo_media, demo_requests
from privacy_portal import demo_people as words
from privacy_portal.demo_people import PastComplaint

PAST = timedelta(weeks=10)
MOMENT = timedelta(milliseconds=10)  # between one step and the next, so that each stands in its place


def fill(people: dict[str, User], version: PolicyVersion, *, now: datetime) -> None:
    """Put something on every list of the desk."""
    for content in words.ANSWER_TEMPLATES:
        save_template(template_id=None, content={**content, "is_active": True}, by=people["dpo"], now=now)
    promise = policies.document(version).complaints
    for number, past in enumerate(words.PAST_COMPLAINTS):
        _answered(past, promise, by=people["agent" if number % 3 else "dpo"], now=now)
    _present(people, version, now=now)
    demo_requests.fill(people, version, now=now)


def _answered(past: PastComplaint, promise: Complaints, *, by: User, now: datetime) -> None:
    """A guest's complaint some weeks ago, answered within its time."""
    at = now - timedelta(days=past.days_ago)
    codes = [category.code for category in promise.categories]
    filed = file_complaint(
        form_token=uuid.uuid4(),
        sender=Sender(address=past.address, language="vi"),
        content=ComplaintText(
            text=past.text, category=past.category if past.category in codes else codes[-1], remedy=Remedy.EXPLAIN
        ),
        by=GUEST,
        now=at,
    ).complaint
    mark_verified(kind=Complaint.kind, case_id=filed.pk, by=GUEST, now=at + timedelta(minutes=4))
    if filed.assignee_id is None:
        take(kind=Complaint.kind, case_id=filed.pk, by=by, now=at + timedelta(hours=3))
    sorted_as = Triage(category=filed.category, severity=Severity.MEDIUM, tier=promise.tiers[past.tier].code)
    triage(complaint_id=filed.pk, triage=sorted_as, note="", by=by, now=at + timedelta(hours=4))
    ended = at + timedelta(days=past.took_days)
    answer(
        complaint_id=filed.pk,
        outcome=ComplaintOutcome(past.outcome),
        finding=past.finding,
        done=past.done,
        form_token=uuid.uuid4(),
        by=by,
        now=ended,
    )
    if past.done:
        resolve(complaint_id=filed.pk, by=by, now=ended + timedelta(hours=2))


def _present(people: dict[str, User], version: PolicyVersion, *, now: datetime) -> None:
    """One by a member, in hand and waiting for an answer; one by a guest, not taken by anybody yet."""
    person, agent = people["person"], people["agent"]
    promise = policies.document(version).complaints
    codes = [category.code for category in promise.categories]
    phone = next((spec for spec in policies.fields(version) if spec.kind == "phone"), None)
    complaint = file_complaint(
        form_token=uuid.uuid4(),
        sender=Sender(address=words.RESIDENTS[0].email, language="vi", subject_id=person.subject_id),
        content=ComplaintText(
            text=words.COMPLAINT_OF_PERSON,
            category="unwanted-marketing" if "unwanted-marketing" in codes else codes[0],
            remedy=Remedy.STOP,
            fields=[phone.code] if phone else [],
        ),
        uploads=[Upload("anh-chup-cuoc-goi.png", CleanFile("image/png", demo_media.call_list()))],
        by=person,
        now=now,
    ).complaint
    take(kind=Complaint.kind, case_id=complaint.pk, by=agent, now=now + MOMENT)
    if promise.tiers:
        sorted_as = Triage(
            category=complaint.category,
            severity=Severity.MEDIUM,
            tier=promise.tiers[0].code,
            fields=complaint.fields_concerned,
        )
        triage(complaint_id=complaint.pk, triage=sorted_as, note="", by=agent, now=now + MOMENT)
    item = DataItem.objects.filter(subject_id=person.subject_id, field=phone.code).first() if phone else None
    if phone is not None and item is not None:
        purpose = "case-handling" if "case-handling" in phone.purposes else phone.purposes[0]
        reveal(item_id=item.pk, purpose=purpose, reason=words.REVEAL_REASON, by=agent, now=now + 2 * MOMENT)
    write_as_staff(
        kind=Complaint.kind,
        case_id=complaint.pk,
        text=words.QUESTION_TO_PERSON,
        form_token=uuid.uuid4(),
        awaits_answer=True,
        by=agent,
        now=now + 3 * MOMENT,
    )
    guest = file_complaint(
        form_token=uuid.uuid4(),
        sender=Sender(address=words.GUEST_ADDRESS, language="vi"),
        content=ComplaintText(
            text=words.COMPLAINT_OF_GUEST,
            category="not-corrected-or-deleted" if "not-corrected-or-deleted" in codes else codes[-1],
            remedy=Remedy.DELETE,
        ),
        by=GUEST,
        now=now,
    ).complaint
    mark_verified(kind=Complaint.kind, case_id=guest.pk, by=GUEST, now=now + MOMENT)
