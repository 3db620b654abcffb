"""What the law keeps of somebody erased stands in a table of its own, guarded as everything held is."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from audit.guarding import guard


class Migration(migrations.Migration):

    dependencies = [
        ('personal_data', '0002_guards'),
    ]

    operations = [
        migrations.AlterField(
            model_name='planline',
            name='ground',
            field=models.CharField(blank=True, choices=[('R3', 'The law requires it as proof, and the period is running'), ('R3K', 'The law requires it to be kept, and the period is running')], max_length=4, verbose_name='ground for keeping'),
        ),
        migrations.AlterField(
            model_name='subjectkey',
            name='kind',
            field=models.CharField(choices=[('DATA', 'data'), ('EVIDENCE', 'evidence'), ('KEPT', 'kept by law')], max_length=10),
        ),
        migrations.CreateModel(
            name='KeptByLaw',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('target', models.CharField(max_length=100, verbose_name='table')),
                ('field', models.CharField(max_length=60, verbose_name='field')),
                ('sealed_value', models.BinaryField(verbose_name='value')),
                ('mime', models.CharField(blank=True, max_length=60, verbose_name='type')),
                ('held_since', models.DateTimeField(verbose_name='held since')),
                ('clause', models.CharField(max_length=200, verbose_name='article')),
                ('kept_until', models.DateField(verbose_name='kept until')),
                ('set_apart_at', models.DateTimeField(verbose_name='set apart')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept_by_law', to='personal_data.datasubject')),
            ],
            options={
                'verbose_name': 'entry kept by law',
                'verbose_name_plural': 'entries kept by law',
                'ordering': ['kept_until', 'pk'],
                'indexes': [models.Index(fields=['kept_until'], name='kept_by_law_until')],
                'constraints': [models.CheckConstraint(condition=models.Q(('clause', ''), _negated=True), name='kept_by_a_law')],
            },
        ),
        guard("personal_data_keptbylaw", prefix="subject", column="subject_id"),
    ]
