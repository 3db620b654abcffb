"""Answers written beforehand: who writes them, what is recorded, the preview, and how a text gets into an answer."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from audit.models import AuditEntry
from cases.errors import RoleRefused
from cases.models import AnswerTemplate
from cases.services.assigning import take
from cases.services.templating import save_template
from complaints.models import Complaint
from complaints.services.filing import Filed
from tests.cases.desk_steps import page_of, send, shown
from tests.cases.fixtures import signed_in

LIST = "/staff/cases/answertemplate/"
TEXTS = {
    "title_vi": "Đã gỡ khỏi danh sách",
    "title_en": "Taken off the list",
    "body_vi": "Chúng tôi đã gỡ số của bạn khỏi danh sách gọi.",
    "body_en": "We took your number off the calling list.",
    "kind": "complaint",
    "is_active": "on",
}


@pytest.fixture
def template(agent: User, now: datetime) -> AnswerTemplate:
    return save_template(template_id=None, content=TEXTS | {"is_active": True}, by=agent, now=now)


def test_an_agent_writes_one_with_both_languages_side_by_side(agent: User) -> None:
    browser = signed_in(agent)
    preview = shown(browser.post(f"{LIST}add/", TEXTS | {"step": "preview"}))
    assert 'lang="vi"' in preview and 'lang="en"' in preview and preview.count(TEXTS["body_vi"]) == 2
    assert not AnswerTemplate.objects.exists()
    refused = browser.post(f"{LIST}add/", TEXTS | {"step": "save", "body_en": ""})
    assert refused.status_code == 422 and TEXTS["body_vi"] in shown(refused)
    assert browser.post(f"{LIST}add/", TEXTS | {"step": "save"}).status_code == 302
    row = AnswerTemplate.objects.get()
    assert TEXTS["title_vi"] in shown(browser.get(LIST))
    entry = AuditEntry.objects.get(event="template.changed")
    assert entry.target == f"template:{row.pk}" and entry.actor_role == "agent" and "body_vi" in entry.details["fields"]


def test_a_change_records_what_it_touched_and_none_records_nothing(template: AnswerTemplate, dpo: User) -> None:
    browser = signed_in(dpo)
    address = f"{LIST}{template.pk}/change/"
    browser.post(address, TEXTS | {"step": "save"})
    assert AuditEntry.objects.filter(event="template.changed").count() == 1
    browser.post(address, TEXTS | {"step": "save", "title_en": "Off the list"})
    assert AuditEntry.objects.filter(event="template.changed").latest("id").details == {"fields": ["title_en"]}


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_others_read_and_change_nothing(role: str, template: AnswerTemplate, staff: Callable[..., User]) -> None:
    reader = staff(role)
    browser = signed_in(reader)
    page = shown(browser.get(f"{LIST}{template.pk}/change/"))
    assert TEXTS["body_vi"] in page and 'data-action="template-save"' not in page
    assert browser.post(f"{LIST}{template.pk}/change/", TEXTS | {"step": "save"}).status_code == 403
    assert browser.get(f"{LIST}add/").status_code == 403
    with pytest.raises(RoleRefused):
        save_template(template_id=template.pk, content=TEXTS | {"is_active": True}, by=reader, now=template_moment())


def template_moment() -> datetime:
    return AuditEntry.objects.get(event="template.changed").at


def test_the_database_refuses_a_change_without_an_entry(template: AnswerTemplate) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        AnswerTemplate.objects.filter(pk=template.pk).update(title_en="x")


def test_a_chosen_text_is_added_below_what_was_typed_in_the_language_of_the_person(
    template: AnswerTemplate, complain: Callable[..., Filed], agent: User, now: datetime
) -> None:
    case = complain(language="vi").complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    browser = signed_in(agent)
    assert "Taken off the list" in page_of(browser, case)
    send(browser, case, "begin")
    typed = {"form_token": str(uuid4()), "outcome": "UPHELD", "finding": "Chào bạn.", "done": "Xong"}
    answer = send(browser, case, "answer", typed | {"step": "template", "template": str(template.pk)})
    page = shown(answer)
    assert answer.status_code == 200 and f"Chào bạn.\n\n{TEXTS['body_vi']}" in page and TEXTS["body_en"] not in page
    assert '<option value="UPHELD" selected>' in page and ">\nXong</textarea>" in page
    assert case.answers.count() == 0
    empty = shown(send(browser, case, "answer", {"step": "template", "template": str(template.pk)}))
    assert TEXTS["body_vi"] in empty and 'class="error-summary"' not in empty, "choosing a text asks for nothing"


def test_only_what_is_offered_for_the_kind_can_be_chosen(
    template: AnswerTemplate, complaint: Complaint, agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    browser = signed_in(agent)
    for change in ({"kind": "request"}, {"kind": "", "is_active": False}):
        save_template(template_id=template.pk, content=TEXTS | {"is_active": True} | change, by=agent, now=now)
        assert 'name="template"' not in page_of(browser, complaint)
        page = shown(send(browser, complaint, "reply", {"text": "a", "step": "template", "template": template.pk}))
        assert TEXTS["body_en"] not in page
