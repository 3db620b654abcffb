"""References to law in words."""

import pytest
from django.utils.translation import override

from core.citations import cite


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("L91 19.1(d)", "Article 19.1(d) of Law 91/2025/QH15"),
        ("D356 Art. 5.3", "Article 5.3 of Decree 356/2025/NĐ-CP"),
        ("L91 9, 28.3", "Article 9, Article 28.3 of Law 91/2025/QH15"),
        ("L91 9.3; D356 6.2", "Article 9.3 of Law 91/2025/QH15; Article 6.2 of Decree 356/2025/NĐ-CP"),
        ("L91 Art. 4.1(đ)", "Article 4.1(đ) of Law 91/2025/QH15"),
        ("CC Art. 147-148", "Article 147-148 of Civil Code 91/2015/QH13"),
        ("D248", "Decree 248/2026/NĐ-CP"),
        ("Accounting Law 88/2015 Art. 41.5", "Article 41.5 of Accounting Law 88/2015/QH13"),
        ("Resolution 28/2026/QH16", "Resolution 28/2026/QH16"),
        ("L9 1", "L9 1"),
        ("", ""),
    ],
)
def test_a_reference_is_told_in_words(clause: str, words: str) -> None:
    with override("en"):
        assert cite(clause) == words
