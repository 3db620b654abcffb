"""A person in front of a browser: signs up, signs in, fills in, presses, with the pointer or by keyboard alone."""

import os
import re
import secrets
from pathlib import Path

from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.journeys import axe
from tests.journeys.browser import DESKTOP, NARROWEST, PATIENCE_MS, PHONE, path_of
from tests.journeys.installation import Installation, SignIn
from tests.journeys.waiting import eventually

PASSWORD = "bốn con mèo trên mái nhà"
MOST_TABS = 150
SETTLING = 40
_REFERENCE = re.compile(r"\b(?:KN|YC)-\d{2}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
OWED = """
() => ({
  lang: document.documentElement.lang,
  titled: document.title.trim() !== "",
  headings: document.querySelectorAll("h1").length
})
"""
# The text of a page wider than its window makes people scroll two ways; half a pixel is rounding.
OVERFLOW = """
() => {
  const limit = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= limit) return [];
  const all = [...document.body.querySelectorAll("*")];
  const wide = all.filter(one => one.getBoundingClientRect().right > limit + 0.5);
  const words = one => one.textContent.replace(/\\s+/g, " ").trim().slice(0, 40);
  return wide.slice(0, 5).map(one => `${one.tagName}.${one.className} ${words(one)}`);
}
"""


class Walk:
    """One browser window on one installation, in one language."""

    def __init__(self, page: Page, installation: Installation, *, language: str, by_keyboard: bool = False) -> None:
        self.page = page
        self.usual = page.viewport_size or DESKTOP
        self.portal = installation
        self.language = language
        self.by_keyboard = by_keyboard
        self.mailbox = installation.mailbox

    # --- moving about -------------------------------------------------------------------------------------------------

    def go(self, path: str) -> None:
        """Open a page by its address below the language."""
        answer = self.page.goto(f"/{self.language}/{path}")
        assert answer is not None
        assert answer.status == 200, f"{answer.status}: {path}"
        self.look()

    def go_staff(self, path: str) -> None:
        """Open a page of the staff desk, which has no language in its address."""
        self.stay(f"/staff/{path}")

    def stay(self, path: str) -> None:
        """Load a page by its whole path."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{answer.status}: {path}"
        self.look()

    def act(self, action: str, *, within: Locator | None = None, looks: bool = True) -> None:
        """Press the control of an action and arrive at the page it leads to."""
        self.press((within or self.page).locator(f'[data-action="{action}"]').first, looks=looks)

    def press(self, control: Locator, *, looks: bool = True) -> None:
        """Press something that leads to a page, and look at that page."""
        with self.page.expect_navigation(timeout=PATIENCE_MS):
            if self.by_keyboard:
                self.tab_to(control)
                self.page.keyboard.press("Enter")
            else:
                control.click()
        if looks:
            self.look()

    def tab_to(self, control: Locator) -> None:
        """Reach a control by the Tab key alone, and see that it is seen to be reached."""
        control.wait_for()
        for _ in range(MOST_TABS):
            if control.evaluate("one => one === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"the keyboard does not reach {control}")
        ring = control.evaluate("one => { const s = getComputedStyle(one); return [s.outlineStyle, s.boxShadow]; }")
        assert ring != ["none", "none"], f"nobody sees that {control} has the focus"

    def look(self) -> None:
        """What every page owes: its language, one main heading, a title; nothing wider than the window."""
        self.page.wait_for_load_state("load")
        owed = {"lang": self.language, "titled": True, "headings": 1}
        assert self.page.evaluate(OWED) == owed, self.page.url
        wide = self.overflow()
        assert not wide, "\n".join([f"{self.page.url} is wider than its window", *wide])

    def sees(self, text: str) -> None:
        """The page says something."""
        expect(self.page.locator("main")).to_contain_text(text, timeout=PATIENCE_MS)

    def does_not_see(self, text: str) -> None:
        expect(self.page.locator("body")).not_to_contain_text(text)

    def is_told(self, kind: str) -> None:
        """The page carries a notice of a kind: success, info, warning, error."""
        expect(self.page.locator(f".notice-{kind}").first).to_be_visible(timeout=PATIENCE_MS)

    def is_refused(self, name: str) -> None:
        """Something was wrong with a field or a form: it is said on top, and beside the field where there is one."""
        expect(self.page.locator(".error-summary").first).to_be_visible(timeout=PATIENCE_MS)
        assert self.page.locator(f'[name="{name}"]').count() > 0, "what was typed is gone"

    def reference(self) -> str:
        """The reference of the case just sent."""
        found = _REFERENCE.search(self.page.locator("main").inner_text())
        assert found, "no reference on the page"
        return found[0]

    def until_erased(self, progress: str) -> None:
        """Wait for the worker by loading the progress page again, as a person would."""

        def done() -> bool | None:
            self.page.goto(progress)
            return self.page.locator("main .status-done").count() > 0 or None

        eventually(done, seconds=120, what="erasure")

    # --- filling in ---------------------------------------------------------------------------------------------------

    def fill(self, **values: str) -> None:
        """Type into fields by their names."""
        self.fill_in(self.page.locator("main"), **values)

    def fill_in(self, form: Locator, **values: str) -> None:
        """Type into fields of one form among several."""
        for name, value in values.items():
            field = form.locator(f'[name="{name}"]:visible').first
            if self.by_keyboard:
                self.tab_to(field)
                self.page.keyboard.press("Control+a")
                self.page.keyboard.insert_text(value)
            else:
                field.fill(value)

    def tick(self, name: str) -> None:
        """Tick a box that may be ticked already."""
        box = self.page.locator(f'[name="{name}"][type="checkbox"]')
        if self.by_keyboard and not box.is_checked():
            self.tab_to(box)
            self.page.keyboard.press("Space")
        else:
            box.check()

    def choose(self, name: str, value: str) -> None:
        """Choose one of several answers."""
        control = self.page.locator(f'[name="{name}"][value="{value}"]')
        if not self.by_keyboard:
            control.check()
            return
        self._tab_into_group(name)
        for _ in range(self.page.locator(f'[name="{name}"]').count()):
            if control.is_checked():
                return
            self.page.keyboard.press("Space" if not self._any_checked(name) else "ArrowDown")
        assert control.is_checked()

    def form_of(self, action: str) -> Locator:
        """The form whose button has an action."""
        return self.page.locator("form", has=self.page.locator(f'[data-action="{action}"]'))

    def opens_details(self, action: str) -> Locator:
        """The form of an action inside a fold, unfolded."""
        fold = self.page.locator("details", has=self.page.locator(f'[data-action="{action}"]'))
        if fold.get_attribute("open") is None:
            if self.by_keyboard:
                self.tab_to(fold.locator("summary"))
                self.page.keyboard.press("Enter")
            else:
                fold.locator("summary").click()
        return self.form_of(action)

    def attach(self, name: str, file_name: str, data: bytes) -> None:
        """Put a file into a field."""
        self.page.locator(f'input[type="file"][name="{name}"]').set_input_files(
            {"name": file_name, "mimeType": "image/png", "buffer": data}
        )

    def select(self, name: str, index: int, *, within: Locator | None = None) -> None:
        """Choose from a list by its place."""
        control = (within or self.page).locator(f'select[name="{name}"]')
        if not self.by_keyboard:
            control.select_option(index=index)
            return
        self.tab_to(control)
        for _ in range(index):
            self.page.keyboard.press("ArrowDown")
        assert control.evaluate("one => one.selectedIndex") == index

    def _tab_into_group(self, name: str) -> None:
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.name") == name:
                return
        raise AssertionError(f"the keyboard does not reach {name}")

    def _any_checked(self, name: str) -> bool:
        return self.page.locator(f'[name="{name}"]:checked').count() > 0

    # --- coming in ----------------------------------------------------------------------------------------------------

    def new_address(self, who: str = "khach") -> str:
        """An address nobody has used."""
        return f"{who}.{secrets.token_hex(5)}@example.com"

    def sign_in(self, account: SignIn) -> None:
        """Sign in with address and password."""
        self.go("auth/login/")
        self.fill(login=account.email, password=account.password)
        self.act("session-start", looks=not account.is_staff)
        if account.is_staff:
            self.speak_at_the_desk()
        assert "/auth/login/" not in path_of(self.page), "not signed in"

    def speak_at_the_desk(self) -> None:
        """The desk has no language in its address: it speaks that of the account until the switch is used."""
        self.page.goto("/staff/")
        if self.page.locator("html").get_attribute("lang") != self.language:
            self.act("language-change")
        self.look()

    def sign_out(self) -> None:
        menu = self.page.locator("details.menu")
        if menu.get_attribute("open") is None:
            menu.locator("summary").click()
        self.act("session-end", within=menu)

    def sign_up(self, address: str, *, password: str = PASSWORD) -> SignIn:
        """Make an account and prove the address; ends on the first page after that."""
        before = self.mailbox.names(address)
        self.go("auth/signup/")
        self.choose("age", "ADULT")
        self.fill(email=address, password1=password)
        self.act("account-create")
        self.fill(code=self.mailbox.next_code(address, after=before))
        self.act("address-verify")
        return SignIn(role="person", email=address, password=password)

    # --- looking closely ----------------------------------------------------------------------------------------------

    def examine(self, *, stays: bool = False) -> None:
        """At its usual size axe finds nothing, and the page fits that window and the narrowest.

        Afterwards the window is as before, or stays at the size looked at last, so that the next page to be examined
        needs one turn only. Needs script: axe waits for its own timers.
        """
        self.look()
        faults = []
        sizes = [self.usual, NARROWEST]
        if self.page.viewport_size == NARROWEST:
            sizes.reverse()
        for size in sizes:
            self.resize(size)
            faults += [f"wider than {size['width']} px: {one}" for one in self.overflow()]
            if size == self.usual:
                faults += axe.violations(self.page)
        if not stays:
            self.resize(self.usual)
        assert not faults, "\n".join([self.page.url, *faults])

    def overflow(self) -> list[str]:
        """What stands out of the window. A page that was just made narrower gets a moment to rearrange itself."""
        for _ in range(SETTLING):
            wide: list[str] = self.page.evaluate(OVERFLOW)
            if not wide:
                return []
            self.page.wait_for_timeout(50)
        return wide

    def resize(self, viewport: ViewportSize) -> None:
        """Make the window a size, and wait until the page has noticed."""
        if self.page.viewport_size == viewport:
            return
        self.page.set_viewport_size(viewport)
        width = viewport["width"]
        eventually(lambda: self.page.evaluate("innerWidth") == width or None, seconds=20, what=f"{width} px")

    def shoot(self, name: str) -> None:
        """Keep pictures of the page, phone and desk, when PORTAL_SHOTS names a folder."""
        folder = os.environ.get("PORTAL_SHOTS")
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "home"
        before = self.page.viewport_size
        for viewport in (PHONE, DESKTOP):
            self.resize(viewport)
            path = f"{folder}/{plain}-{self.language}-{viewport['width']}.png"
            self.page.screenshot(path=path, full_page=True)
        assert before is not None
        self.resize(before)
