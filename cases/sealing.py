"""Opening and closing what a case holds, all under the person's evidence key: cases outlast the erasure of the account.

A page that shows several pieces opens the key once and hands it on.
"""

from uuid import UUID

from cases.errors import ContentGone
from cases.models import Case, CaseAttachment, CaseMessage
from core.encryption import CannotOpen, blind_index, normalise_display, seal, unseal
from personal_data import keys
from personal_data.errors import KeyDestroyed

CONTACT_INDEX = "cases.contact"
TEXT_INDEX = "cases.text"


def evidence_key(subject_id: UUID) -> bytes:
    """The key of a person's cases. Raises ContentGone when the evidence period has ended."""
    try:
        return keys.evidence_key(subject_id)
    except KeyDestroyed as error:
        raise ContentGone from error


def key_of(case: Case) -> bytes:
    """The key of what one case holds. Raises ContentGone, also when its own words were deleted before the key is."""
    if case.emptied_at is not None:
        raise ContentGone
    return evidence_key(case.subject_id)


def seal_into_case(case: Case, *, text: str, address: str, key: bytes) -> None:
    """Fill the sealed fields of a case that already has its reference."""
    case.sealed_text = seal_text(key, normalise_display(text), case.sealing_context_of(case.reference, "text"))
    case.sealed_contact = seal_text(key, normalise_display(address), case.sealing_context_of(case.reference, "contact"))
    case.contact_index = blind_index(address, name=CONTACT_INDEX)
    case.text_fingerprint = blind_index(text, name=TEXT_INDEX)


def text_of(case: Case, *, key: bytes) -> str:
    """What the person wrote. Raises ContentGone."""
    return open_text(key, case.sealed_text, case.sealing_context_of(case.reference, "text"))


def contact_of(case: Case, *, key: bytes) -> str:
    """The address given with the case. Raises ContentGone."""
    return open_text(key, case.sealed_contact, case.sealing_context_of(case.reference, "contact"))


def seal_message(message: CaseMessage, *, text: str, key: bytes) -> None:
    """Fill the sealed text of a message."""
    message.sealed_text = seal_text(key, normalise_display(text), message.sealing_context)


def message_text(message: CaseMessage, *, key: bytes) -> str:
    """The words of a message. Raises ContentGone."""
    return open_text(key, message.sealed_text, message.sealing_context)


def seal_name(attachment: CaseAttachment, *, name: str, key: bytes) -> None:
    """Fill the sealed name of a file."""
    attachment.sealed_name = seal_text(key, name, attachment.sealing_context)


def attachment_name(attachment: CaseAttachment, *, key: bytes) -> str:
    """The name of a file. Raises ContentGone."""
    return open_text(key, attachment.sealed_name, attachment.sealing_context)


def seal_text(key: bytes, text: str, context: str) -> bytes:
    return seal(key, text.encode(), context=context)


def open_text(key: bytes, blob: bytes | memoryview, context: str) -> str:
    """The words of a sealed text. Raises ContentGone."""
    try:
        return unseal(key, bytes(blob), context=context).decode()
    except CannotOpen as error:
        raise ContentGone from error
