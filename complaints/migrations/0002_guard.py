from django.db import migrations

from audit.guarding import guard


class Migration(migrations.Migration):
    """No write to a complaint, its thread or its files without an audit entry in the same transaction."""

    dependencies = [
        ("complaints", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        guard("complaints_complaint", prefix="complaint", column="id"),
        guard("complaints_complaintmessage", prefix="complaint", column="case_id"),
        guard("complaints_complaintattachment", prefix="complaint", column="case_id"),
    ]
