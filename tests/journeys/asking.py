"""Somebody who asks for something: for oneself, with an account or without one, or for somebody else."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.utils.translation import override
from playwright.sync_api import expect

from dsr_requests.enums import Outcome
from tests.journeys.pictures import picture
from tests.journeys.waiting import eventually
from tests.journeys.walk import PASSWORD, Walk

NEW_PHONE = "0912 345 679"
SECONDS = 120


class Asker:
    """The person, always on the page of one request."""

    def __init__(self, walk: Walk, *, member: bool) -> None:
        self.walk, self.member = walk, member
        self.address = walk.new_address("yeu-cau")
        self.reference = ""
        if member:
            walk.sign_up(self.address)

    # --- sending ------------------------------------------------------------------------------------------------------

    def asks(self, kind: str, *, everything: bool = False, mandate: Mapping[str, str] | None = None) -> None:
        """Send the form of a right; the receipt names the reference on the page and in a mail."""
        walk, before = self.walk, self.walk.mailbox.names(self.address)
        walk.go(self._form(kind) + ("?for=other" if mandate else ""))
        says_what(walk, kind, everything=everything)
        if mandate:
            self._says_for_whom(mandate)
        if not self.member:
            walk.fill(address=self.address)
        elif walk.page.locator('[name="password"]').count():
            walk.fill(password=PASSWORD)
        walk.examine()
        walk.shoot(f"request-{kind}-form")
        walk.act("request-send")
        self.reference = walk.reference()
        if not self.member:
            walk.fill(code=walk.mailbox.next_code(self.address, after=before))
            walk.act("address-verify")
            walk.is_told("success")
        walk.examine()
        walk.shoot(f"request-{kind}-received")
        walk.mailbox.next(self.address, after=before, having=self.reference)

    def _form(self, kind: str) -> str:
        return f"{'account/' if self.member else ''}requests/new/{kind}/"

    def _says_for_whom(self, mandate: Mapping[str, str]) -> None:
        said = dict(mandate)
        self.walk.choose("mandate_kind", said.pop("mandate_kind"))
        if said.pop("child_is_seven", ""):
            self.walk.tick("child_is_seven")
        self.walk.fill(**said)

    # --- showing who it is --------------------------------------------------------------------------------------------

    def types_a_code(self, address: str) -> None:
        """A code to an address held before; a wrong one is refused first."""
        before = self.walk.mailbox.names(address)
        self._begins("CODE_MAIL", address)
        self.walk.fill(code="000000")
        self.walk.act("identity-answer")
        self.walk.is_refused("code")
        self.answers_with(self.walk.mailbox.next_code(address, after=before))

    def waits_for_a_call(self, number: str) -> None:
        """A colleague is to call a number held before."""
        self._begins("CODE_PHONE", number)

    def answers_with(self, code: str) -> None:
        """Type the code that came by mail or by phone."""
        self.walk.fill(code=code)
        self.walk.act("identity-answer")
        self.walk.is_told("success")

    def _begins(self, method: str, contact: str) -> None:
        walk = self.walk
        walk.go(self._step("identity"))
        walk.examine()
        walk.choose("method", method)
        walk.fill(contact=contact)
        walk.act("identity-begin")
        walk.examine()
        walk.shoot("request-identity-code")

    def shows_the_mandate(self) -> None:
        """A file that shows it."""
        self.walk.go(self._step("evidence"))
        self.walk.examine()
        self.walk.attach("files", "uy-quyen.png", picture())
        self.walk.act("identity-evidence")
        self.walk.is_told("success")

    def lets_the_child_agree(self) -> None:
        """The child reads it in plain words and agrees."""
        self.walk.go(self._step("child"))
        self.walk.examine()
        self.walk.act("child-agree")
        self.walk.is_told("success")

    # --- following ----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """The page of the request."""
        self.walk.go(f"account/requests/{self.reference}/" if self.member else "track/case/")

    def _step(self, name: str) -> str:
        return f"account/requests/{self.reference}/{name}/" if self.member else f"requests/case/{name}/"

    def waits_until(self, selector: str, *, what: str) -> None:
        """Load the page again, as a person would, until something stands on it."""

        def there() -> bool | None:
            self.open()
            return self.walk.page.locator(f"main {selector}").count() > 0 or None

        eventually(there, seconds=SECONDS, what=what)

    def waits_for(self, outcome: Outcome) -> None:
        """Load the page again until the request is over, and see how it ended."""
        with override(self.walk.language):
            words = str(outcome.label)
        main = self.walk.page.locator("main h1 + p strong")

        def over() -> bool | None:
            self.open()
            return main.count() > 0 or None

        eventually(over, seconds=SECONDS, what=f"{self.reference}: {words}")
        expect(main.first).to_have_text(words)

    def reads(self, *said: str, step: str) -> None:
        """What was decided and done stands there, and axe finds nothing."""
        self.open()
        for words in said:
            self.walk.sees(words)
        self.walk.examine()
        self.walk.shoot(f"request-{step}")

    # --- the copy -----------------------------------------------------------------------------------------------------

    def fetches(self, code_goes_to: str = "") -> bytes:
        """The copy: by a code to the address of whoever is entitled, or as a member by the password."""
        walk = self.walk
        self.waits_until('a[href*="/copy/"]', what="copy")
        self.reads(step="copy-ready")
        walk.press(walk.page.locator('main a[href*="/copy/"]').first)
        if code_goes_to:
            return self._fetches_by_code(code_goes_to)
        walk.examine()
        walk.press(walk.page.locator('main a.button[href*="/account/export/"]').first)
        walk.examine()
        if walk.page.locator('[name="password"]').count():
            walk.fill(password=PASSWORD)
        return self._downloads()

    def _fetches_by_code(self, address: str) -> bytes:
        walk, before = self.walk, self.walk.mailbox.names(address)
        walk.examine()
        walk.act("copy-code")
        walk.examine()
        walk.fill(code=walk.mailbox.next_code(address, after=before))
        return self._downloads()

    def _downloads(self) -> bytes:
        with self.walk.page.expect_download() as download:
            self.walk.page.locator('[data-action="copy-fetch"]').click()
        assert download.value.suggested_filename.endswith(".zip")
        return download.value.path().read_bytes()


def says_what(walk: Walk, kind: str, *, everything: bool = False) -> None:
    """Fill in what only one kind asks."""
    told = {
        "delete": ("chosen_fields", "phone"),
        "restrict": ("chosen_purposes", ""),
        "object": ("chosen_purposes", ""),
    }
    if kind == "correct":
        walk.fill(**{"value-phone": NEW_PHONE})
    elif kind == "withdraw" or (everything and kind in told):
        walk.choose("extent", "all")
    elif kind in told:
        name, value = told[kind]
        walk.choose("extent", "chosen")
        walk.page.locator(f'[name="{name}"]' + (f'[value="{value}"]' if value else "")).first.check()


def agrees_to_everything(walk: Walk) -> None:
    """So that there are consents to withdraw."""
    walk.go("account/consents/")
    for one in walk.page.locator('[name^="answer-"][value="agree"]').all():
        one.check()
    walk.act("consents-save")
    walk.is_told("success")


def enters(walk: Walk, field: str, value: str) -> None:
    """A value in the account."""
    walk.go(f"account/data/{field}/")
    walk.fill(value=value)
    walk.act("value-save")
    walk.is_told("success")


def path_behind(link: str) -> str:
    """The path of an address in a mail."""
    return urlsplit(link).path
