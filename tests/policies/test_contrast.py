"""Contrast as WCAG defines it."""

import pytest

from policies.contrast import ratio
from policies.looks import mix


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#336699", "#336699", 1.0),
    ],
)
def test_the_ratio_is_that_of_the_standard(one: str, other: str, expected: float) -> None:
    assert ratio(one, other) == pytest.approx(expected, abs=0.005)
    assert ratio(one, other) == ratio(other, one)


def test_colours_mix_in_the_share_asked_for() -> None:
    assert (mix("#000000", "#ffffff", 0), mix("#000000", "#ffffff", 1), mix("#000000", "#ffffff", 0.5)) == (
        "#000000",
        "#ffffff",
        "#808080",
    )
