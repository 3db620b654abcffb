"""No value, file, device, refusal, person, plan or step of an erasure changes without its audit entry."""

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
        guard("personal_data_erasureplan", prefix="subject", column="subject_ref"),
        guard("personal_data_erasurestep", prefix="subject", column="subject_ref"),
    ]
