"""Published rows are promises made in public: the database refuses to change them, or to publish one without evidence."""

from django.db import migrations

from audit.guarding import append_only, guard


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        append_only("policies_policyversion"),
        append_only("policies_policytext"),
        append_only("policies_purpose"),
        append_only("policies_recipient"),
        append_only("policies_fielddefinition"),
        guard("policies_policyversion", prefix="policy", column="number"),
    ]
