import django.db.models.deletion
import tenancy.constraints
import tenancy.encryption
import tenancy.ids
import tenancy.isolation
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentEvent',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number_index', models.BinaryField(max_length=16)),
                ('action', models.CharField(choices=[('given', 'Permission given'), ('withdrawn', 'Permission withdrawn'), ('help', 'Asked for help')], max_length=10)),
                ('kind', models.CharField(blank=True, choices=[('express', 'Express'), ('reply', 'Wrote to us first')], max_length=10)),
                ('source', models.CharField(choices=[('keyword', 'A keyword texted to us'), ('inbound', 'A text to us'), ('agent', 'Recorded by a member'), ('carrier', 'Reported by the carrier')], max_length=10)),
                ('channel', models.CharField(blank=True, choices=[('phone', 'By phone'), ('in_person', 'In person'), ('email', 'By e-mail'), ('letter', 'On paper'), ('text', 'In a text'), ('other', 'Another way')], max_length=10)),
                ('words', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.DayKey('consent', 'recorded_at')])),
                ('matched', models.CharField(blank=True, help_text='The keyword that matched, from our own list.', max_length=60)),
                ('rules_version', models.CharField(blank=True, max_length=40)),
                ('message_id', models.UUIDField(blank=True, null=True)),
                ('happened_at', models.DateTimeField(blank=True, help_text='When the customer said so, if that is known.', null=True)),
                ('recorded_at', models.DateTimeField()),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'number_index', '-recorded_at'], name='compliance_consent_by_number')],
                'constraints': [tenancy.constraints.RowSecurity(name='compliance_consentevent_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_consentevent_org_id'), tenancy.constraints.SameOrganization(field='actor', name='compliance_consentevent_actor_org'), tenancy.constraints.AppendOnly(name='compliance_consentevent_append_only')],
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number_index', models.BinaryField(max_length=16)),
                ('since', models.DateTimeField()),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.consentevent')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'constraints': [tenancy.constraints.RowSecurity(name='compliance_suppression_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_suppression_org_id'), tenancy.constraints.SameOrganization(field='event', name='compliance_suppression_event_org'), models.UniqueConstraint(fields=('organization', 'number_index'), name='compliance_suppression_once')],
            },
        ),
    ]
