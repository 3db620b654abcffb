"""A purpose that ends is worded as one, and an order can say that a limit of use has ended."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('personal_data', '0003_kept_by_law'),
    ]

    operations = [
        migrations.AlterField(
            model_name='disposal',
            name='kind',
            field=models.CharField(choices=[('NOT_NEEDED', 'No longer needed'), ('ORDERED', 'Ordered by management'), ('PURPOSE', 'A purpose ends')], max_length=10, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='recipienttask',
            name='order',
            field=models.CharField(choices=[('STOP', 'Stop using it'), ('CORRECT', 'Correct it'), ('DELETE', 'Delete it'), ('ENDED', 'Take note: the limit of use has ended')], max_length=8, verbose_name='order'),
        ),
    ]
