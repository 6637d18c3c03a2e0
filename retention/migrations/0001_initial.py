import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import tenancy.constraints
import tenancy.encryption
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
                    name='Hold',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('matter', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ConfigKey()], max_length=120)),
                        ('reason', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ConfigKey()], max_length=2000)),
                        ('state', models.CharField(choices=[('open', 'On hold'), ('releasing', 'Waiting for release'), ('released', 'Released')], default='open', max_length=9)),
                        ('placed_at', models.DateTimeField()),
                        ('expires_on', models.DateField(blank=True, null=True)),
                        ('reminded_for', models.DateField(blank=True, null=True)),
                        ('gone_before', models.PositiveIntegerField(default=0, help_text='Texts that were destroyed when it was placed.')),
                        ('release_asked_at', models.DateTimeField(blank=True, null=True)),
                        ('released_at', models.DateTimeField(blank=True, null=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('placed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('release_asked_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('released_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('state', 'released'), _negated=True), fields=['organization', 'id'], name='retention_hold_live')],
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_hold_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_hold_org_id'), tenancy.constraints.SameOrganization(field='owner', name='retention_hold_owner_org'), tenancy.constraints.SameOrganization(field='placed_by', name='retention_hold_placed_by_org'), tenancy.constraints.SameOrganization(field='release_asked_by', name='retention_hold_release_asked_by_org'), tenancy.constraints.SameOrganization(field='released_by', name='retention_hold_released_by_org'), models.CheckConstraint(condition=models.Q(models.Q(('release_asked_at', None), ('release_asked_by', None), ('released_at', None), ('released_by', None), ('state', 'open')), models.Q(('release_asked_at__isnull', False), ('release_asked_by__isnull', False), ('released_at', None), ('released_by', None), ('state', 'releasing')), models.Q(('release_asked_at__isnull', False), ('release_asked_by__isnull', False), ('released_at__isnull', False), ('released_by__isnull', False), ('state', 'released')), _connector='OR'), name='retention_hold_state'), models.CheckConstraint(condition=models.Q(('released_by', None), models.Q(('released_by', models.F('release_asked_by')), _negated=True), _connector='OR'), name='retention_hold_two_people')],
                    },
                ),
                migrations.CreateModel(
                    name='HoldEvent',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(choices=[('placed', 'Placed'), ('changed', 'Changed'), ('widened', 'Widened'), ('reminded', 'Owner and admins reminded'), ('asked', 'Release asked for'), ('withdrawn', 'Request taken back'), ('refused', 'Release refused'), ('lapsed', 'Nobody confirmed in time'), ('released', 'Released')], max_length=9)),
                        ('words', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.ConfigKey()])),
                        ('at', models.DateTimeField()),
                        ('actor', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('hold', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='retention.hold')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'hold', 'id'], name='retention_holdevent_history')],
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_holdevent_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_holdevent_org_id'), tenancy.constraints.SameOrganization(field='hold', name='retention_holdevent_hold_org'), tenancy.constraints.SameOrganization(field='actor', name='retention_holdevent_actor_org'), tenancy.constraints.AppendOnly(name='retention_holdevent_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='HoldScope',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('contact_id', models.UUIDField(blank=True, null=True)),
                        ('number_index', models.BinaryField(blank=True, max_length=16, null=True)),
                        ('number_masked', models.CharField(blank=True, max_length=24)),
                        ('conversation_id', models.UUIDField(blank=True, null=True)),
                        ('team_id', models.UUIDField(blank=True, null=True)),
                        ('line_ids', models.JSONField(default=list)),
                        ('tag_id', models.UUIDField(blank=True, null=True)),
                        ('since', models.DateField(blank=True, null=True)),
                        ('until', models.DateField(blank=True, null=True)),
                        ('added_at', models.DateTimeField()),
                        ('hold', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='scopes', to='retention.hold')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'hold'], name='retention_holdscope_of_hold')],
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_holdscope_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_holdscope_org_id'), tenancy.constraints.SameOrganization(field='hold', name='retention_holdscope_hold_org'), models.CheckConstraint(condition=models.Q(('contact_id__isnull', False), ('number_index__isnull', False), ('conversation_id__isnull', False), ('team_id__isnull', False), ('tag_id__isnull', False), ('since__isnull', False), ('until__isnull', False), _connector='OR'), name='retention_holdscope_says_something'), models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('since__lte', models.F('until')), _connector='OR'), name='retention_holdscope_days')],
                    },
                ),
                migrations.CreateModel(
                    name='HeldContact',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('contact_id', models.UUIDField()),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('scope', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='met', to='retention.holdscope')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_heldcontact_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_heldcontact_org_id'), tenancy.constraints.SameOrganization(field='scope', name='retention_heldcontact_scope_org'), models.UniqueConstraint(fields=('organization', 'scope', 'contact_id'), name='retention_heldcontact_once')],
                    },
                ),
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
                        ('follows', models.BooleanField(default=False)),
                        ('starts_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('set_at', models.DateTimeField()),
                        ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('set_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('taken_back_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.team')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_retentionpolicy_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_retentionpolicy_org_id'), tenancy.constraints.SameOrganization(field='team', name='retention_retentionpolicy_team_org'), tenancy.constraints.SameOrganization(field='set_by', name='retention_retentionpolicy_set_by_org'), tenancy.constraints.SameOrganization(field='taken_back_by', name='retention_retentionpolicy_taken_back_by_org'), models.CheckConstraint(condition=models.Q(('days__gte', 1), ('days', None), _connector='OR'), name='retention_policy_days'), models.CheckConstraint(condition=models.Q(('follows', False), ('days', None), _connector='OR'), name='retention_policy_follows')],
                    },
                ),
                migrations.CreateModel(
                    name='SubjectRequest',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(choices=[('access', 'A copy of their data'), ('erase', 'Erase their data'), ('both', 'A copy, then erase')], max_length=6)),
                        ('law', models.CharField(choices=[('gdpr', 'GDPR (one month)'), ('ccpa', 'California and other states (45 days)'), ('hipaa', 'HIPAA (30 days)')], max_length=5)),
                        ('channel', models.CharField(choices=[('text', 'By text'), ('email', 'By e-mail'), ('phone', 'By phone'), ('letter', 'On paper'), ('in_person', 'In person'), ('form', 'By a form on a website')], max_length=9)),
                        ('phone', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.RowKey('subject', 'id')])),
                        ('number_index', models.BinaryField(max_length=16)),
                        ('number_masked', models.CharField(blank=True, help_text='Empty when it was erased.', max_length=24)),
                        ('proof', models.CharField(blank=True, choices=[('', 'Not yet'), ('wrote', 'They wrote from this number'), ('called', 'We called this number and they answered'), ('document', 'They showed a document'), ('account', 'They signed in to their account with us'), ('agent', 'Somebody asks for them and showed that they may')], default='', max_length=8)),
                        ('proof_words', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.RowKey('subject', 'id')])),
                        ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('refused', 'Refused')], default='open', max_length=7)),
                        ('received_on', models.DateField()),
                        ('due_at', models.DateTimeField()),
                        ('extended_at', models.DateTimeField(blank=True, null=True)),
                        ('extended_because', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.RowKey('subject', 'id')])),
                        ('reminded_for', models.DateField(blank=True, null=True)),
                        ('opened_at', models.DateTimeField()),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                        ('outcome', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.RowKey('subject', 'id')])),
                        ('erased_at', models.DateTimeField(blank=True, help_text='Since when number and words are gone.', null=True)),
                        ('closed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('opened_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', '-opened_at', '-id'], name='retention_subject_newest'), models.Index(fields=['organization', 'number_index'], name='retention_subject_number'), models.Index(condition=models.Q(('state', 'open')), fields=['organization', 'due_at'], name='retention_subject_due')],
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_subjectrequest_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_subjectrequest_org_id'), tenancy.constraints.SameOrganization(field='opened_by', name='retention_subjectrequest_opened_by_org'), tenancy.constraints.SameOrganization(field='closed_by', name='retention_subjectrequest_closed_by_org'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='retention_subjectrequest_closed'), models.CheckConstraint(condition=models.Q(('erased_at', None), ('number_masked', ''), _connector='OR'), name='retention_subjectrequest_erased')],
                    },
                ),
                migrations.CreateModel(
                    name='Erasure',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('state', models.CharField(choices=[('asked', 'Waits for a second person'), ('running', 'Running'), ('done', 'Done'), ('stopped', 'Stopped: something must stay'), ('dropped', 'Called off')], default='running', max_length=7)),
                        ('at', models.DateTimeField(help_text='When it was asked for; what ended says that it ended then.')),
                        ('texts', models.PositiveIntegerField(default=0)),
                        ('contact_ids', models.JSONField(default=list)),
                        ('key_ids', models.JSONField(default=list)),
                        ('ended', models.JSONField(default=dict)),
                        ('stayed', models.JSONField(default=dict)),
                        ('shredded_at', models.DateTimeField(blank=True, null=True)),
                        ('busy_until', models.DateTimeField(blank=True, help_text='A process is at it until then, or has died.', null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('failure', models.CharField(blank=True, max_length=60)),
                        ('certificate', models.TextField(blank=True)),
                        ('is_final', models.BooleanField(default=False)),
                        ('asked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('request', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='retention.subjectrequest')),
                    ],
                    options={
                        'ordering': ['at', 'pk'],
                        'indexes': [models.Index(fields=['organization', 'request'], name='retention_erasure_request')],
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_erasure_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_erasure_org_id'), tenancy.constraints.SameOrganization(field='request', name='retention_erasure_request_org'), tenancy.constraints.SameOrganization(field='asked_by', name='retention_erasure_asked_by_org'), tenancy.constraints.SameOrganization(field='decided_by', name='retention_erasure_decided_by_org'), models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'running', 'done'])), fields=('organization', 'request'), name='retention_erasure_once'), models.CheckConstraint(condition=models.Q(('decided_by', None), ('state', 'dropped'), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='retention_erasure_second_person')],
                    },
                ),
                migrations.CreateModel(
                    name='DataExport',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(choices=[('copy', 'A copy for a person'), ('evidence', 'Evidence for an auditor')], default='copy', max_length=8)),
                        ('since', models.DateField(blank=True, help_text='Of evidence: its first day.', null=True)),
                        ('until', models.DateField(blank=True, help_text='Of evidence: its last day.', null=True)),
                        ('state', models.CharField(choices=[('making', 'Being made'), ('ready', 'Ready'), ('failed', 'Failed'), ('ended', 'Gone')], default='making', max_length=6)),
                        ('asked_at', models.DateTimeField()),
                        ('total', models.PositiveIntegerField(default=0)),
                        ('done', models.PositiveIntegerField(default=0)),
                        ('tries', models.PositiveSmallIntegerField(default=0)),
                        ('busy_until', models.DateTimeField(blank=True, help_text='A process is at it until then, or has died.', null=True)),
                        ('failure', models.CharField(blank=True, max_length=60)),
                        ('size', models.PositiveBigIntegerField(default=0, help_text='Bytes.')),
                        ('digest', models.CharField(blank=True, help_text='SHA-256 of the file, in hex.', max_length=64)),
                        ('ready_at', models.DateTimeField(blank=True, null=True)),
                        ('ends_at', models.DateTimeField(blank=True, null=True)),
                        ('fetched_at', models.DateTimeField(blank=True, null=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('recipient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('request', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='retention.subjectrequest')),
                    ],
                    options={
                        'ordering': ['asked_at', 'pk'],
                        'indexes': [models.Index(condition=models.Q(('state', 'ended'), _negated=True), fields=['organization', 'ends_at'], name='retention_export_live')],
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_dataexport_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_dataexport_org_id'), tenancy.constraints.SameOrganization(field='request', name='retention_dataexport_request_org'), tenancy.constraints.SameOrganization(field='recipient', name='retention_dataexport_recipient_org'), models.UniqueConstraint(condition=models.Q(('state', 'making')), fields=('organization', 'request', 'kind'), name='retention_export_one_at_a_time', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'evidence'), _negated=True), models.Q(('request', None), ('since__isnull', False), ('until__isnull', False)), _connector='OR'), name='retention_export_evidence_has_days')],
                    },
                ),
                migrations.CreateModel(
                    name='Closing',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('state', models.CharField(choices=[('asked', 'Waits for a second owner'), ('counting', 'Ends on a day'), ('taken_back', 'Taken back'), ('ending', 'Being destroyed'), ('ended', 'Ended')], max_length=10)),
                        ('asked_at', models.DateTimeField()),
                        ('begun_at', models.DateTimeField(blank=True, help_text='Since when nothing is sent.', null=True)),
                        ('ends_at', models.DateTimeField(blank=True, null=True)),
                        ('reminded_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('escrow_until', models.DateTimeField(blank=True, null=True)),
                        ('escrow_ended_at', models.DateTimeField(blank=True, null=True)),
                        ('line_ids', models.JSONField(default=list)),
                        ('counts', models.JSONField(default=dict)),
                        ('keys', models.PositiveIntegerField(default=0)),
                        ('certificate', models.TextField(blank=True)),
                        ('asked_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'ordering': ['asked_at', 'pk'],
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_closing_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_closing_org_id'), tenancy.constraints.SameOrganization(field='asked_by', name='retention_closing_asked_by_org'), tenancy.constraints.SameOrganization(field='decided_by', name='retention_closing_decided_by_org'), models.UniqueConstraint(condition=models.Q(('state', 'taken_back'), _negated=True), fields=('organization',), name='retention_closing_one'), models.CheckConstraint(condition=models.Q(('decided_by', None), ('state', 'taken_back'), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='retention_closing_second_owner')],
                    },
                ),
                migrations.CreateModel(
                    name='DataExportPart',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('number', models.PositiveIntegerField()),
                        ('content', tenancy.encryption.EncryptedBytesField(keys=[tenancy.encryption.RowKey('export', 'export_id')])),
                        ('export', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='retention.dataexport')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='retention_dataexportpart_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='retention_dataexportpart_org_id'), tenancy.constraints.SameOrganization(field='export', name='retention_dataexportpart_export_org'), models.UniqueConstraint(fields=('organization', 'export', 'number'), name='retention_exportpart_once')],
                    },
                ),
            ],
        ),
    ]
