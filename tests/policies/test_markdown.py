"""Policy texts become safe HTML, and say what they cite."""

from hypothesis import given
from hypothesis import strategies as st

from policies.markdown import anchor, cited_facts, marked_gaps, paragraphs_of, problems, render, shape_of


def html(source: str, language: str = "en") -> str:
    return render(source, language=language, prefix="use").html


def test_comments_are_cited_and_never_shown() -> None:
    source = "One.\n<!-- VR-1, VR-2\nVR-3 -->\nTwo."

    assert cited_facts(source) == {"VR-1": 2, "VR-2": 2, "VR-3": 3}
    assert "VR" not in html(source)


def test_html_is_shown_as_words() -> None:
    assert "<script" not in html("A <script>alert(1)</script> b")
    assert "<img" not in html("![x](https://example.vn/x.png)")
    assert "javascript:" not in html("[x](javascript:alert(1))").replace("(javascript:", "")


def test_a_link_that_leaves_is_marked_in_the_language_of_the_text() -> None:
    link = html("[x](https://example.vn/)")

    assert 'rel="external noopener noreferrer"' in link
    assert 'class="external"' in link
    assert "(leaves this site)" in link
    assert "(leaves this site)" not in html("[x](portal:complaint)")


def test_a_link_into_the_portal_keeps_the_language() -> None:
    assert 'href="/vi/complaints/new/"' in html("[x](portal:complaint)", "vi")
    assert 'href="/en/account/data/#x"' in html("[x](portal:data#x)", "en")


def test_a_gap_for_the_owner_is_visibly_one() -> None:
    source = "Ask [To be supplied: the <name>] today.\n\nHỏi [Chưa có: tên]."

    assert [line for line, _words in marked_gaps(source)] == [1, 3]
    assert '<mark class="placeholder">[To be supplied: the &lt;name&gt;]</mark>' in html(source)


def test_a_heading_that_opens_the_text_is_its_title_and_the_rest_starts_at_level_three() -> None:
    rendered = render("# Dùng\n\nRau.\n\n## Đổi ý\n\n### Sâu\n\n## Đổi ý", language="vi", prefix="use")

    assert rendered.title == "Dùng"
    assert [(heading.level, heading.anchor) for heading in rendered.headings] == [
        (3, "use-doi-y"),
        (4, "use-sau"),
        (3, "use-doi-y-2"),
    ]
    assert '<h3 id="use-doi-y">' in rendered.html


def test_a_wide_table_scrolls_and_can_be_reached_by_keyboard() -> None:
    assert 'role="region" aria-label="Table" tabindex="0"' in html("| a | b |\n|--|--|\n| 1 | 2 |")


def test_the_shape_of_a_text_counts_what_languages_share() -> None:
    shape = shape_of("<!-- VR-1 -->\n## A\n\nOne.\n\n- x\n- y\n\nTwo.")

    assert (shape.headings, shape.paragraphs, shape.items, shape.facts) == ((2,), 2, 2, frozenset({"VR-1"}))


def test_paragraphs_are_plain_words() -> None:
    assert paragraphs_of("## Đầu\n\nMột **hai**\nba [bốn](portal:data).\n\n- năm") == ["Đầu", "Một hai ba bốn.", "năm"]


@given(st.text())
def test_any_text_is_rendered_without_an_element_of_its_own(source: str) -> None:
    shown = html(source)

    assert not any(word in shown for word in ("<script", "<iframe", "<img", "<style", 'onerror="'))
    list(problems(source))


@given(st.text())
def test_an_anchor_is_always_a_plain_word(text: str) -> None:
    assert anchor(text).replace("-", "").isalnum()
    assert anchor(text).isascii()
