"""Sealing binds a value to its place; look-ups see through Vietnamese spelling."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import encryption
from core.encryption import CannotOpen


@given(st.binary(max_size=4000), st.text(max_size=80))
def test_what_is_sealed_opens_in_its_place(plaintext: bytes, context: str) -> None:
    key = encryption.new_key()
    assert encryption.unseal(key, encryption.seal(key, plaintext, context=context), context=context) == plaintext


def test_a_ciphertext_moved_to_another_row_does_not_open() -> None:
    key = encryption.new_key()
    blob = encryption.seal(key, b"0912345678", context="personal_data.DataItem:value:1")
    with pytest.raises(CannotOpen):
        encryption.unseal(key, blob, context="personal_data.DataItem:value:2")


@pytest.mark.parametrize("position", [0, 1, 12, 13, -1])
def test_an_altered_ciphertext_does_not_open(position: int) -> None:
    key = encryption.new_key()
    blob = bytearray(encryption.seal(key, b"0912345678", context="x"))
    blob[position] ^= 1
    with pytest.raises(CannotOpen):
        encryption.unseal(key, bytes(blob), context="x")


def test_the_newest_key_wraps_and_older_ones_still_open(settings) -> None:  # type: ignore[no-untyped-def]
    old, new = encryption.new_key(), encryption.new_key()
    settings.PORTAL_KEYS = {"k1": old}
    blob = encryption.wrap(b"secret", context="c")
    settings.PORTAL_KEYS = {"k2": new, "k1": old}
    assert encryption.unwrap(blob, context="c") == b"secret"
    assert encryption.wrapping_key_name(encryption.wrap(b"secret", context="c")) == "k2"
    settings.PORTAL_KEYS = {"k2": new}
    with pytest.raises(CannotOpen):
        encryption.unwrap(blob, context="c")


def test_both_byte_spellings_of_a_name_have_one_index() -> None:
    name = "Nguyễn Thị Hồng"
    composed, decomposed = unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)
    assert composed != decomposed
    assert encryption.blind_index(composed, name="f") == encryption.blind_index(
        f" \u200b{decomposed.upper()} ", name="f"
    )


def test_two_fields_have_two_indexes_for_one_value() -> None:
    assert encryption.blind_index("an@example.vn", name="a") != encryption.blind_index("an@example.vn", name="b")
