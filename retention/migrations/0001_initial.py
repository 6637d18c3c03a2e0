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
                    name='Purge',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('at', models.DateTimeField()),
                        ('night', models.DateField(blank=True, help_text="The organization's day; empty: by hand.", null=True)),
                        ('trigger', models.CharField(choices=[('night', 'By night'), ('hand', 'By hand')], max_length=5)),
                        ('state', models.CharField(choices=[('asked', 'Waits for a second person'), ('running', 'Running'), ('done', 'Done'), ('dropped', 'Called off')], default='running', max_length=7)),
                        ('rules', models.JSONField(default=list)),
                        ('busy_until', models.DateTimeField(blank=True, help_text='A process is at it until then, or has died.', null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('certificate', models.TextField(blank=True)),
                        ('is_final', models.BooleanField(default=False)),
                        ('asked_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', '-at', '-id'], name='retention_purge_newest')],
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_purge_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_purge_org_id'), tenancy.constraints.SameOrganization(field='asked_by', name='retention_purge_asked_by_org'), tenancy.constraints.SameOrganization(field='decided_by', name='retention_purge_decided_by_org'), models.UniqueConstraint(fields=('organization', 'night'), name='retention_purge_once_a_night'), models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'running'])), fields=('organization',), name='retention_purge_one_at_a_time'), models.CheckConstraint(condition=models.Q(('decided_by', None), ('state', 'dropped'), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='retention_purge_second_person')],
                    },
                ),
                migrations.CreateModel(
                    name='PurgeStep',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(choices=[('contacts', 'contacts'), ('conversations', 'conversations'), ('bodies', 'bodies'), ('attachments', 'attachments'), ('findings', 'findings'), ('secure_replies', 'secure_replies'), ('payments', 'payments'), ('webhooks', 'webhooks'), ('exports', 'exports'), ('audit', 'audit')], max_length=20)),
                        ('key_kind', models.CharField(blank=True, max_length=20)),
                        ('day', models.DateField(blank=True, null=True)),
                        ('state', models.CharField(choices=[('due', 'Due'), ('shredded', 'Unreadable'), ('ended', 'Rows ended'), ('verified', 'Verified'), ('stayed', 'Kept whole')], default='due', max_length=8)),
                        ('key_ids', models.JSONField(default=list)),
                        ('ended', models.JSONField(default=dict)),
                        ('kept', models.JSONField(default=dict)),
                        ('resealed', models.PositiveIntegerField(default=0)),
                        ('again_at', models.DateTimeField(blank=True, help_text='Not before then: keys that others may hold.', null=True)),
                        ('failure', models.CharField(blank=True, help_text='The name of the error that stopped it last.', max_length=60)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('purge', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='retention.purge')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_purgestep_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_purgestep_org_id'), tenancy.constraints.SameOrganization(field='purge', name='retention_purgestep_purge_org'), models.UniqueConstraint(fields=('organization', 'purge', 'kind', 'key_kind', 'day'), name='retention_purgestep_once', nulls_distinct=False)],
                    },
                ),
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
