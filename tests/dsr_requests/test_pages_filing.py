"""The pages on which a request is chosen and sent: each right as a guest, with what is wrong said beside its field."""

import html
import re
from collections.abc import Mapping
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from cases import sealing
from cases.enums import CaseStatus
from dsr_requests.enums import RepresentativeKind, RequestKind
from dsr_requests.models import Request
from dsr_requests.sealing import proposed_value, representative_name, represented_person
from policies.models import PolicyVersion
from tests.cases.fixtures import GUEST_ADDRESS, mails_of

CHOICE = "/en/requests/new/"
RECEIVED = "/en/track/received/"
ASKED: Mapping[str, Mapping[str, object]] = {
    "view": {},
    "copy": {},
    "correct": {"value-phone": "0912 345 678"},
    "delete": {"extent": "chosen", "chosen_fields": ["phone"]},
    "restrict": {"extent": "all"},
    "object": {"extent": "chosen", "chosen_purposes": ["marketing"]},
    "withdraw": {"extent": "all"},
    "protect": {"text": "Có người gọi tôi bằng số chỉ có ở đây."},
}


def form(kind: str, **changes: object) -> dict[str, object]:
    """What a guest fills in."""
    return {"form_token": str(uuid4()), "text": "", "address": GUEST_ADDRESS, **ASKED[kind], **changes}


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_every_right_is_offered_with_what_it_does_and_how_long_it_takes(
    policy_in_force: PolicyVersion, client: Client
) -> None:
    text = page(client, CHOICE)
    for kind in RequestKind:
        assert f'href="/en/requests/new/{kind.value}/"' in text
    assert "At most 20 days" in text and "you need not give a reason" in text
    assert "This is not open" not in text


def test_a_link_that_names_a_right_leads_to_its_form(policy_in_force: PolicyVersion, client: Client) -> None:
    assert client.get(f"{CHOICE}?kind=withdraw")["Location"] == "/en/requests/new/withdraw/"
    assert client.get(f"{CHOICE}?kind=withdraw&for=other")["Location"] == "/en/requests/new/withdraw/?for=other"
    assert client.get(f"{CHOICE}?kind=no-such").status_code == 200
    assert client.get("/en/requests/new/no-such/").status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", ASKED)
def test_a_guest_sends_each_right(policy_in_force: PolicyVersion, client: Client, kind: str, language: str) -> None:
    address = f"/{language}/requests/new/{kind}/"
    shown = client.get(address).content.decode()
    assert re.findall(r'<(?:input|textarea|select)[^>]*name="address"', shown) and "data-action" in shown
    answer = client.post(address, form(kind), follow=True)
    assert answer.redirect_chain == [(f"/{language}/track/received/", 302)]
    case = Request.objects.get()
    assert case.asked_for == kind and case.language == language and not case.is_identified
    assert case.status == CaseStatus.ACKNOWLEDGED and case.reference in answer.content.decode()
    assert len(mails_of("request-received")) == 1


def test_what_was_chosen_is_stored_as_codes_and_values_are_sealed(
    policy_in_force: PolicyVersion, client: Client
) -> None:
    client.post("/en/requests/new/correct/", form("correct"))
    case = Request.objects.get()
    assert case.fields == ["phone"] and not case.everything
    row = case.corrections.get()
    assert proposed_value(row, key=sealing.evidence_key(case.subject_id)) == "+84912345678"
    client.post("/en/requests/new/object/", form("object"))
    assert Request.objects.get(asked_for="object").purposes == ["marketing"]


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("correct", {"value-phone": ""}, "Enter at least one new value"),
        ("correct", {"value-phone": "12"}, "Enter a phone number"),
        ("delete", {"extent": ""}, "Choose one of the answers"),
        ("delete", {"chosen_fields": []}, "Choose at least one entry"),
        ("delete", {"extent": "all"}, "You chose single entries too"),
        ("delete", {"chosen_fields": ["no-such"]}, "Choose one of the answers listed"),
        ("object", {"chosen_purposes": []}, "Choose at least one use"),
        ("withdraw", {"extent": "chosen"}, "Choose at least one consent"),
        ("view", {"address": "x"}, "This is not an e-mail address"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(
    policy_in_force: PolicyVersion, client: Client, kind: str, changes: dict[str, object], words: str
) -> None:
    answer = client.post(f"/en/requests/new/{kind}/", form(kind, **changes))
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 422 and words in text and "error-summary" in text
    assert not Request.objects.exists()


def test_what_was_typed_stays(policy_in_force: PolicyVersion, client: Client) -> None:
    typed = form("correct", address="x", text="Chuyện của tôi")
    text = html.unescape(client.post("/en/requests/new/correct/", typed).content.decode())
    assert "Chuyện của tôi" in text and "0912 345 678" in text.replace("+84912345678", "0912 345 678")


def test_a_form_sent_twice_is_one_request(policy_in_force: PolicyVersion, client: Client) -> None:
    data = form("view")
    for _turn in range(2):
        assert client.post("/en/requests/new/view/", data)["Location"] == RECEIVED
    assert Request.objects.count() == 1 and len(mails_of("request-received")) == 1


def test_a_representative_names_both_people_and_the_mandate(policy_in_force: PolicyVersion, client: Client) -> None:
    address = "/en/requests/new/copy/?for=other"
    assert "By what right" not in page(client, "/en/requests/new/copy/")
    assert "Full name of the person you ask for" in page(client, address)
    mandate = {
        "mandate_kind": RepresentativeKind.PARENT.value,
        "mandate_name": "Trần Văn Cha",
        "person_name": "Trần Thị Con",
        "person_contact": "con@example.com",
        "mandate_until": "31/12/2026",
        "child_is_seven": "on",
    }
    without_name = client.post(address, form("copy", **{**mandate, "mandate_name": ""}))
    assert without_name.status_code == 422 and b"Enter your name." in without_name.content
    client.post(address, form("copy", **mandate))
    row = Request.objects.get().representative
    key = sealing.evidence_key(row.case.subject_id)
    assert representative_name(row, key=key) == "Trần Văn Cha"
    assert represented_person(row, key=key) == ("Trần Thị Con", "con@example.com")
    assert row.kind == RepresentativeKind.PARENT and row.child_is_seven and row.valid_until == date(2026, 12, 31)


def test_a_guest_sees_dates_and_what_comes_next(policy_in_force: PolicyVersion, client: Client) -> None:
    client.post("/en/requests/new/view/", form("view"))
    text = page(client, RECEIVED)
    assert "What happens next" in text and "Why this date" in text and "It costs you nothing." in text


def test_nothing_can_be_sent_while_no_policy_is_in_force(db: None, client: Client) -> None:
    assert client.get(CHOICE).status_code == 503
    assert client.get("/en/requests/new/view/").status_code == 503
