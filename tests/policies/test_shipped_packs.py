"""The four packs that ship: publishable in the demo, every fact kept, both languages alike."""

import re
from datetime import datetime

import pytest

from core.actors import SYSTEM
from core.rules import complaint_rule
from policies.checking import inspect
from policies.enums import FindingKind
from policies.errors import PlaceholdersLeft
from policies.markdown import FACT
from policies.pack import load_pack
from policies.pack_places import SHIPPED, pack_slugs
from policies.services.publishing import publish

FACTS = {"clever-group": ("CG", 18), "shop": ("SH", 11), "lowendviet": ("LV", 13), "acros": ("AC", 9)}


def test_these_four_ship() -> None:
    assert set(pack_slugs()) == set(FACTS)


@pytest.mark.parametrize("slug", FACTS)
def test_every_fact_of_the_organisation_is_cited(slug: str) -> None:
    prefix, last = FACTS[slug]
    files = [*(SHIPPED / slug).glob("*.toml"), *(SHIPPED / slug).glob("*/*.md")]

    cited = {fact for file in files for fact in FACT.findall(file.read_text(encoding="utf-8"))}

    assert {fact for fact in cited if fact.startswith(prefix)} == {
        f"{prefix}-{number}" for number in range(1, last + 1)
    }


@pytest.mark.parametrize("slug", FACTS)
def test_the_languages_say_the_same(slug: str, now: datetime) -> None:
    found = inspect(load_pack(SHIPPED / slug), rule=complaint_rule(on=now.date()))

    assert [finding for finding in found if finding.kind == FindingKind.PARITY] == []


@pytest.mark.parametrize("slug", FACTS)
def test_no_text_takes_consent_from_silence(slug: str, now: datetime) -> None:
    pack = load_pack(SHIPPED / slug)
    found = inspect(pack, rule=complaint_rule(on=now.date()))

    assert [finding.place for finding in found if finding.kind == FindingKind.CLAUSE] == [
        f"findings[{place}]" for place in range(1, len(pack.findings) + 1)
    ]


@pytest.mark.parametrize("slug", FACTS)
def test_nobody_meets_a_promise_of_more_than_fifteen_days(slug: str) -> None:
    complaints = load_pack(SHIPPED / slug).complaints

    assert (complaints.target_days, complaints.limit_days, complaints.negotiation_working_days) == (7, 15, 7)


@pytest.mark.parametrize("slug", FACTS)
def test_owners_facts_nobody_knows_are_marked(slug: str) -> None:
    pack = load_pack(SHIPPED / slug)

    assert pack.controller.phone.placeholder
    assert pack.controller.email.placeholder
    assert not re.search(r"\b0\d{9}\b", str(pack.controller.phone))


@pytest.mark.django_db
@pytest.mark.parametrize("slug", FACTS)
def test_a_shipped_pack_is_published_in_the_demo_only(slug: str, now: datetime) -> None:
    with pytest.raises(PlaceholdersLeft):
        publish(slug=slug, by=SYSTEM, now=now, demo=False)

    assert publish(slug=slug, by=SYSTEM, now=now, demo=True).version.slug == slug
