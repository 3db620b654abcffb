"""Triage: a complaint comes in, an agent takes it, looks with a reason, answers and settles; the person sees it all."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation
from tests.journeys.walk import Walk

REASON = "Call back to ask which number was used."
QUESTION, ANSWER = "Which number called you?", "The number is blocked, and yours is off the list."
FINDING = "An old list still held your number."
WAYS = [
    pytest.param({"language": "vi"}, id="vi-desktop"),
    pytest.param({"language": "en", "phone": True, "script": False}, id="en-phone-no-script"),
    pytest.param({"language": "en", "by_keyboard": True}, id="en-keyboard"),
]


@pytest.mark.parametrize("way", WAYS)
def test_an_agent_settles_a_complaint_and_the_person_sees_who_looked(
    walk_on: OpenWalk, portal: Installation, way: dict[str, object]
) -> None:
    person = walk_on(portal, **way)
    address = person.new_address("khach-hang")
    person.sign_up(address)
    reference = complains(person)

    agent = walk_on(portal, **way)
    agent.sign_in(portal.sign_in("agent"))
    assert urlsplit(agent.page.url).path == "/staff/"
    case = opens_from_queue(agent, reference)
    agent.does_not_see("gọi mời mua hàng")
    agent.act("case-take")
    agent.sees("gọi mời mua hàng")
    agent.does_not_see(address)
    reveals(agent, address)
    agent.stay(case)
    agent.does_not_see(address)
    assesses(agent)
    before = agent.mailbox.names(address)
    replies(agent)
    mail = agent.mailbox.next(address, after=before, having=reference)
    assert QUESTION not in mail.body, "the reply is read in the portal, not in the mail"
    answers(agent)

    person.go("account/complaints/")
    person.press(person.page.locator(f'main a[href*="{reference}"]').first)
    person.sees(QUESTION)
    person.sees(ANSWER)
    person.go("account/access-log/")
    person.sees(REASON)
    person.does_not_see("Trần Bảo Châu")


def complains(person: Walk) -> str:
    person.go("complaints/new/")
    person.choose("category", "unwanted-marketing")
    person.fill(text="Sáng nay có người gọi mời mua hàng.")
    person.select("remedy", 1)
    person.act("complaint-send")
    return person.reference()


def opens_from_queue(agent: Walk, reference: str) -> str:
    agent.go_staff("complaints/complaint/")
    agent.press(agent.page.get_by_role("link", name=reference))
    return urlsplit(agent.page.url).path


def reveals(agent: Walk, address: str) -> None:
    """The address stays masked until a reason is given; without one nothing is shown."""
    form = agent.opens_details("contact-reveal")
    agent.act("contact-reveal", within=form)
    agent.is_refused("reason")
    agent.does_not_see(address)
    form = agent.opens_details("contact-reveal")
    agent.fill_in(form, reason=REASON)
    agent.act("contact-reveal", within=form)
    agent.sees(address)


def assesses(agent: Walk) -> None:
    """What is best done next leads to the form of the assessment."""
    agent.press(agent.page.locator('#next a[href="#do-triage"]'))
    form = agent.opens_details("case-triage")
    agent.select("severity", 2, within=form)
    agent.select("tier", 1, within=form)
    agent.act("case-triage", within=form)
    expect(agent.page.locator('#next [data-action="case-begin"]')).to_have_count(1)


def replies(agent: Walk) -> None:
    form = agent.opens_details("case-reply")
    agent.fill_in(form, text=QUESTION)
    agent.act("case-reply", within=form)
    agent.sees(QUESTION)


def answers(agent: Walk) -> None:
    """The answer is shown first; going back loses nothing."""
    form = agent.opens_details("case-answer")
    agent.select("outcome", 1, within=form)
    agent.fill_in(form, finding=FINDING, done=ANSWER)
    agent.act("case-answer", within=form)
    agent.sees(ANSWER)
    agent.act("case-answer-change")
    form = agent.opens_details("case-answer")
    expect(form.locator('[name="done"]')).to_have_value(ANSWER)
    agent.act("case-answer", within=form)
    agent.act("case-answer-send")
    expect(agent.page.locator('[data-action="case-answer"]')).to_have_count(0)


def test_the_queue_shows_no_content_and_the_auditor_changes_nothing(walk_on: OpenWalk, portal: Installation) -> None:
    auditor = walk_on(portal, "vi")
    auditor.sign_in(portal.sign_in("auditor"))
    auditor.go_staff("complaints/complaint/")
    auditor.press(auditor.page.locator("#result_list tbody th a").first)
    assert auditor.page.locator('main form[method="post"]').count() == 0
    administrator = walk_on(portal, "en")
    administrator.sign_in(portal.sign_in("admin"))
    administrator.go_staff("complaints/complaint/")
    administrator.press(administrator.page.locator("#result_list tbody th a").first)
    administrator.does_not_see("gọi")


def test_a_person_without_a_role_meets_a_closed_desk(walk_on: OpenWalk, portal: Installation) -> None:
    walk = walk_on(portal, "vi")
    walk.page.goto("/staff/")
    assert "/auth/login/" in walk.page.url
    walk.sign_in(portal.sign_in("person"))
    answer = walk.page.goto("/staff/complaints/complaint/")
    assert answer is not None
    assert answer.status in (403, 404) or "/staff/" not in walk.page.url
