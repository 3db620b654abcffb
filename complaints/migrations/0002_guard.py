from django.db import migrations

from audit.guarding import OnDefaultDatabase, guard

NO_OVERLAP = """
ALTER TABLE public.complaints_complaintclockevent ADD CONSTRAINT complaint_pauses_apart
    EXCLUDE USING gist (int8range(case_id, case_id, '[]') WITH &&, tstzrange(at, until) WITH &&) WHERE (kind = 'PAUSE');
"""


class Migration(migrations.Migration):
    """No write to a complaint or what belongs to it without an audit entry in the same transaction; no two pauses of one
    complaint at the same time.
    """

    dependencies = [
        ("complaints", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        guard("complaints_complaint", prefix="complaint", column="id"),
        guard("complaints_complaintmessage", prefix="complaint", column="case_id"),
        guard("complaints_complaintattachment", prefix="complaint", column="case_id"),
        guard("complaints_complaintclockevent", prefix="complaint", column="case_id"),
        guard("complaints_complaintmark", prefix="complaint", column="case_id"),
        guard("complaints_complaintanswer", prefix="complaint", column="case_id"),
        guard("complaints_complaintlink", prefix="complaint", column="case_id"),
        OnDefaultDatabase(
            NO_OVERLAP, "ALTER TABLE public.complaints_complaintclockevent DROP CONSTRAINT complaint_pauses_apart;"
        ),
    ]
