"""Asking for consent, the ledger of answers, and what may be noted only while an answer stands."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    name = "consent"
    verbose_name = _("Consent")
