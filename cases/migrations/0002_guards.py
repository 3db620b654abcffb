from django.db import migrations

from audit.guarding import append_only, guard


class Migration(migrations.Migration):
    """A version of the calendar stays as it was made: cases name the one their dates were computed with. No change to an
    answer written beforehand without an audit entry in the same transaction.
    """

    dependencies = [
        ("cases", "0001_initial"),
        ("core", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        append_only("core_calendarversion"),
        guard("cases_answertemplate", prefix="template", column="id"),
    ]
