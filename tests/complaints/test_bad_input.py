"""Text nobody should send is stored as it is and shown harmlessly, or refused with a reason beside its field."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry
from cases import sealing
from cases.services.assigning import take
from cases.services.messaging import write_as_person, write_as_staff
from complaints.enums import LinkReason, Outcome
from complaints.errors import LinkImpossible
from complaints.models import Complaint
from complaints.selectors import answers_of
from complaints.services.answering import answer
from complaints.services.linking import link
from complaints.services.triaging import triage
from core.actors import GUEST
from tests.cases.fixtures import mails_of, queued, signed_in
from tests.complaints.steps import fresh, sorting
from tests.complaints.test_filing import NEW, filled_in

HARMFUL = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "right-to-left": "\u202e\u2066moc.elpmaxe//:sptth\u2069",
    "formula": '=HYPERLINK("https://example.com";"x")\n+1\n-1\n@SUM(A1)',
    "template": "{{ 7|add:7 }}{% load i18n %}%(target)s ${7*7}",
    "sql": "'); DROP TABLE complaints_complaint; --",
    "combining": "Z" + "\u0337\u0335" * 300,
    "invisible": "a\u200b\u2060\ufeffb",
    "long word": "x" * 10_000,
}


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_harmful_text_is_kept_and_shown_as_text(text: str, client: Client, agent: User, now: datetime) -> None:
    assert client.post(NEW, filled_in(text=text)).status_code == 302
    case = Complaint.objects.get()
    key = sealing.evidence_key(case.subject_id)
    assert sealing.text_of(case, key=key).split() == text.split()
    assert all(text not in mail.subject + mail.body for mail in queued())
    assert all(text not in str(entry.details) for entry in AuditEntry.objects.all())
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    page = signed_in(agent).get(f"/staff/complaints/complaint/{case.pk}/change/").content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Please write something first."),
        (" \n\t ", "Please write something first."),
        ("x" * 100_000, "Please shorten this to 10000 characters; it has 100000."),
        ("a\x00b", "Null characters are not allowed."),
    ],
    ids=["empty", "blank", "100,000 characters", "NUL"],
)
def test_what_cannot_be_taken_is_said_beside_the_field(
    text: str, words: str, policy_in_force: object, client: Client
) -> None:
    answer = client.post(NEW, filled_in(text=text))
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page
    field = page.split('id="id_text"')[0].rsplit("<div", 1)[1] + page.split('id="id_text"')[1].split("</textarea>")[0]
    assert 'aria-invalid="true"' in field
    assert not Complaint.objects.exists() and queued() == []


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_every_way_of_writing_keeps_it_as_text(text: str, complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    said = {"kind": "complaint", "case_id": complaint.pk, "text": text, "now": now}
    write_as_person(**said, form_token=uuid4(), by=GUEST)  # type: ignore[arg-type]
    write_as_staff(**said, form_token=uuid4(), awaits_answer=False, by=agent)  # type: ignore[arg-type]
    triage(complaint_id=complaint.pk, triage=sorting(), note=text, by=agent, now=now)
    answer(
        complaint_id=complaint.pk,
        outcome=Outcome.UPHELD,
        finding=text,
        done=text,
        form_token=uuid4(),
        by=agent,
        now=now,
    )
    key = sealing.evidence_key(complaint.subject_id)
    (read,) = answers_of(fresh(complaint), key=key)
    kept = [sealing.message_text(message, key=key) for message in complaint.messages.all()] + [read.finding, read.done]
    assert [one.split() for one in kept] == [text.split()] * 4
    assert all(text not in str(entry.details) for entry in AuditEntry.objects.all())
    for notice in ("case-message", "complaint-answered", "staff-case-answered"):
        (mail,) = mails_of(notice)
        assert text not in mail.subject + mail.body


@pytest.mark.parametrize("reference", HARMFUL.values(), ids=HARMFUL)
def test_a_reference_that_is_none_is_simply_unknown(
    reference: str, complaint: Complaint, agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    said = {"complaint_id": complaint.pk, "earlier": reference, "reason": LinkReason.SAME_TEXT, "note": ""}
    with pytest.raises(LinkImpossible):
        link(**said, by=agent, now=now)  # type: ignore[arg-type]
