"""Published policies. A row here is a promise made in public: added, read, never changed or removed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Keep, Personal


class PolicyVersion(models.Model):
    """One published version of the organisation's policy, whole: what a consent given under it refers to."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    slug = models.CharField(_("pack"), max_length=60)
    format = models.PositiveSmallIntegerField(_("format"))
    content_hash = models.CharField(_("content hash"), max_length=64)
    document = models.JSONField(_("document"))
    effective_at = models.DateTimeField(_("in force from"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.CharField(_("published by"), max_length=60)
    changes = models.JSONField(_("changes"), default=dict)

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(name="policy_version_from_one", condition=models.Q(number__gte=1)),
            models.CheckConstraint(
                name="policy_version_not_backdated", condition=models.Q(effective_at__gte=models.F("published_at"))
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.for_good("a promise made in public, to which consents and cases refer")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "number": "",
            "slug": "name of the pack",
            "format": "",
            "content_hash": "hash over the pack's files",
            "document": "the published pack: an organisation's public words about itself",
            "effective_at": "",
            "published_at": "",
            "published_by": "reference of the acting account",
            "changes": "codes of what differs from the version before",
        }

    def __str__(self) -> str:
        return f"{self.slug} {self.number}"


class PolicyText(models.Model):
    """One section of a version in one language, as written and as shown."""

    version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="texts", verbose_name=_("version")
    )
    section = models.CharField(_("section"), max_length=40)
    language = models.CharField(_("language"), max_length=5)
    title = models.CharField(_("title"), max_length=200, blank=True)
    markdown = models.TextField(_("Markdown"))
    html = models.TextField(_("HTML"))
    headings = models.JSONField(_("headings"), default=list)

    class Meta:
        verbose_name = _("policy text")
        verbose_name_plural = _("policy texts")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="policy_text_once", fields=["version", "language", "section"]),
        ]

    class PersonalData:
        subject = None
        retention = Keep.for_good("a promise made in public, to which consents and cases refer")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "version": "",
            "section": "code of the section",
            "language": "language code",
            "title": "public heading of the policy",
            "markdown": "public words of the policy",
            "html": "public words of the policy",
            "headings": "public headings of the policy",
        }

    def __str__(self) -> str:
        return f"{self.section} ({self.language})"


class PublishedPart(models.Model):
    """A part of a version that other tables and reports refer to by code."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("version"))
    code = models.CharField(_("code"), max_length=60)
    document = models.JSONField(_("document"))

    class Meta:
        abstract = True
        ordering = ["id"]

    class PersonalData:
        subject = None
        retention = Keep.for_good("a promise made in public, to which consents and cases refer")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "version": "",
            "code": "code declared by the pack",
            "document": "the pack's public words on this part",
        }

    def __str__(self) -> str:
        return self.code


class Purpose(PublishedPart):
    class Meta(PublishedPart.Meta):
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        constraints = [models.UniqueConstraint(name="policy_purpose_once", fields=["version", "code"])]


class Recipient(PublishedPart):
    class Meta(PublishedPart.Meta):
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = [models.UniqueConstraint(name="policy_recipient_once", fields=["version", "code"])]


class FieldDefinition(PublishedPart):
    class Meta(PublishedPart.Meta):
        verbose_name = _("field definition")
        verbose_name_plural = _("field definitions")
        constraints = [models.UniqueConstraint(name="policy_field_once", fields=["version", "code"])]
