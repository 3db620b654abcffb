"""No address in clear, in any disguise, in any row, session or cache entry, whatever flow was walked."""

import base64
import hashlib
import pickle
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from accounts import sealed_address
from accounts.address_rows import NotAnAlias
from accounts.alias import alias_of
from accounts.models import SealedAddress, User
from accounts.sealed_address import AddressUnknown, remembering
from accounts.services.registering import register_person
from accounts.sessions import SessionStore
from core import clock
from core.actors import SYSTEM
from core.encryption import CannotOpen
from tests.accounts.conftest import ADDRESS, PASSWORD, Mail

pytestmark = pytest.mark.django_db

NEW = "lan.moi@example.org"
STRANGER = "nobody.at.all@example.net"
Mails = Callable[[], list[Mail]]


def disguises(address: str) -> Iterator[str]:
    """What an address may look like where it should not be."""
    for text in {address, address.lower(), address.upper()}:
        raw = text.encode()
        yield text
        yield quote(text)
        yield raw.hex()
        yield base64.b64encode(raw).decode().rstrip("=")
        yield from (hashlib.new(name, raw).hexdigest() for name in ("sha256", "sha1", "md5"))
        yield base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def everything_stored() -> Iterator[tuple[str, str]]:
    """Every row of every table of both databases, and what sessions and cache entries hold once decoded."""
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                for (row,) in cursor.fetchall():
                    yield table, row
    for session in Session.objects.all():
        yield "decoded session", repr(SessionStore().decode(session.session_data))
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM privacy_portal_cache")
        for (value,) in cursor.fetchall():
            yield "decoded cache", repr(pickle.loads(base64.b64decode(value)))


def leaks(*addresses: str) -> set[tuple[str, str]]:
    found = set()
    for place, text in everything_stored():
        for address in addresses:
            for disguise in disguises(address):
                if disguise in text:
                    found.add((place, address))
    return found


def test_no_flow_leaves_an_address_in_clear(client: Client, mails: Mails) -> None:
    steps: list[tuple[str, dict[str, str]]] = [
        ("/en/auth/signup/", {"age": "ADULT", "email": ADDRESS, "password1": PASSWORD}),
        ("/en/auth/confirm-email/", {"code": "12345678"}),
        ("/en/auth/confirm-email/", {"action": "resend"}),
    ]
    half_way = Client()
    for page, form in steps:
        half_way.post(page, form)
        assert not leaks(ADDRESS)
    for page, form in steps[:1]:
        client.post(page, form)
    client.post("/en/auth/confirm-email/", {"code": mails()[-1].code})
    assert User.objects.count() == 1
    for page, form in [
        ("/en/auth/login/", {"login": ADDRESS, "password": "falsch falsch"}),
        ("/en/auth/login/", {"login": STRANGER, "password": "falsch falsch"}),
        ("/en/auth/signup/", {"age": "ADULT", "email": ADDRESS, "password1": "ganz anders als sonst"}),
        ("/en/auth/password/reset/", {"email": ADDRESS}),
        ("/en/auth/password/reset/", {"email": STRANGER}),
    ]:
        Client().post(page, form)
        assert not leaks(ADDRESS, STRANGER), page
    # Sent without a fresh proof of oneself: the library would keep the whole form in the session.
    client.post("/en/auth/address/", {"action_add": "1", "email": NEW})
    assert not leaks(ADDRESS, NEW)
    client.post("/en/auth/reauthenticate/", {"password": PASSWORD})
    client.post("/en/auth/address/", {"action_add": "1", "email": NEW})
    assert not leaks(ADDRESS, NEW)
    client.post("/en/auth/confirm-email/", {"code": mails()[-1].code})
    assert not leaks(ADDRESS, NEW)
    assert User.objects.get().email == alias_of(NEW)


def test_the_probe_finds_what_is_there(person: User) -> None:
    """A probe that cannot trip proves nothing."""
    User.objects.filter(pk=person.pk).update(staff_name=ADDRESS)
    assert ("accounts_user", ADDRESS) in leaks(ADDRESS)
    store = SessionStore()
    store["note"] = ADDRESS.lower()
    store.save()
    assert ("decoded session", ADDRESS) in leaks(ADDRESS)


def test_session_rows_show_nothing_to_who_reads_the_table() -> None:
    store = SessionStore()
    store["code"] = "12345678"
    store.save()
    row = Session.objects.get().session_data
    assert "12345678" not in row and b"12345678" not in base64.b64decode(row)
    assert SessionStore(store.session_key)["code"] == "12345678"
    Session.objects.update(session_data=row[:-8] + "AAAAAAA=")
    assert SessionStore(store.session_key).load() == {}


def test_a_session_entry_opens_under_its_own_alias_only(client: Client) -> None:
    client.post("/en/auth/signup/", {"age": "ADULT", "email": ADDRESS, "password1": PASSWORD})
    session = client.session
    (blob,) = session["sealed_addresses"].values()
    session["sealed_addresses"] = {alias_of(STRANGER): blob}
    session.save()
    assert ADDRESS not in client.get("/en/auth/confirm-email/").content.decode()


@pytest.mark.parametrize(
    ("statement", "column"),
    [
        ("UPDATE accounts_user SET email = %s", "accounts_user"),
        ("UPDATE account_emailaddress SET email = %s", "account_emailaddress"),
        ("UPDATE accounts_sealedaddress SET alias = %s", "accounts_sealedaddress"),
    ],
)
def test_the_database_refuses_an_address_in_clear(person: User, statement: str, column: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [ADDRESS])


def test_saving_an_address_in_clear_fails_without_telling_it(person: User) -> None:
    for row in (person, EmailAddress.objects.get()):
        row.email = ADDRESS
        with pytest.raises(NotAnAlias) as refusal:
            row.save()
        assert ADDRESS not in str(refusal.value)


def test_an_alias_whose_address_nobody_knows_is_not_saved(person: User) -> None:
    with pytest.raises(AddressUnknown), transaction.atomic():
        EmailAddress.objects.create(user=person, email=alias_of(NEW))
    with remembering(NEW):
        EmailAddress.objects.create(user=person, email=alias_of(NEW))
    assert sealed_address.resolve(alias_of(NEW)) == NEW


def test_a_sealed_address_opens_in_its_own_row_only(person: User) -> None:
    other = register_person(address=NEW, password=PASSWORD, language="en", by=SYSTEM, now=clock.now())
    blob = SealedAddress.objects.get(user=other).sealed_value
    row = SealedAddress.objects.get(user=person)
    row.sealed_value = blob
    with pytest.raises((AddressUnknown, CannotOpen)):
        sealed_address.open_row(row)


def test_memory_outside_a_request_does_not_gather() -> None:
    sealed_address.remember(ADDRESS)
    assert sealed_address.typed_address(alias_of(ADDRESS)) is None
