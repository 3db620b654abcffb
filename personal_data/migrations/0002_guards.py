"""No value, file, device, person, limit, order, copy, import, merge, plan or step of an erasure, hold or decided deletion changes without its audit
entry."""

from django.db import migrations

from audit.guarding import guard


class Migration(migrations.Migration):
    dependencies = [("personal_data", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        guard("personal_data_datasubject", prefix="subject", column="id"),
        guard("personal_data_dataitem", prefix="subject", column="subject_id"),
        guard("personal_data_fieldrefusal", prefix="subject", column="subject_id"),
        guard("personal_data_storedfile", prefix="subject", column="subject_id"),
        guard("personal_data_device", prefix="subject", column="subject_id"),
        guard("personal_data_uselimit", prefix="subject", column="subject_id"),
        guard("personal_data_valuehistory", prefix="subject", column="subject_id"),
        guard("personal_data_recipienttask", prefix="subject", column="subject_ref"),
        guard(
            "personal_data_package",
            prefix="subject",
            column="subject_id",
            changes=(
                "id",
                "subject_id",
                "basis",
                "language",
                "state",
                "left_out",
                "asked_at",
                "ready_at",
                "expires_at",
                "fetched_at",
                "size",
                "sha256",
                "attempts",
                "error",
                "next_try_at",
            ),
        ),
        guard(
            "personal_data_importbatch",
            prefix="import",
            column="id",
            changes=(
                "id",
                "state",
                "source",
                "started_by",
                "digest",
                "wrapped_key",
                "lines",
                "people",
                "suppressed",
                "doubles",
                "faults",
                "faults_total",
                "created_at",
                "finished_at",
                "undone_at",
            ),
        ),
        guard("personal_data_importedperson", prefix="subject", column="subject_id"),
        guard("personal_data_merge", prefix="subject", column="kept_id"),
        guard("personal_data_erasureplan", prefix="subject", column="subject_ref"),
        guard("personal_data_erasurestep", prefix="subject", column="subject_ref"),
        guard("personal_data_legalhold", prefix="hold", column="id"),
        guard("personal_data_disposal", prefix="disposal", column="id", changes=("id", "state", "fields", "decided_by")),
        guard("personal_data_fusestop", prefix="retention", column="run_id"),
        # Half of each page stays empty, so that a key wrapped anew finds room beside the old and no index changes.
        migrations.RunSQL(
            "ALTER TABLE public.personal_data_subjectkey SET (fillfactor = 45)",
            "ALTER TABLE public.personal_data_subjectkey RESET (fillfactor)",
            hints={"database": "keys"},
        ),
    ]
