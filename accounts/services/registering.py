"""Making an account: the person with both keys first, then the account, then its address, sealed."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.alias import alias_of
from accounts.enums import AuditEvent
from accounts.errors import AddressTaken
from accounts.models import User
from accounts.sealed_address import remembering
from audit.services.recording import record
from core.actors import Actor
from personal_data.enums import AgeBand
from personal_data.services.subjects import create_subject


def open_account(
    *, alias: str, password: str, language: str, by: Actor, now: datetime, staff_name: str = "", is_staff: bool = False
) -> User:
    """A new account for a new person, without its address, which the caller adds. Raises IntegrityError when taken."""
    # Hashing takes most of a second; no lock may wait for it.
    hashed = make_password(password)
    with transaction.atomic():
        subject = create_subject(by=by, now=now, language=language, age_band=AgeBand.ADULT)
        user = User(
            email=alias,
            password=hashed,
            subject=subject,
            language=language,
            created_at=now,
            staff_name=staff_name,
            is_staff=is_staff,
        )
        user.save(force_insert=True)
        record(event=AuditEvent.ACCOUNT_CREATED, target=f"user:{user.pk}", by=by, now=now, subject_id=subject.pk)
    return user


def register_person(
    *,
    address: str,
    password: str,
    language: str,
    by: Actor,
    now: datetime,
    verified: bool = True,
    staff_name: str = "",
    is_staff: bool = False,
) -> User:
    """An account with its address, outside the sign-up pages: staff, the demo, imports. Raises AddressTaken."""
    alias = alias_of(address)
    if User.objects.filter(email=alias).exists():
        raise AddressTaken
    with remembering(address), transaction.atomic():
        user = open_account(
            alias=alias,
            password=password,
            language=language,
            by=by,
            now=now,
            staff_name=staff_name,
            is_staff=is_staff,
        )
        EmailAddress.objects.create(user=user, email=alias, primary=True, verified=verified)
    return user
