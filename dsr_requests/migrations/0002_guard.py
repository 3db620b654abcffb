from django.db import migrations

from audit.guarding import guard


class Migration(migrations.Migration):
    """No write to a request, its thread or its files without an audit entry in the same transaction."""

    dependencies = [
        ("dsr_requests", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        guard("dsr_requests_request", prefix="request", column="id"),
        guard("dsr_requests_requestmessage", prefix="request", column="case_id"),
        guard("dsr_requests_requestattachment", prefix="request", column="case_id"),
    ]
