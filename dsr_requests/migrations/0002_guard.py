from django.db import migrations

from audit.guarding import OnDefaultDatabase, guard

NO_OVERLAP = """
ALTER TABLE public.dsr_requests_requestclockevent ADD CONSTRAINT request_pauses_apart
    EXCLUDE USING gist (int8range(case_id, case_id, '[]') WITH &&, tstzrange(at, until) WITH &&) WHERE (kind = 'PAUSE');
"""


class Migration(migrations.Migration):
    """No write to a request or what belongs to it without an audit entry in the same transaction; no two pauses of one
    request at the same time.
    """

    dependencies = [
        ("dsr_requests", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        guard("dsr_requests_request", prefix="request", column="id"),
        guard("dsr_requests_requestmessage", prefix="request", column="case_id"),
        guard("dsr_requests_requestattachment", prefix="request", column="case_id"),
        guard("dsr_requests_requestclockevent", prefix="request", column="case_id"),
        guard("dsr_requests_requestmark", prefix="request", column="case_id"),
        guard("dsr_requests_verification", prefix="request", column="case_id"),
        guard("dsr_requests_representative", prefix="request", column="case_id"),
        guard("dsr_requests_identityfile", prefix="request", column="case_id"),
        guard("dsr_requests_evidencedemand", prefix="request", column="case_id"),
        guard("dsr_requests_decision", prefix="request", column="case_id"),
        guard("dsr_requests_correction", prefix="request", column="case_id"),
        guard("dsr_requests_fulfilmentstep", prefix="request", column="case_id"),
        guard("dsr_requests_snapshot", prefix="request", column="case_id"),
        guard("dsr_requests_pausedaddress", prefix="address-pause", column="id"),
        OnDefaultDatabase(
            NO_OVERLAP, "ALTER TABLE public.dsr_requests_requestclockevent DROP CONSTRAINT request_pauses_apart;"
        ),
    ]
