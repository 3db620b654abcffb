"""Imports and merges at the staff desk: the officer works, the auditor looks, nobody else comes in."""

import html
import re
from datetime import datetime
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.services.staffing import create_staff
from audit.models import AuditEntry
from core.actors import SYSTEM
from personal_data.enums import LimitKind
from personal_data.models import DataItem, ImportBatch, Merge
from personal_data.services.limiting import set_limit
from policies.models import PolicyVersion
from tests.personal_data.import_steps import PEOPLE, brought, people_of, taken_in, values_of, work

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

LISTS = ("importbatch", "merge")


def desk(role: Role, now: datetime) -> Client:
    user = create_staff(
        address=f"{role.value}@example.com",
        password="một câu dài dễ nhớ",
        role=role,
        staff_name="Người Trực",
        language="en",
        by=SYSTEM,
        now=now,
    )
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def at(model: str, name: str, pk: UUID | None = None) -> str:
    return reverse(f"admin:personal_data_{model}_{name}", args=[pk] if pk else [])


def text_of(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize(("role", "status"), [(Role.DPO, 200), (Role.AUDITOR, 200), (Role.AGENT, 403)])
def test_who_sees_imports_and_pairs(policy: PolicyVersion, now: datetime, role: Role, status: int) -> None:
    taken_in(f"{PEOPLE}An,an@example.vn,0912345678\n", now)
    browser = desk(role, now)
    for model in LISTS:
        assert browser.get(at(model, "changelist")).status_code == status
        assert browser.get(at(model, "add")).status_code == (200 if role == Role.DPO else 403)
    batch, pair = ImportBatch.objects.get(), Merge.objects.get()
    one = 200 if status == 200 else 404
    assert browser.get(at("importbatch", "change", batch.pk)).status_code == one
    assert browser.get(at("merge", "change", pair.pk)).status_code == one


def upload(browser: Client, text: str, **more: str) -> str:
    file = SimpleUploadedFile("people.csv", text.encode(), "text/csv")
    about = {"label": "Orders", "source": "shop-orders", "basis": "contract", "date": "2025-03-02", "language": "vi"}
    answer = browser.post(at("importbatch", "add"), {"file": file, **about, **more})
    assert answer.status_code == 302
    return answer["Location"]


def test_a_file_is_checked_then_applied_then_undone(policy: PolicyVersion, now: datetime) -> None:
    browser = desk(Role.DPO, now)
    path = upload(browser, PEOPLE)
    assert "The file is being checked" in text_of(browser, path)
    work(now)
    page = text_of(browser, path)
    checksum = re.search(r'name="checksum" value="(\w+)"', page)
    assert checksum and not DataItem.objects.exists()
    batch = ImportBatch.objects.get()
    browser.post(at("importbatch", "apply", batch.pk), {"checksum": "00"})
    browser.post(at("importbatch", "apply", batch.pk), {"checksum": "no hex"})
    batch.refresh_from_db()
    assert batch.state == "CHECKED"
    browser.post(at("importbatch", "apply", batch.pk), {"checksum": checksum[1]})
    assert "0 of 2 lines are done" in text_of(browser, path)
    work(now)
    assert "import-undo" in text_of(browser, path)
    assert len(people_of(batch)) == 2
    assert browser.get(at("importbatch", "undo", batch.pk)).status_code == 405
    browser.post(at("importbatch", "undo", batch.pk))
    work(now)
    assert "Undone" in text_of(browser, path) and not DataItem.objects.exists()


def test_every_fault_is_listed_by_line_and_column(policy: PolicyVersion, now: datetime) -> None:
    browser = desk(Role.DPO, now)
    path = upload(browser, "email,phone\nnobody,12\n")
    work(now)
    page = text_of(browser, path)
    assert "2 faults" in page and page.count("The value does not fit its entry.") == 2 and "nobody" not in page
    assert "import-apply" not in page


def test_a_form_that_is_not_right_is_shown_again(policy: PolicyVersion, now: datetime) -> None:
    browser = desk(Role.DPO, now)
    answer = browser.post(at("importbatch", "add"), {"label": "", "date": "2999-01-01", "language": "vi"})
    assert answer.status_code == 422 and "still to come" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_an_auditor_presses_nothing(policy: PolicyVersion, now: datetime) -> None:
    batch = brought(PEOPLE, now)
    browser = desk(Role.AUDITOR, now)
    page = text_of(browser, at("importbatch", "change", batch.pk))
    assert "import-apply" not in page and "import-undo" not in page
    browser.post(at("importbatch", "apply", batch.pk), {"checksum": bytes(batch.digest).hex()})
    browser.post(at("importbatch", "undo", batch.pk))
    batch.refresh_from_db()
    assert batch.state == "CHECKED"


def test_a_pair_is_seen_masked_merged_and_parted(policy: PolicyVersion, now: datetime) -> None:
    batch = taken_in(f"{PEOPLE}Nguyen Van An,an@example.vn,\n", now)
    first, _second, third = people_of(batch)
    pair = Merge.objects.get()
    browser = desk(Role.DPO, now)
    page = text_of(browser, at("merge", "change", pair.pk))
    for words in ("the same", "different", "a•••@e•••.vn", str(first)[:8], str(third)[:8]):
        assert words in page, words
    assert "an@example.vn" not in page and "912345678" not in page
    assert AuditEntry.objects.filter(event="subject.opened", subject_ref__in=(first, third)).count() == 2
    assert "limited: look" not in page
    set_limit(subject_id=third, kind=LimitKind.RESTRICTION, purpose="", basis="request:1", by=SYSTEM, now=now)
    assert "limited: look before you use any of it" in text_of(browser, at("merge", "change", pair.pk))
    empty = browser.post(at("merge", "merge", pair.pk), {"merge-keep": str(first), "merge-words": ""})
    assert empty.status_code == 422
    browser.post(at("merge", "merge", pair.pk), {"merge-keep": str(first), "merge-words": "Gọi lại, đúng người."})
    pair.refresh_from_db()
    assert pair.state == "MERGED" and not values_of(third)
    browser.post(at("merge", "part", pair.pk), {"part-words": "Hai anh em dùng chung thư."})
    pair.refresh_from_db()
    assert pair.state == "PARTED" and values_of(third)["full-name"] == "Nguyen Van An"


def test_two_people_are_put_side_by_side_by_hand_and_kept_apart(policy: PolicyVersion, now: datetime) -> None:
    first, second = people_of(taken_in(PEOPLE, now))
    browser = desk(Role.DPO, now)
    assert browser.post(at("merge", "add"), {"kept": str(first), "other": str(first)}).status_code == 422
    assert browser.post(at("merge", "add"), {"kept": "x", "other": str(first)}).status_code == 422
    answer = browser.post(at("merge", "add"), {"kept": str(first), "other": str(second)})
    pair = Merge.objects.get()
    assert answer["Location"] == at("merge", "change", pair.pk)
    browser.post(at("merge", "decline", pair.pk), {"decline-words": "Hai người khác nhau."})
    pair.refresh_from_db()
    assert pair.state == "DECLINED"
