"""Values: checked, stored in one spelling, masked."""

import pytest

from personal_data.errors import InvalidValue
from personal_data.values import LONGEST_VALUE, clean_value, mask_address, mask_value, show_value
from policies.pack_types import EMPTY, Choice, FieldSpec, Text


def field(kind: str) -> FieldSpec:
    return FieldSpec(
        code="x",
        kind=kind,
        label=EMPTY,
        hint=EMPTY,
        sensitivity="basic",
        purposes=(),
        recipients=(),
        consequence=EMPTY,
        source=EMPTY,
        storage=EMPTY,
        retention="r",
        choices=(Choice("post", Text("Thư", "Post")),),
    )


@pytest.mark.parametrize("raw", ["0912 345 678", "+84 912.345.678", "0084912345678", "912345678"])
def test_a_vietnamese_number_is_stored_in_one_form(raw: str) -> None:
    assert clean_value(field("phone"), raw) == "+84912345678"


def test_the_short_way_of_plain_numbers_takes_exactly_what_the_library_takes() -> None:
    """A number in brackets goes the long way."""

    def taken(raw: str) -> str:
        try:
            return clean_value(field("phone"), raw)
        except InvalidValue:
            return ""

    answers = {rest: taken(f"0{rest}") for rest in (f"{start:03}123456" for start in range(1000))}
    assert answers == {rest: taken(f"(0{rest[:3]}) {rest[3:]}") for rest in answers}
    assert 100 < sum(map(bool, answers.values())) < 1000


def test_a_foreign_number_keeps_its_country() -> None:
    assert clean_value(field("phone"), "+44 20 7946 0958") == "+442079460958"


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("phone", "12"),
        ("phone", "not a number"),
        ("email", "an@"),
        ("email", "an example.vn"),
        ("choice", "pigeon"),
        ("text", "   "),
        ("text", "a\x00b"),
        ("text", "x" * (LONGEST_VALUE + 1)),
        ("video", "clip"),
    ],
)
def test_a_wrong_value_is_refused_with_words(kind: str, raw: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        clean_value(field(kind), raw)
    assert str(refused.value.message)


def test_text_is_stored_composed() -> None:
    assert clean_value(field("text"), "Nguye\u0302\u0303n  An") == "Nguyễn An"


def test_an_address_keeps_its_lines() -> None:
    assert clean_value(field("address"), "12 Hàng Bạc\r\nHà Nội") == "12 Hàng Bạc\nHà Nội"


@pytest.mark.parametrize(
    ("kind", "value"),
    [("phone", "+84912345678"), ("email", "hoa.tran@example.vn"), ("text", "Trần Thị Hoa"), ("choice", "post")],
)
def test_a_mask_hides_the_value(kind: str, value: str) -> None:
    masked = mask_value(field(kind), value)
    assert masked and value not in masked and len(set(masked) & set("•"))


def test_a_masked_address_keeps_first_letters_only() -> None:
    assert mask_address("hoa.tran@example.vn") == "h•••@e•••.vn"


def test_values_are_shown_as_people_write_them() -> None:
    assert show_value(field("phone"), "+84912345678") == "0912 345 678"
    assert show_value(field("choice"), "post") in ("Thư", "Post")
