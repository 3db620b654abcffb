"""What is asked, in which words, and that the words are all there is."""

from dataclasses import replace

import pytest

from consent.answers import ConsentKey
from consent.services.asking import device_questions, questions, topics, without_asking
from consent.wording import LineKind, Question, build_questions, text_hash
from core import clock
from core.actors import SYSTEM
from policies.models import PolicyVersion
from policies.pack_types import Text
from policies.selectors import document
from policies.services.publishing import publish
from tests.consent.conftest import AUTOMATED, BY_EMAIL, BY_SMS, DEVICES, PARTNERS

PACKS = ("clever-group", "shop", "lowendviet", "acros")


def by_key(version: PolicyVersion, language: str) -> dict[ConsentKey, Question]:
    return {question.key: question for question in questions(version, language)}


def test_each_purpose_channel_and_class_of_recipient_is_asked_by_itself(policy: PolicyVersion) -> None:
    assert set(by_key(policy, "vi")) == {
        AUTOMATED,
        BY_EMAIL,
        BY_SMS,
        ConsentKey("marketing", "phone"),
        DEVICES,
        PARTNERS,
        ConsentKey("service", "", "affiliate"),
        ConsentKey("service", "", "carrier"),
    }


def test_contract_and_law_are_shown_without_a_question(policy: PolicyVersion) -> None:
    asked = {question.key.purpose for question in questions(policy, "en") if not question.key.recipient_class}
    shown = without_asking(policy, "en")
    assert shown[0].name == "Providing the service and keeping the site good"
    assert len(shown) == 3
    assert not asked & {"service", "case-handling", "legal-request"}


def test_a_question_says_what_the_law_wants_said(policy: PolicyVersion) -> None:
    words = by_key(policy, "en")[BY_EMAIL].wording
    assert "Data used: Full name, E-mail address, Phone number" in words
    assert "Who is asking: Công ty Cổ phần Clever Group" in words
    assert "Content: " in words
    assert "How often: At most twice a month" in words
    assert words.endswith("E-mail\n[I agree] [I do not agree]")


def test_automated_personalisation_says_so_and_how_to_leave(policy: PolicyVersion) -> None:
    question = by_key(policy, "en")[AUTOMATED]
    (line,) = [line for line in question.lines if line.kind is LineKind.AUTOMATED]
    assert "without a person deciding" in line.text
    assert "Turn this off at any time" in line.text
    assert line.text in question.wording


def test_data_that_leaves_the_country_says_so(policy: PolicyVersion) -> None:
    asked = by_key(policy, "en")
    assert "outside Vietnam" in asked[PARTNERS].wording
    assert "leave the country" not in asked[ConsentKey("service", "", "carrier")].wording


def test_only_questions_that_name_devices_allow_them(policy: PolicyVersion) -> None:
    assert device_questions(policy) == {DEVICES}


def test_questions_of_one_purpose_stand_under_one_heading(policy: PolicyVersion) -> None:
    sizes = {topic.title: len(topic.questions) for topic in topics(questions(policy, "en"))}
    assert sizes["News of services, products and offers"] == 3
    assert sizes["Passing data on: Partners"] == 1


def test_sensitive_data_is_announced_as_sensitive(transactional_db: None) -> None:
    version = publish(slug="acros", by=SYSTEM, now=clock.now(), demo=True).version
    pack = document(version)
    for question in questions(version, "en"):
        lines = [line for line in question.lines if line.kind is LineKind.SENSITIVE]
        assert bool(lines) == question.sensitive
        for line in lines:
            assert line.text.startswith("This is sensitive personal data: ")
    assert any(spec.is_sensitive for spec in pack.fields)


@pytest.mark.parametrize("slug", PACKS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_pack_asks_in_full_sentences(transactional_db: None, slug: str, language: str) -> None:
    version = publish(slug=slug, by=SYSTEM, now=clock.now(), demo=True).version
    asked = questions(version, language)
    assert asked
    assert len({question.wording_hash for question in asked}) == len(asked)
    for question in asked:
        assert all(line.text for line in question.lines)
        assert question.wording_hash == text_hash(question.wording)
        if question.key.channel:
            assert any(line.label for line in question.lines if line.kind is LineKind.FACT)


def test_both_languages_ask_the_same_under_other_words(policy: PolicyVersion) -> None:
    vietnamese, english = by_key(policy, "vi"), by_key(policy, "en")
    assert list(vietnamese) == list(english)
    for key, question in vietnamese.items():
        assert question.scope_hash == english[key].scope_hash
        assert question.wording_hash != english[key].wording_hash


def test_a_reworded_policy_is_another_question_in_both_languages(policy: PolicyVersion) -> None:
    pack = document(policy)
    reworded = replace(
        pack,
        purposes=tuple(
            replace(purpose, frequency=Text("Mỗi ngày", purpose.frequency.en))
            if purpose.code == "marketing"
            else purpose
            for purpose in pack.purposes
        ),
    )
    before = {question.key: question for question in build_questions(pack, "en")}
    after = {question.key: question for question in build_questions(reworded, "en")}
    assert after[BY_EMAIL].scope_hash != before[BY_EMAIL].scope_hash
    assert after[AUTOMATED].scope_hash == before[AUTOMATED].scope_hash
