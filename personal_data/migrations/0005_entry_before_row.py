"""A person, a value or a line of an import is added after its audit entry: many rows are then checked by one look."""

from django.db import migrations

from audit.guarding import entry_first


class Migration(migrations.Migration):
    dependencies = [("personal_data", "0004_order_that_a_limit_ended"), ("audit", "0002_append_only")]

    operations = [
        entry_first("personal_data_datasubject", prefix="subject", column="id"),
        entry_first("personal_data_dataitem", prefix="subject", column="subject_id"),
        entry_first("personal_data_importedperson", prefix="subject", column="subject_id"),
    ]
