"""What requests and complaints share."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases import package_parts
        from cases.services.assigning import release_all_of
        from personal_data.services import erasing

        erasing.before_rows_go(release_all_of)
        package_parts.register()
