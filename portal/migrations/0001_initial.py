import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PortalLink',
            fields=[
                ('digest', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('message', 'Secure message'), ('payment', 'Request for payment')], max_length=8)),
                ('target_id', models.UUIDField(help_text='The row of that kind.')),
                ('made_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'target_id'], name='portal_link_target')],
            },
        ),
    ]
