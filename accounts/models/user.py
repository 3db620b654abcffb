"""A person who signs in."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.alias import ALIAS_LENGTH, ALIAS_REGEX, alias_of, is_alias
from accounts.enums import PERSON, Role
from core.classification import Basis, Category, Erasure, Keep, Personal
from personal_data.models import DataSubject


class UserManager(BaseUserManager["User"]):
    """Looks people up by alias. Accounts are made by `accounts.services.registering`, which also seals the address."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by address or alias. Raises DoesNotExist."""
        value = username or ""
        return self.get(email=value if is_alias(value) else alias_of(value))

    def create_user(self, email: str, password: str | None = None, *, subject: DataSubject, **fields: Any) -> "User":
        """A bare row without a sealed address; for the services."""
        user = self.model(email=email if is_alias(email) else alias_of(email), subject=subject, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *args: Any, **kwargs: Any) -> "User":
        """Refused: rights come from roles alone."""
        raise NotImplementedError("There are no superusers here; use the command create_admin.")


class User(AbstractBaseUser, PermissionsMixin):
    """An account. `email` is never an address: it holds the alias computed from it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.CharField(_("e-mail address"), max_length=ALIAS_LENGTH, unique=True, editable=False)
    subject = models.OneToOneField(
        DataSubject, on_delete=models.PROTECT, related_name="user", verbose_name=_("data subject")
    )
    language = models.CharField(_("language"), max_length=5, default="vi")
    staff_name = models.CharField(_("name at work"), max_length=80, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    password_is_temporary = models.BooleanField(_("must choose a password"), default=False)
    created_at = models.DateTimeField(_("account since"))
    # Browsers that proved themselves before this moment count as unknown again.
    browsers_known_since = models.DateTimeField(_("browsers known since"), null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("colleague")
        verbose_name_plural = _("colleagues")
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(name="user_email_is_alias", condition=models.Q(email__regex=ALIAS_REGEX)),
            models.CheckConstraint(name="user_is_no_superuser", condition=models.Q(is_superuser=False)),
        ]

    class PersonalData:
        subject = "subject"
        retention = Keep.with_person()
        personal = {
            "email": Personal(Category.CONTACT, Basis.CONTRACT, Erasure.DELETE_ROW),
            "password": Personal(Category.SECURITY, Basis.CONTRACT, Erasure.DELETE_ROW),
            "last_login": Personal(Category.SECURITY, Basis.LAW, Erasure.DELETE_ROW),
            "browsers_known_since": Personal(Category.SECURITY, Basis.LAW, Erasure.DELETE_ROW),
            "language": Personal(Category.ACCOUNT, Basis.CONTRACT, Erasure.DELETE_ROW),
            "staff_name": Personal(Category.STAFF, Basis.CONTRACT, Erasure.DELETE_ROW),
        }
        plain = {
            "id": "random reference",
            "subject": "the person whose account it is",
            "is_staff": "",
            "is_active": "",
            "is_superuser": "",
            "password_is_temporary": "",
            "created_at": "",
            "groups": "role of staff",
            "user_permissions": "empty: rights come from roles",
        }

    def __str__(self) -> str:
        return self.staff_name or str(self.id)[:8]

    @cached_property
    def role(self) -> str:
        """The staff role, or `person`. Read once per instance; every request makes a new one."""
        if not (self.is_staff and self.is_active):
            return PERSON
        names = set(self.groups.values_list("name", flat=True))
        return next((role.value for role in reversed(Role) if role in names), PERSON)

    @property
    def audit_role(self) -> str:
        """The role as the audit trail names it."""
        return self.role

    def has_role(self, *names: str) -> bool:
        """Whether this is active staff in one of the named roles."""
        return self.role in names
