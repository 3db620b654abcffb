"""Evidence says little, on purpose."""

import pytest

from consent.answers import ConsentKey
from consent.evidence import minimal_evidence, truncated_address


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1234:5678::9", "2001:db8:1234::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_an_address_loses_what_names_a_person(address: str, expected: str) -> None:
    assert truncated_address(address) == expected


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "Safari, iOS"),
        ("Mozilla/5.0 (Linux; Android 14) coc_coc_browser/120 Chrome/126.0 Mobile", "Cốc Cốc, Android"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_told_by_its_family(agent: str, expected: str) -> None:
    assert minimal_evidence(address="", user_agent=agent) == {"network": "", "browser": expected}


@pytest.mark.parametrize(
    "key", [ConsentKey("marketing", "email"), ConsentKey("service", "", "partner"), ConsentKey("a-b")]
)
def test_a_key_travels_through_a_form(key: ConsentKey) -> None:
    assert ConsentKey.from_token(key.token) == key


@pytest.mark.parametrize(
    "token", ["", "a", "a.b", "a.b.c.d", "A.b.c", "..", ".b.c", "a.b.c\n", "a" * 61 + "..", "a.ữ."]
)
def test_what_is_no_key_is_none(token: str) -> None:
    assert ConsentKey.from_token(token) is None
