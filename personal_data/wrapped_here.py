"""What this package wraps under the keys of the installation, besides the keys of people."""

from personal_data.import_file import key_context
from personal_data.models import ErasureRun, ImportBatch, RecipientTask
from personal_data.services.erasure_steps import address_context
from personal_data.services.order_names import names_context
from personal_data.wrapped import WrappedColumn, also_wrapped


def register() -> None:
    """Called once at start."""
    also_wrapped(
        WrappedColumn(ErasureRun, "sealed_address", address_context),
        WrappedColumn(
            RecipientTask,
            "sealed_names",
            lambda task: names_context(task.pk),
            target=lambda task: f"subject:{task.subject_ref}",
        ),
        WrappedColumn(ImportBatch, "wrapped_key", key_context, target=lambda batch: f"import:{batch.pk}"),
    )
