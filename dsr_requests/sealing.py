"""Words, proposed values and names of a request, sealed under its sender's evidence key like the request itself."""

import json

from cases.sealing import CONTACT_INDEX, open_text, seal_text
from core.encryption import blind_index, normalise_display
from dsr_requests.models import CopyHold, Correction, Decision, Representative


def seal_words(decision: Decision | CopyHold, *, words: str, key: bytes) -> None:
    """Fill the sealed words of a decision, or of a hold on a copy."""
    decision.sealed_words = seal_text(key, normalise_display(words), decision.sealing_context)


def words_of(decision: Decision | CopyHold, *, key: bytes) -> str:
    """What it says to the person. Raises ContentGone."""
    return open_text(key, decision.sealed_words, decision.sealing_context)


def seal_proposed(correction: Correction, *, value: str, key: bytes) -> None:
    """Fill the sealed value of a correction."""
    correction.sealed_value = seal_text(key, value, correction.sealing_context)


def proposed_value(correction: Correction, *, key: bytes) -> str:
    """The value a correction proposes. Raises ContentGone."""
    return open_text(key, correction.sealed_value, correction.sealing_context)


def seal_mandate(row: Representative, *, name: str, person: str, contact: str, key: bytes) -> None:
    """Fill who asks and for whom: the representative's name, the name and the contact of the person represented."""
    row.sealed_name = seal_text(key, normalise_display(name), _context(row, "name"))
    named = json.dumps({"name": normalise_display(person), "contact": normalise_display(contact)}, ensure_ascii=False)
    row.sealed_person = seal_text(key, named, _context(row, "person"))
    row.person_index = blind_index(contact, name=CONTACT_INDEX)


def representative_name(row: Representative, *, key: bytes) -> str:
    """Who asks for somebody else. Raises ContentGone."""
    return open_text(key, row.sealed_name, _context(row, "name"))


def represented_person(row: Representative, *, key: bytes) -> tuple[str, str]:
    """Name and contact of the person represented, as the request gives them. Raises ContentGone."""
    named = json.loads(open_text(key, row.sealed_person, _context(row, "person")))
    return named["name"], named["contact"]


def _context(row: Representative, part: str) -> str:
    return f"dsr_requests.Representative:{part}:{row.case_id}"
