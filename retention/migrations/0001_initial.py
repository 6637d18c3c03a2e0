import django.db.models.deletion
import django.db.models.functions.datetime
import tenancy.constraints
import tenancy.ids
import tenancy.isolation
import tenancy.together
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        tenancy.together.Together(
            operations=[
                migrations.CreateModel(
                    name='RestoreDrill',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('passed', models.BooleanField()),
                        ('backup', models.CharField(blank=True, help_text='The name of the copy that was tried.', max_length=40)),
                        ('taken_at', models.DateTimeField(blank=True, help_text='Which moment the copy is of.', null=True)),
                        ('seconds', models.FloatField(help_text='How long it took.')),
                        ('problem', models.CharField(blank=True, help_text='Why there is no report.', max_length=300)),
                        ('report', models.JSONField(default=dict)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('passed', True)), fields=['-at'], name='retention_drill_passed')],
                    },
                ),
                migrations.CreateModel(
                    name='RetentionPolicy',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(choices=[('contacts', 'contacts'), ('conversations', 'conversations'), ('bodies', 'bodies'), ('attachments', 'attachments'), ('findings', 'findings'), ('secure_replies', 'secure_replies'), ('payments', 'payments'), ('webhooks', 'webhooks'), ('exports', 'exports'), ('audit', 'audit')], max_length=20)),
                        ('days', models.PositiveIntegerField(blank=True, null=True)),
                        ('set_at', models.DateTimeField()),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('set_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_retentionpolicy_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_retentionpolicy_org_id'), tenancy.constraints.SameOrganization(field='team', name='retention_retentionpolicy_team_org'), tenancy.constraints.SameOrganization(field='set_by', name='retention_retentionpolicy_set_by_org'), models.UniqueConstraint(fields=('organization', 'kind', 'team'), name='retention_policy_once', nulls_distinct=False)],
                    },
                ),
            ],
        ),
    ]
