"""A request to delete what is held under a field that left the policy: from the form to the certificate."""

import html
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.translation import override

from accounts.certificate import certificate_of
from accounts.models import User
from cases.services.assigning import take
from core import clock
from core.actors import SYSTEM
from dsr_requests.enums import RequestKind, Verdict
from dsr_requests.errors import UnknownChoice
from dsr_requests.models import Request
from dsr_requests.services.deciding import planned
from dsr_requests.wishes import Wish
from dsr_requests.wording import words
from personal_data.models import DataItem, RecipientTask
from personal_data.services.subjects import create_subject
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.cases.desk_steps import page_of
from tests.cases.fixtures import PASSWORD, signed_in
from tests.dsr_requests import steps
from tests.dsr_requests.carrying import PHONE, decided, run_of, to_the_end
from tests.personal_data.retention_steps import pack_with, value

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
FORMER = "other-entry"
LABEL = "Other details you enter in a form"
SAID = f"{LABEL} (no longer asked for)"
ONLY_IT = Wish(RequestKind.DELETE, fields=(FORMER,))
MINE_SENT = "/en/account/requests/"
MINE, GUEST, DESK = "/en/account/requests/new/delete/", "/en/requests/new/delete/", "request/record/delete/"


def shown(browser: Client, address: str) -> str:
    return html.unescape(browser.get(address, headers={"accept-language": "en"}).content.decode())


@pytest.fixture
def later(member: User, now: datetime, tmp_path: Path) -> datetime:
    """The member gave something that the policy asks for no longer."""
    steps.hold(member, now=now, phone=PHONE)
    value(member.subject, FORMER, "một")
    folder = pack_with(tmp_path, "", {})
    text = (folder / "policy.toml").read_text(encoding="utf-8")
    text = text.replace(f'"{FORMER}"', '"new-entry"').replace(LABEL, "Something new")
    (folder / "policy.toml").write_text(text, encoding="utf-8")
    publish(path=folder, by=SYSTEM, now=clock.now(), demo=True)
    return clock.now()


def test_whoever_may_mean_it_is_offered_it(
    policy_in_force: PolicyVersion, member: User, agent: User, later: datetime
) -> None:
    assert SAID in shown(signed_in(member), MINE)
    assert SAID in shown(Client(), GUEST) and SAID in shown(signed_in(agent), f"/staff/dsr_requests/{DESK}")
    assert SAID not in shown(Client(), GUEST.replace("delete", "correct"))


def test_it_is_offered_to_nobody_once_nothing_is_held_there(
    policy_in_force: PolicyVersion, member: User, dpo: User, agent: User, later: datetime
) -> None:
    to_the_end(decided(member, ONLY_IT, by=agent, second_by=dpo, now=later), by=dpo, now=later)
    assert SAID not in shown(signed_in(member), MINE) and SAID not in shown(Client(), GUEST)
    value(create_subject(by=SYSTEM, now=later, language="vi"), FORMER, "hai")
    assert SAID not in shown(signed_in(member), MINE), "what others have is no choice of theirs"
    assert SAID in shown(Client(), GUEST)


def test_it_is_named_on_every_page_and_goes(
    policy_in_force: PolicyVersion, member: User, agent: User, dpo: User, later: datetime
) -> None:
    asked = {"form_token": str(uuid4()), "extent": "chosen", "chosen_fields": [FORMER], "password": PASSWORD}
    browser = signed_in(member)
    browser.post(MINE, asked)
    request = Request.objects.get()
    assert request.fields == [FORMER] and LABEL in shown(browser, f"{MINE_SENT}{request.reference}/")
    with override("en"):
        told = "\n".join(words(planned(request, Verdict.ACCEPT, now=later)))
    assert f"Deleted: {LABEL}." in told and "affiliates" in told
    take(kind="request", case_id=request.pk, by=agent, now=later)
    assert LABEL in page_of(signed_in(agent), request)


def test_of_what_else_is_held_nothing_goes_and_the_certificate_names_it(
    policy_in_force: PolicyVersion, member: User, agent: User, dpo: User, later: datetime
) -> None:
    done = to_the_end(decided(member, ONLY_IT, by=agent, second_by=dpo, now=later), by=dpo, now=later)
    assert done.status == "CLOSED" and list(DataItem.objects.values_list("field", flat=True)) == ["phone"]
    (task,) = RecipientTask.objects.filter(basis=done.target)
    assert (task.recipient, task.fields) == ("affiliate", [FORMER])
    with override("en"):
        assert certificate_of(run_of(done)).fields == [LABEL]
    page = shown(signed_in(member), f"{MINE_SENT}{done.reference}/")
    assert FORMER not in page and LABEL in page


def test_nothing_new_can_be_entered_there(policy_in_force: PolicyVersion, member: User, later: datetime) -> None:
    with pytest.raises(UnknownChoice):
        steps.by_member(member, Wish(RequestKind.CORRECT, values={FORMER: "ba"}), now=later)
