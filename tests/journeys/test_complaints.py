"""A complaint from end to end: sent, sorted, answered, reopened, answered again, closed; every date explained."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation
from tests.journeys.pictures import picture
from tests.journeys.walk import Walk

WORDS = {
    "vi": {
        "story": "Tuần này tôi bị gọi quảng cáo hai lần dù đã từ chối từ tháng Năm.",
        "question": "Số nào của bạn nhận được cuộc gọi?",
        "reply": "Số có đuôi 678. Tôi gửi kèm ảnh chụp nhật ký cuộc gọi.",
        "finding": "Danh sách gọi chưa bỏ số của bạn sau khi bạn từ chối.",
        "done": "Số của bạn đã được bỏ khỏi mọi danh sách gọi.",
        "again": "Sáng nay tôi lại nhận một cuộc gọi nữa.",
        "last": "Một đối tác vẫn dùng danh sách cũ; danh sách đó đã bị xóa.",
    },
    "en": {
        "story": "I was called twice this week although I said no in May.",
        "question": "Which of your numbers was called?",
        "reply": "The one ending in 678. A picture of the call log is attached.",
        "finding": "The call list still held your number after you said no.",
        "done": "Your number is off every call list.",
        "again": "I got one more call this morning.",
        "last": "A partner still used the old list; that list is deleted.",
    },
}
FILE = "nhat-ky-cuoc-goi.png"


class Complainant:
    """The person, with or without an account, always on the same page of the case."""

    def __init__(self, walk: Walk, *, member: bool) -> None:
        self.walk, self.member, self.words = walk, member, WORDS[walk.language]
        self.address = walk.new_address("khieu-nai")
        if member:
            walk.sign_up(self.address)
        self.reference = self._complain()

    def _complain(self) -> str:
        walk = self.walk
        walk.go("complaints/new/")
        walk.examine()
        walk.shoot("complaint-form")
        walk.choose("category", "unwanted-marketing")
        walk.fill(text=self.words["story"])
        walk.select("remedy", 2)
        if not self.member:
            walk.fill(address=self.address)
        walk.act("complaint-send")
        walk.examine()
        walk.shoot("complaint-received")
        return walk.reference()

    def open(self) -> None:
        """To the case: through the account, or with a code mailed to the address."""
        walk = self.walk
        if self.member:
            walk.go(f"account/complaints/{self.reference}/")
            return
        before = walk.mailbox.names(self.address)
        walk.go("track/")
        walk.fill(reference=self.reference, address=self.address)
        walk.act("case-look-up")
        walk.fill(code=walk.mailbox.next_code(self.address, after=before))
        walk.act("case-open")

    def look(self, *said: str, step: str) -> None:
        """Load the case again: what was said stands there, every date has its reason, and axe finds nothing."""
        walk = self.walk
        walk.go(f"account/complaints/{self.reference}/" if self.member else "track/case/")
        for words in said:
            walk.sees(words)
        for fold in walk.page.locator("main details.why").all():
            fold.locator("summary").click()
            expect(fold.locator("p")).to_be_visible()
            assert "202" in fold.locator("p").inner_text(), "a reason names the days it counts"
        walk.examine()
        walk.shoot(f"complaint-{step}")

    def is_mailed(self, before: frozenset[str], *never: str) -> None:
        """A mail names the reference and says nothing of what was written."""
        mail = self.walk.mailbox.next(self.address, after=before, having=self.reference)
        assert not [words for words in never if words in mail.body + mail.subject]


def dates_explained(walk: Walk) -> int:
    return walk.page.locator("main details.why").count()


@pytest.mark.parametrize(("language", "member"), [("vi", False), ("en", True)], ids=["guest-vi", "member-en"])
def test_a_complaint_is_answered_reopened_and_closed(
    walk_on: OpenWalk, portal: Installation, language: str, member: bool
) -> None:
    words = WORDS[language]
    person = Complainant(walk_on(portal, language), member=member)
    person.open()
    person.look(person.reference, step="sent")
    assert dates_explained(person.walk) == 6, "first reply, target and limit: above, and as what comes next"

    agent = walk_on(portal, language)
    agent.sign_in(portal.sign_in("agent"))
    case = opens_from_queue(agent, person.reference)
    agent.act("case-take")
    agent.sees(words["story"])
    sorts(agent)
    before = person.walk.mailbox.names(person.address)
    asks(agent, words["question"])
    person.is_mailed(before, words["question"])

    person.look(words["question"], step="asked")
    expect(person.walk.page.locator("main .notice-warning")).to_be_visible()
    replies(person)
    person.look(words["reply"], FILE, step="replied")
    expect(person.walk.page.locator("main .notice-warning")).to_have_count(0)

    agent.stay(case)
    agent.sees(words["reply"])
    agent.sees(FILE)
    before = person.walk.mailbox.names(person.address)
    answers(agent, words["finding"], words["done"])
    person.is_mailed(before, words["finding"], words["done"])
    resolves(agent)
    person.look(words["finding"], words["done"], step="answered")
    reopens(person)
    person.look(words["again"], words["finding"], step="reopened")
    assert dates_explained(person.walk) == 6, "a round of its own has dates of its own"

    officer = walk_on(portal, language)
    officer.sign_in(portal.sign_in("dpo"))
    officer.stay(case)
    officer.sees(words["again"])
    officer.sees(words["finding"])
    answers(officer, words["last"], words["done"])
    person.look(words["last"], words["finding"], step="answered-again")
    assert person.walk.page.locator('main a[href*="/reopen/"]').count() == 0, "once, and not again"
    closes(officer)
    person.look(words["last"], words["finding"], step="closed")
    assert person.walk.page.locator('[data-action="case-write"]').count() == 0


def test_a_guest_takes_a_complaint_back_by_keyboard(walk_on: OpenWalk, portal: Installation) -> None:
    person = Complainant(walk_on(portal, "vi", phone=True, by_keyboard=True), member=False)
    walk = person.walk
    person.open()
    walk.press(walk.page.locator('main a[href*="/withdraw/"]'))
    walk.examine()
    walk.shoot("complaint-withdraw")
    walk.act("complaint-withdraw")
    walk.is_told("success")
    person.look(person.reference, step="withdrawn")
    assert walk.page.locator('[data-action="case-write"]').count() == 0


def opens_from_queue(staff: Walk, reference: str) -> str:
    staff.go_staff(f"complaints/complaint/?q={reference}")
    staff.press(staff.page.get_by_role("link", name=reference).first)
    return urlsplit(staff.page.url).path


def unfolded(staff: Walk, action: str) -> Locator:
    """The form of an action, visible: what folds it away is opened from the outside inwards."""
    folds = staff.page.locator("details", has=staff.page.locator(f'[data-action="{action}"]'))
    for fold in folds.all():
        if fold.get_attribute("open") is None:
            fold.locator("summary").first.click()
    return staff.form_of(action).first


def sorts(staff: Walk) -> None:
    form = unfolded(staff, "case-triage")
    staff.select("severity", 2, within=form)
    staff.select("tier", 1, within=form)
    staff.act("case-triage", within=form)


def asks(staff: Walk, question: str) -> None:
    form = unfolded(staff, "case-reply")
    staff.fill_in(form, text=question)
    form.locator('[name="awaits_answer"]').check()
    staff.act("case-reply", within=form)
    staff.sees(question)


def answers(staff: Walk, finding: str, done: str) -> None:
    """What the person will read is shown first, then sent."""
    form = unfolded(staff, "case-answer")
    staff.select("outcome", 1, within=form)
    staff.fill_in(form, finding=finding, done=done)
    staff.act("case-answer", within=form)
    staff.sees(finding)
    staff.act("case-answer-send")


def resolves(staff: Walk) -> None:
    staff.act("case-resolve", within=unfolded(staff, "case-resolve"))


def closes(staff: Walk) -> None:
    staff.act("case-close", within=unfolded(staff, "case-close"))
    expect(staff.page.locator('[data-action="case-answer"]')).to_have_count(0)


def replies(person: Complainant) -> None:
    walk = person.walk
    walk.fill(text=person.words["reply"])
    walk.attach("attachments", FILE, picture())
    walk.act("case-write")
    walk.is_told("success")


def reopens(person: Complainant) -> None:
    walk = person.walk
    walk.press(walk.page.locator('main a[href*="/reopen/"]'))
    walk.examine()
    walk.shoot("complaint-reopen")
    walk.fill(text=person.words["again"])
    walk.act("complaint-reopen")
    walk.is_told("success")
