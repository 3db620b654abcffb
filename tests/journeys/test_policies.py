"""The same walk under each of the four policies: sign up, see, answer, enter, delete."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation

POLICIES = {"clever-group": "vi", "acros": "en", "shop": "vi", "lowendviet": "en"}


@pytest.mark.parametrize("policy", POLICIES)
def test_the_walk_works_under_every_policy(
    walk_on: OpenWalk, installation_of: Callable[[str], Installation], policy: str
) -> None:
    walk = walk_on(installation_of(policy), POLICIES[policy], phone=True)
    walk.go("")
    walk.examine()
    walk.go("policy/")
    walk.sign_up(walk.new_address())
    for name in {str(one.get_attribute("name")) for one in walk.page.locator('[name^="answer-"]').all()}:
        walk.choose(name, "agree")
    walk.act("consents-save")
    walk.act("consent-withdraw")
    walk.is_told("success")
    walk.go("account/data/full-name/")
    walk.fill(value="Lê Thị Bưởi")
    walk.act("value-save")
    walk.sees("Lê Thị Bưởi")
    walk.examine()
    walk.press(walk.page.locator('#field-full-name a[href$="/delete/"]'))
    walk.act("value-delete")
    expect(walk.page.locator("#field-full-name")).not_to_contain_text("Lê Thị Bưởi")
