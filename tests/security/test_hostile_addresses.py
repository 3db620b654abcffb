"""Query strings and paths made to ask what a page does not show, or to break it."""

from collections.abc import Callable

import pytest
from django.contrib import admin

from accounts.models import User
from complaints.models import Complaint
from tests.cases.fixtures import signed_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
NULL = "%00"


@pytest.mark.parametrize("role", ["auditor", "dpo", "administrator"])
def test_nobody_reads_password_hashes_letter_by_letter(staff: Callable[..., User], role: str) -> None:
    desk = signed_in(staff(role))
    right, wrong = (
        desk.get(f"/staff/accounts/user/?password__startswith={start}") for start in (staff("agent").password[:6], "x")
    )
    assert right.status_code == wrong.status_code == 400


@pytest.mark.parametrize("asked", ["remedy__startswith=s", "fields_concerned__icontains=email", "contact_index=a"])
def test_the_queue_answers_no_question_about_untaken_cases(agent: User, complaint: Complaint, asked: str) -> None:
    answer = signed_in(agent).get(f"/staff/complaints/complaint/?list=all&{asked}")
    assert answer.status_code == 400
    assert complaint.reference not in answer.content.decode()


def test_filters_that_are_shown_go_on_working(dpo: User, complaint: Complaint) -> None:
    for asked in ("due=7", f"status={complaint.status}", f"about={complaint.category}", "q=KN", "o=2"):
        address = f"/staff/complaints/complaint/?list=unverified&{asked}"
        answer = signed_in(dpo).get(address)
        assert answer.status_code == 200, asked
        assert complaint.reference in answer.content.decode()


def test_no_list_at_the_desk_filters_by_a_column_it_does_not_offer(dpo: User) -> None:
    desk = signed_in(dpo)
    for model, shown in admin.site._registry.items():
        if not shown.list_display:
            continue
        for field in model._meta.concrete_fields:
            offered = {getattr(one, "parameter_name", str(one)) for one in shown.list_filter}
            if field.name in offered | {shown.date_hierarchy}:
                continue
            answer = desk.get(f"/staff/{model._meta.app_label}/{model._meta.model_name}/?{field.name}__isnull=False")
            assert answer.status_code in (400, 403), (model, field.name)


@pytest.mark.parametrize(
    "address",
    [
        f"/en/account/complaints/{NULL}/",
        f"/en/account/requests/{NULL}/",
        f"/vi/account/complaints/KN{NULL}/",
        f"/staff/complaints/complaint/?status__exact={NULL}",
        f"/staff/complaints/complaint/?category={NULL}",
        f"/staff/core/holiday/?name={NULL}",
    ],
)
def test_a_null_character_in_the_address_breaks_nothing(dpo: User, address: str) -> None:
    answer = signed_in(dpo).get(address)
    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("key", ["%C2%B2", "%D9%A1", "1%00", "-1", "1.0", "99999999999999999999999"])
def test_a_damaged_case_number_is_no_case(agent: User, complaint: Complaint, key: str) -> None:
    assert signed_in(agent).get(f"/staff/complaints/complaint/{key}/change/").status_code in (400, 404)


def test_the_desk_has_no_jump_to_any_object_by_table_and_key(agent: User) -> None:
    assert signed_in(agent).get("/staff/r/1/1/").status_code == 404
