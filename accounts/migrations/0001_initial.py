import accounts.models.sign_in_policy
import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import tenancy.constraints
import tenancy.encryption
import tenancy.ids
import tenancy.isolation
import tenancy.together
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        tenancy.together.Together(
            operations=[
                migrations.CreateModel(
                    name='Directory',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('last_asked_at', models.DateTimeField(blank=True, null=True)),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('membership', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='directory', to='accounts.membership')),
                    ],
                ),
                migrations.CreateModel(
                    name='LocalMail',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('address', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.InstallationKey()])),
                        ('subject', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.InstallationKey()])),
                        ('text', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.InstallationKey()])),
                        ('message_id', models.CharField(max_length=120)),
                        ('arrived_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'ordering': ['-arrived_at', '-id'],
                    },
                ),
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('email', models.EmailField(max_length=254, unique=True)),
                        ('name', models.CharField(max_length=80)),
                        ('is_active', models.BooleanField(default=True)),
                        ('is_operator', models.BooleanField(default=False)),
                        ('auth_epoch', models.PositiveIntegerField(default=0)),
                        ('recovery_failures', models.PositiveIntegerField(default=0, help_text='Wrong recovery codes in a row.')),
                        ('recovery_failed_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('email_proved_at', models.DateTimeField(blank=True, null=True)),
                        ('reset_at', models.DateTimeField(blank=True, null=True)),
                        ('language', models.CharField(blank=True, choices=[('en', 'English'), ('es', 'Español')], max_length=5)),
                        ('browser_language', models.CharField(blank=True, choices=[('en', 'English'), ('es', 'Español')], max_length=5)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='accounts_user_email_lower'), models.CheckConstraint(condition=models.Q(('browser_language__in', ['', 'en', 'es']), ('language__in', ['', 'en', 'es'])), name='accounts_user_languages')],
                    },
                ),
                migrations.CreateModel(
                    name='AccessReview',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('begun_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('due_on', models.DateField()),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('begun_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['-begun_at'],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_accessreview_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_accessreview_org_id'), tenancy.constraints.AppendOnly(name='accounts_accessreview_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='AccessLine',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(choices=[('person', 'Person'), ('key', 'API key'), ('token', 'Directory token')], max_length=10)),
                        ('subject', models.UUIDField()),
                        ('name', models.CharField(max_length=254)),
                        ('facts', models.JSONField(default=dict)),
                        ('since', models.DateTimeField(null=True)),
                        ('last_used_at', models.DateTimeField(null=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='accounts.accessreview')),
                    ],
                    options={
                        'ordering': ['kind', 'name', 'pk'],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_accessline_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_accessline_org_id'), tenancy.constraints.SameOrganization(field='review', name='accounts_accessline_review_org'), tenancy.constraints.AppendOnly(name='accounts_accessline_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='AccessRules',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('profile', models.CharField(choices=[('standard', 'Standard'), ('hipaa', 'HIPAA'), ('own', 'Own limits')], default='standard', max_length=10)),
                        ('idle', models.DurationField(default=datetime.timedelta(seconds=43200))),
                        ('longest', models.DurationField(default=datetime.timedelta(days=1))),
                        ('networks', models.JSONField(blank=True, default=list)),
                        ('guards_pages', models.BooleanField(default=False)),
                        ('guards_keys', models.BooleanField(default=False)),
                        ('review_told_for', models.DateField(blank=True, null=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('organization', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='access_rules', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('idle__gt', datetime.timedelta(0)), ('longest__gte', models.F('idle'))), name='accounts_accessrules_limits')],
                    },
                ),
                migrations.CreateModel(
                    name='CodeMailbox',
                    fields=[
                        ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                        ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                        ('created_at', models.DateTimeField(auto_now_add=True, help_text='The date and time when this device was initially created in the system.', null=True)),
                        ('last_used_at', models.DateTimeField(blank=True, help_text='The most recent date and time this device was used.', null=True)),
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user',), name='accounts_codemailbox_one')],
                    },
                ),
                migrations.CreateModel(
                    name='CodePhone',
                    fields=[
                        ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                        ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                        ('created_at', models.DateTimeField(auto_now_add=True, help_text='The date and time when this device was initially created in the system.', null=True)),
                        ('last_used_at', models.DateTimeField(blank=True, help_text='The most recent date and time this device was used.', null=True)),
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('number', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.InstallationKey()])),
                        ('number_masked', models.CharField(max_length=24)),
                        ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'confirmed'), name='accounts_codephone_one')],
                    },
                ),
                migrations.CreateModel(
                    name='DirectoryGroup',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('name', models.CharField(max_length=254)),
                        ('external_id', models.CharField(blank=True, max_length=254)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.role')),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.team')),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_directorygroup_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_directorygroup_org_id'), models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Lower('name'), name='accounts_directorygroup_name')],
                    },
                ),
                migrations.CreateModel(
                    name='DirectoryPerson',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('user_name', models.CharField(max_length=254)),
                        ('external_id', models.CharField(blank=True, max_length=254)),
                        ('attributes', models.JSONField(default=dict)),
                        ('active', models.BooleanField(default=True)),
                        ('ended_epoch', models.PositiveIntegerField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('removed_at', models.DateTimeField(blank=True, null=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='directory_rows', to='accounts.membership')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'external_id'], name='accounts_directoryperson_ext')],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_directoryperson_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_directoryperson_org_id'), models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Lower('user_name'), condition=models.Q(('removed_at__isnull', True)), name='accounts_directoryperson_user_name')],
                    },
                ),
                migrations.CreateModel(
                    name='DirectoryGroupMember',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='accounts.directorygroup')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='accounts.directoryperson')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_directorygroupmember_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_directorygroupmember_org_id'), tenancy.constraints.SameOrganization(field='group', name='accounts_directorygroupmember_group_org'), tenancy.constraints.SameOrganization(field='person', name='accounts_directorygroupmember_person_org'), models.UniqueConstraint(fields=('organization', 'group', 'person'), name='accounts_directorymember_once')],
                    },
                ),
                migrations.CreateModel(
                    name='KnownDevice',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('device', models.BinaryField(max_length=32)),
                        ('first_seen_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('last_seen_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='known_devices', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'device'), name='accounts_knowndevice_once')],
                    },
                ),
                migrations.CreateModel(
                    name='MailedLink',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('purpose', models.CharField(choices=[('password', 'Password'), ('address', 'Address'), ('sign_up', 'Sign up'), ('not_me', 'Not me')], max_length=10)),
                        ('epoch', models.PositiveIntegerField(default=0)),
                        ('token_hash', models.BinaryField(max_length=32, unique=True)),
                        ('payload', tenancy.encryption.EncryptedTextField(default='', keys=[tenancy.encryption.InstallationKey()])),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField()),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['expires_at'], name='accounts_mailedlink_end')],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('is_owner', models.BooleanField(default=False)),
                        ('is_active', models.BooleanField(default=True)),
                        ('is_machine', models.BooleanField(default=False)),
                        ('auth_epoch', models.PositiveIntegerField(default=0)),
                        ('reset_elsewhere', models.BooleanField(default=False)),
                        ('wants_mails', models.BooleanField(default=True)),
                        ('suspended_at', models.DateTimeField(blank=True, null=True)),
                        ('set_up_left_at', models.DateTimeField(blank=True, null=True)),
                        ('joined_at', models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True)),
                        ('last_seen_at', models.DateTimeField(blank=True, null=True)),
                        ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='tenancy.organization')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'organization'), name='accounts_membership_once'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_membership_org_id'), models.CheckConstraint(condition=models.Q(('is_active', False), ('joined_at__isnull', False), _connector='OR'), name='accounts_membership_active_joined'), models.CheckConstraint(condition=models.Q(('suspended_at__isnull', True), ('is_active', False), _connector='OR'), name='accounts_membership_suspended'), models.CheckConstraint(condition=models.Q(('is_machine', False), ('is_owner', False), _connector='OR'), name='accounts_membership_owner_is_a_person')],
                    },
                ),
                migrations.CreateModel(
                    name='KeptAnswer',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('key_hash', models.BinaryField(max_length=32)),
                        ('request_hash', models.BinaryField(max_length=32)),
                        ('status', models.PositiveSmallIntegerField()),
                        ('answer', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.DayKey('body', 'created_at')], null=True)),
                        ('about', models.JSONField(default=list, help_text='The ids in the answer, as texts.')),
                        ('revealing', models.BooleanField(default=False)),
                        ('created_at', models.DateTimeField()),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'created_at'], name='accounts_keptanswer_age')],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_keptanswer_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_keptanswer_org_id'), tenancy.constraints.SameOrganization(field='membership', name='accounts_keptanswer_membership_org'), models.UniqueConstraint(fields=('organization', 'membership', 'key_hash'), name='accounts_keptanswer_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Integration',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('permissions', models.JSONField(default=list)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('membership', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='integration', to='accounts.membership')),
                    ],
                ),
                migrations.CreateModel(
                    name='DirectoryToken',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('token_hash', models.BinaryField(max_length=32, unique=True)),
                        ('shown', models.CharField(max_length=24)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('ends_at', models.DateTimeField()),
                        ('last_used_at', models.DateTimeField(blank=True, null=True)),
                        ('last_used_address', models.GenericIPAddressField(blank=True, null=True)),
                        ('directory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='accounts.directory')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['-created_at'],
                    },
                ),
                migrations.CreateModel(
                    name='BreakGlass',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('made_at', models.DateTimeField(auto_now_add=True)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('membership', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='break_glass', to='accounts.membership')),
                    ],
                ),
                migrations.CreateModel(
                    name='ApiKey',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('key_hash', models.BinaryField(max_length=32, unique=True)),
                        ('shown', models.CharField(max_length=24)),
                        ('networks', models.JSONField(default=list)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('ends_at', models.DateTimeField(blank=True, null=True)),
                        ('last_used_at', models.DateTimeField(blank=True, null=True)),
                        ('last_used_address', models.GenericIPAddressField(blank=True, null=True)),
                        ('integration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='accounts.integration')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['-created_at'],
                    },
                ),
                migrations.CreateModel(
                    name='AccessSignOff',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('remark', models.CharField(blank=True, max_length=300)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_offs', to='accounts.accessreview')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_accesssignoff_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_accesssignoff_org_id'), tenancy.constraints.SameOrganization(field='review', name='accounts_accesssignoff_review_org'), tenancy.constraints.SameOrganization(field='by', name='accounts_accesssignoff_by_org'), models.UniqueConstraint(fields=('organization', 'review'), name='accounts_accesssignoff_once'), tenancy.constraints.AppendOnly(name='accounts_accesssignoff_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='AccessDecision',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('keeps', models.BooleanField()),
                        ('remark', models.CharField(blank=True, max_length=300)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='accounts.accessline')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['at', 'pk'],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_accessdecision_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_accessdecision_org_id'), tenancy.constraints.SameOrganization(field='line', name='accounts_accessdecision_line_org'), tenancy.constraints.SameOrganization(field='by', name='accounts_accessdecision_by_org'), tenancy.constraints.AppendOnly(name='accounts_accessdecision_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='OffboardingReceipt',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(choices=[('deactivated', 'Deactivated'), ('suspended', 'Suspended')], max_length=12)),
                        ('by', models.CharField(choices=[('person', 'A person'), ('directory', "The company's directory"), ('plan', 'As planned')], max_length=10)),
                        ('plan_id', models.UUIDField(blank=True, null=True)),
                        ('ended', models.PositiveIntegerField(help_text='How many things ended, of all steps.')),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('details', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.DayKey('audit', 'at')])),
                        ('actor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', '-at', '-id'], name='accounts_receipt_newest')],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_offboardingreceipt_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_offboardingreceipt_org_id'), tenancy.constraints.SameOrganization(field='membership', name='accounts_offboardingreceipt_membership_org'), tenancy.constraints.SameOrganization(field='actor', name='accounts_offboardingreceipt_actor_org'), tenancy.constraints.AppendOnly(name='accounts_offboardingreceipt_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='DoorTrial',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('found', models.JSONField()),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='accounts.offboardingreceipt')),
                    ],
                    options={
                        'ordering': ['-at', '-id'],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_doortrial_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_doortrial_org_id'), tenancy.constraints.SameOrganization(field='receipt', name='accounts_doortrial_receipt_org'), tenancy.constraints.SameOrganization(field='by', name='accounts_doortrial_by_org'), tenancy.constraints.AppendOnly(name='accounts_doortrial_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='OperatorEvent',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('act', models.CharField(choices=[('operator:made', 'Made an operator'), ('operator:ended', 'No longer an operator'), ('operators_page:read', "Looked at the operators' page"), ('organization:created', 'Created an organization'), ('organization:end_begun', 'Ended an organization, in 30 days'), ('organization:end_taken_back', 'Took an end back'), ('organization:certificate', 'Fetched the certificate of an end'), ('organization:signed_up', 'Signed up by themselves')], max_length=30)),
                        ('address', models.GenericIPAddressField(null=True)),
                        ('organization', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-at', '-id'],
                    },
                ),
                migrations.CreateModel(
                    name='OutgoingMail',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(max_length=40)),
                        ('recipient', models.BinaryField(max_length=16)),
                        ('scope', models.UUIDField(blank=True, help_text='The organization that it is of, if it is of one.', null=True)),
                        ('address', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.InstallationKey()], null=True)),
                        ('content', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.InstallationKey()], null=True)),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('refused', 'Refused'), ('expired', 'Expired')], default='waiting', max_length=10)),
                        ('priority', models.PositiveSmallIntegerField()),
                        ('attempt', models.PositiveIntegerField(default=0)),
                        ('failure', models.CharField(blank=True, max_length=40)),
                        ('queued_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField()),
                        ('lease_until', models.DateTimeField(null=True)),
                        ('ended_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['priority', 'due_at'], name='accounts_mail_waiting'), models.Index(fields=['recipient', 'kind', 'queued_at'], name='accounts_mail_recipient'), models.Index(fields=['ended_at'], name='accounts_mail_ended')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('address__isnull', False), ('content__isnull', False), ('ended_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('address__isnull', True), ('content__isnull', True), ('ended_at__isnull', False)), _connector='OR'), name='accounts_mail_destroyed_at_end')],
                    },
                ),
                migrations.CreateModel(
                    name='Passkey',
                    fields=[
                        ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                        ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                        ('created_at', models.DateTimeField(auto_now_add=True, help_text='The date and time when this device was initially created in the system.', null=True)),
                        ('last_used_at', models.DateTimeField(blank=True, help_text='The most recent date and time this device was used.', null=True)),
                        ('credential_type', models.CharField(choices=[('public-key', 'Public Key')], default='public-key', editable=False, max_length=32, verbose_name='credential type')),
                        ('credential_id', models.BinaryField(max_length=1023, verbose_name='credential id data')),
                        ('public_key', models.BinaryField(max_length=1023, verbose_name='COSE public key data')),
                        ('transports', models.JSONField(default=list, editable=False, verbose_name='transports')),
                        ('sign_count', models.PositiveIntegerField(default=0, editable=False, verbose_name='sign count')),
                        ('backup_eligible', models.BooleanField(default=False, editable=False, verbose_name='backup eligible')),
                        ('backup_state', models.BooleanField(default=False, editable=False, verbose_name='backup state')),
                        ('aaguid', models.CharField(editable=False, max_length=36, verbose_name='AAGUID')),
                        ('credential_id_sha256', models.CharField(editable=False, max_length=64, unique=True, verbose_name='hashed credential id')),
                        ('discoverable', models.BooleanField(default=None, editable=False, null=True, verbose_name='discoverable')),
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'WebAuthn credential',
                        'verbose_name_plural': 'WebAuthn credentials',
                        'abstract': False,
                        'indexes': [models.Index(fields=['credential_id_sha256'], name='passkey_sha256_idx')],
                    },
                ),
                migrations.CreateModel(
                    name='PlannedLeaving',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('own_to', models.CharField(blank=True, help_text='As in `accounts.leaving.steps.Leaving`.', max_length=36)),
                        ('batch', models.UUIDField(blank=True, db_index=True, null=True)),
                        ('due_at', models.DateTimeField()),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('done_at', models.DateTimeField(blank=True, null=True)),
                        ('problem', models.CharField(blank=True, choices=[('last_owner', 'The only owner'), ('gone', 'Deactivated already'), ('not_allowed', 'Whoever asked for it may not any more')], max_length=12)),
                        ('hand_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='planned_leavings', to='accounts.membership')),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['due_at'], name='accounts_plannedleaving_due')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('done_at__isnull', True)), fields=('membership',), name='accounts_plannedleaving_one')],
                    },
                ),
                migrations.CreateModel(
                    name='RecoveryCode',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('code_hash', models.BinaryField(max_length=32)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'code_hash'), name='accounts_recoverycode_once')],
                    },
                ),
                migrations.CreateModel(
                    name='RecoveryRequest',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField()),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                ),
                migrations.CreateModel(
                    name='RecoveryAgreement',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('code_hash', models.BinaryField(max_length=32)),
                        ('agreed_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('agreed_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                        ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreements', to='accounts.recoveryrequest')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('request', 'membership'), name='accounts_recoveryagreement_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Invitation',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('token_hash', models.BinaryField(max_length=32, unique=True)),
                        ('mailed_hash', models.BinaryField(max_length=32, null=True, unique=True)),
                        ('expires_at', models.DateTimeField()),
                        ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('membership', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='invitation', to='accounts.membership')),
                        ('recovery', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.recoveryrequest')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['expires_at'], name='accounts_invitation_end')],
                    },
                ),
                migrations.CreateModel(
                    name='RememberedDevice',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('token_hash', models.BinaryField(max_length=32)),
                        ('factor', models.CharField(max_length=20)),
                        ('epoch', models.CharField(max_length=24)),
                        ('browser', models.CharField(blank=True, max_length=80)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('last_used_at', models.DateTimeField(blank=True, null=True)),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='remembered_devices', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'constraints': [models.UniqueConstraint(fields=('membership', 'token_hash'), name='accounts_remembereddevice_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Role',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('name', models.CharField(max_length=40)),
                        ('description', models.CharField(blank=True, help_text='What it is for; of custom roles.', max_length=140)),
                        ('built_in', models.CharField(blank=True, max_length=20)),
                        ('permissions', models.JSONField(blank=True, default=list)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_role_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_role_org_id'), models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Lower('name'), name='accounts_role_name'), models.UniqueConstraint(condition=models.Q(('built_in', ''), _negated=True), fields=('organization', 'built_in'), name='accounts_role_built_in')],
                    },
                ),
                migrations.CreateModel(
                    name='MembershipRole',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('given_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='accounts.role')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_membershiprole_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_membershiprole_org_id'), tenancy.constraints.SameOrganization(field='membership', name='accounts_membershiprole_membership_org'), tenancy.constraints.SameOrganization(field='role', name='accounts_membershiprole_role_org'), models.UniqueConstraint(fields=('organization', 'membership', 'role'), name='accounts_membershiprole_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SamlIdentity',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('entity_id', models.CharField(max_length=1024)),
                        ('name_id', models.CharField(max_length=256)),
                        ('linked_at', models.DateTimeField(auto_now_add=True)),
                        ('last_used_at', models.DateTimeField(blank=True, null=True)),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saml_identities', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_samlidentity_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_samlidentity_org_id'), tenancy.constraints.SameOrganization(field='membership', name='accounts_samlidentity_membership_org'), models.UniqueConstraint(fields=('organization', 'entity_id', 'name_id'), name='accounts_samlidentity_name'), models.UniqueConstraint(fields=('organization', 'entity_id', 'membership'), name='accounts_samlidentity_member')],
                    },
                ),
                migrations.CreateModel(
                    name='SamlKey',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('use', models.CharField(choices=[('next', 'Next'), ('current', 'Current'), ('old', 'Old')], max_length=8)),
                        ('certificate', models.TextField()),
                        ('private_key', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ConfigKey()])),
                        ('fingerprint', models.CharField(max_length=64)),
                        ('ends_at', models.DateTimeField()),
                        ('made_at', models.DateTimeField(auto_now_add=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'ordering': ['made_at'],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_samlkey_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_samlkey_org_id'), models.UniqueConstraint(fields=('organization', 'use'), name='accounts_samlkey_use')],
                    },
                ),
                migrations.CreateModel(
                    name='SamlProvider',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('entity_id', models.CharField(max_length=1024)),
                        ('sso_url', models.CharField(max_length=2000)),
                        ('sso_by', models.CharField(choices=[('redirect', 'HTTP-Redirect'), ('post', 'HTTP-POST')], default='redirect', max_length=8)),
                        ('slo_url', models.CharField(blank=True, max_length=2000)),
                        ('slo_response_url', models.CharField(blank=True, max_length=2000)),
                        ('slo_by', models.CharField(choices=[('redirect', 'HTTP-Redirect'), ('post', 'HTTP-POST')], default='redirect', max_length=8)),
                        ('metadata_url', models.CharField(blank=True, max_length=2000)),
                        ('metadata_checked_at', models.DateTimeField(blank=True, null=True)),
                        ('metadata_problem', models.CharField(blank=True, max_length=60)),
                        ('metadata_failing_since', models.DateTimeField(blank=True, null=True)),
                        ('takes_new_certificates', models.BooleanField(default=False)),
                        ('signed', models.CharField(choices=[('either', 'The assertion or the whole response'), ('assertion', 'The assertion'), ('both', 'The assertion and the whole response')], default='either', max_length=12)),
                        ('signs_requests', models.BooleanField(default=True)),
                        ('wants_encryption', models.BooleanField(default=False)),
                        ('takes_unsolicited', models.BooleanField(default=False)),
                        ('trusts_second_factor', models.BooleanField(default=False)),
                        ('makes_members', models.BooleanField(default=True)),
                        ('session_hours', models.PositiveSmallIntegerField(default=12, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)])),
                        ('email_attribute', models.CharField(blank=True, max_length=256)),
                        ('name_attribute', models.CharField(blank=True, max_length=256)),
                        ('role_attribute', models.CharField(blank=True, max_length=256)),
                        ('groups_attribute', models.CharField(blank=True, max_length=256)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('default_role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.role')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_samlprovider_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_samlprovider_org_id'), tenancy.constraints.SameOrganization(field='default_role', name='accounts_samlprovider_default_role_org'), models.UniqueConstraint(fields=('organization',), name='accounts_samlprovider_one')],
                    },
                ),
                migrations.CreateModel(
                    name='SamlFoundCertificate',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('pem', models.TextField()),
                        ('fingerprint', models.CharField(max_length=64)),
                        ('subject', models.CharField(blank=True, max_length=200)),
                        ('begins_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('found_at', models.DateTimeField(auto_now_add=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='found_certificates', to='accounts.samlprovider')),
                    ],
                    options={
                        'ordering': ['found_at'],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_samlfoundcertificate_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_samlfoundcertificate_org_id'), tenancy.constraints.SameOrganization(field='provider', name='accounts_samlfoundcertificate_provider_org'), models.UniqueConstraint(fields=('organization', 'provider', 'fingerprint'), name='accounts_samlfoundcertificate_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SamlCertificate',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('pem', models.TextField()),
                        ('fingerprint', models.CharField(max_length=64)),
                        ('subject', models.CharField(blank=True, max_length=200)),
                        ('begins_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('added_at', models.DateTimeField(auto_now_add=True)),
                        ('gone_at', models.DateTimeField(blank=True, null=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certificates', to='accounts.samlprovider')),
                    ],
                    options={
                        'ordering': ['-ends_at'],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_samlcertificate_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_samlcertificate_org_id'), tenancy.constraints.SameOrganization(field='provider', name='accounts_samlcertificate_provider_org'), models.UniqueConstraint(fields=('organization', 'provider', 'fingerprint'), name='accounts_samlcertificate_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SamlRequest',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('request_id', models.CharField(max_length=64)),
                        ('kind', models.CharField(choices=[('sign_in', 'Sign-in'), ('again', 'Confirmation'), ('test', 'Test'), ('logout', 'Sign-out')], max_length=8)),
                        ('browser_hash', models.BinaryField(max_length=32)),
                        ('return_path', models.CharField(blank=True, max_length=2000)),
                        ('session_id', models.UUIDField(null=True)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField()),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'expires_at'], name='accounts_samlrequest_end')],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_samlrequest_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_samlrequest_org_id'), tenancy.constraints.SameOrganization(field='member', name='accounts_samlrequest_member_org'), models.UniqueConstraint(fields=('organization', 'request_id'), name='accounts_samlrequest_id')],
                    },
                ),
                migrations.CreateModel(
                    name='SamlAttempt',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('reference', models.CharField(max_length=16)),
                        ('kind', models.CharField(choices=[('sign_in', 'Sign-in'), ('again', 'Confirmation'), ('test', 'Test'), ('logout', 'Sign-out')], max_length=8)),
                        ('reason', models.CharField(blank=True, max_length=40)),
                        ('address', models.GenericIPAddressField(null=True)),
                        ('facts', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.DayKey('audit', 'at')], null=True)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='saml_attempts', related_query_name='saml_attempts', to='accounts.samlrequest')),
                    ],
                    options={
                        'ordering': ['-at'],
                        'indexes': [models.Index(fields=['organization', '-at'], name='accounts_samlattempt_at')],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_samlattempt_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_samlattempt_org_id'), tenancy.constraints.SameOrganization(field='member', name='accounts_samlattempt_member_org'), tenancy.constraints.SameOrganization(field='request', name='accounts_samlattempt_request_org')],
                    },
                ),
                migrations.CreateModel(
                    name='SamlSession',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('name_id_format', models.CharField(blank=True, max_length=256)),
                        ('session_index', models.CharField(blank=True, max_length=256)),
                        ('began_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('ends_at', models.DateTimeField()),
                        ('identity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saml_sessions', to='accounts.samlidentity')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'ends_at'], name='accounts_samlsession_end')],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_samlsession_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_samlsession_org_id'), tenancy.constraints.SameOrganization(field='identity', name='accounts_samlsession_identity_org')],
                    },
                ),
                migrations.CreateModel(
                    name='SamlUsed',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('assertion_hash', models.BinaryField(max_length=32)),
                        ('until', models.DateTimeField()),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'until'], name='accounts_samlused_until')],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_samlused_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_samlused_org_id'), models.UniqueConstraint(fields=('organization', 'assertion_hash'), name='accounts_samlused_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SentCode',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('way', models.CharField(max_length=10)),
                        ('binding', models.BinaryField(max_length=32)),
                        ('address_hash', models.BinaryField(max_length=32)),
                        ('code_hash', models.BinaryField(max_length=32)),
                        ('tries', models.PositiveSmallIntegerField(default=0)),
                        ('sent_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('ended_at', models.DateTimeField(blank=True, help_text='Used, or replaced by a newer one.', null=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sent_codes', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['address_hash', 'sent_at'], name='accounts_sentcode_address'), models.Index(fields=['user', 'sent_at'], name='accounts_sentcode_user')],
                    },
                ),
                migrations.CreateModel(
                    name='Session',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('key_hash', models.BinaryField(max_length=32, unique=True)),
                        ('data', models.JSONField(default=dict)),
                        ('address', models.GenericIPAddressField(null=True)),
                        ('browser', models.CharField(blank=True, max_length=80)),
                        ('created_at', models.DateTimeField()),
                        ('last_seen_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField(db_index=True)),
                        ('membership', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='accounts.membership')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-last_seen_at'],
                    },
                ),
                migrations.CreateModel(
                    name='SignInEvent',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('account', models.BinaryField(max_length=16)),
                        ('origin', models.BinaryField(max_length=16)),
                        ('network', models.BinaryField(max_length=16)),
                        ('known_browser', models.BooleanField(default=False)),
                        ('address', models.GenericIPAddressField(null=True)),
                        ('browser', models.CharField(blank=True, max_length=80)),
                        ('factors', models.JSONField(blank=True, default=list)),
                        ('confirms', models.BooleanField(default=False)),
                        ('outcome', models.CharField(choices=[('failed', 'Failed'), ('password_right', 'Password right'), ('code_wrong', 'Code wrong'), ('signed_in', 'Signed in'), ('outside', 'Outside of the networks')], default='failed', max_length=20)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('membership', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sign_in_events', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['account', 'at'], name='accounts_signin_account'), models.Index(fields=['network', 'at'], name='accounts_signin_network'), models.Index(fields=['user', '-at'], name='accounts_signin_user')],
                    },
                ),
                migrations.CreateModel(
                    name='SignInPolicy',
                    fields=[
                        ('organization', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='sign_in_policy', serialize=False, to='tenancy.organization')),
                        ('required', models.CharField(choices=[('administrators', 'Owners and administrators'), ('roles', 'These roles as well'), ('everybody', 'Everybody')], default='administrators', max_length=14)),
                        ('required_roles', models.JSONField(blank=True, default=list)),
                        ('methods', models.JSONField(default=accounts.models.sign_in_policy.default_methods)),
                        ('weak_alone', models.BooleanField(default=True)),
                        ('remember_days', models.PositiveSmallIntegerField(default=0)),
                        ('grace_days', models.PositiveSmallIntegerField(default=0)),
                        ('required_since', models.DateTimeField(default=django.utils.timezone.now)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('remember_days__lte', 30), ('grace_days__lte', 30)), name='accounts_signinpolicy_days')],
                    },
                ),
                migrations.CreateModel(
                    name='SsoDomain',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('domain', models.CharField(max_length=253)),
                        ('token', models.CharField(max_length=40)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('checked_at', models.DateTimeField(blank=True, null=True)),
                        ('proved_at', models.DateTimeField(blank=True, null=True)),
                        ('missing_since', models.DateTimeField(blank=True, null=True)),
                        ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sso_domains', to='tenancy.organization')),
                    ],
                    options={
                        'ordering': ['domain'],
                        'constraints': [models.UniqueConstraint(fields=('organization', 'domain'), name='accounts_ssodomain_claim'), models.UniqueConstraint(condition=models.Q(('proved_at__isnull', False)), fields=('domain',), name='accounts_ssodomain_proved'), models.CheckConstraint(condition=models.Q(('domain', django.db.models.functions.text.Lower('domain'))), name='accounts_ssodomain_lower')],
                    },
                ),
                migrations.CreateModel(
                    name='SsoDoor',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('slug', models.CharField(max_length=32, unique=True)),
                        ('is_on', models.BooleanField(default=False)),
                        ('enforced', models.CharField(choices=[('nobody', 'Nobody'), ('domains', 'People with an address in a proved domain'), ('everybody', 'Everybody')], default='nobody', max_length=12)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('organization', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sso_door', to='tenancy.organization')),
                    ],
                ),
                migrations.CreateModel(
                    name='Team',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('name', models.CharField(max_length=40)),
                        ('visibility', models.CharField(choices=[('all', 'Everybody who may read conversations'), ('team', 'The people in the team'), ('assigned', 'Only whom a conversation is assigned to')], default='team', max_length=10)),
                        ('shows_unassigned', models.BooleanField(default=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_team_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_team_org_id'), models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Lower('name'), name='accounts_team_name'), models.CheckConstraint(condition=models.Q(('visibility__in', ['all', 'team', 'assigned'])), name='accounts_team_visibility')],
                    },
                ),
                migrations.CreateModel(
                    name='SamlMapping',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('value', models.CharField(max_length=256)),
                        ('made_at', models.DateTimeField(auto_now_add=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('role', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.role')),
                        ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.team')),
                    ],
                    options={
                        'ordering': ['made_at', 'pk'],
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_samlmapping_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_samlmapping_org_id'), tenancy.constraints.SameOrganization(field='role', name='accounts_samlmapping_role_org'), tenancy.constraints.SameOrganization(field='team', name='accounts_samlmapping_team_org'), models.CheckConstraint(condition=models.Q(('role__isnull', True), ('team__isnull', True), _connector='XOR'), name='accounts_samlmapping_one'), models.UniqueConstraint(condition=models.Q(('role__isnull', False)), fields=('organization', 'value'), name='accounts_samlmapping_role'), models.UniqueConstraint(condition=models.Q(('team__isnull', False)), fields=('organization', 'value', 'team'), name='accounts_samlmapping_team')],
                    },
                ),
                migrations.CreateModel(
                    name='TeamMember',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='teams', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='accounts.team')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='accounts_teammember_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='accounts_teammember_org_id'), tenancy.constraints.SameOrganization(field='team', name='accounts_teammember_team_org'), tenancy.constraints.SameOrganization(field='membership', name='accounts_teammember_membership_org'), models.UniqueConstraint(fields=('organization', 'team', 'membership'), name='accounts_teammember_once')],
                    },
                ),
                migrations.CreateModel(
                    name='TotpDevice',
                    fields=[
                        ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                        ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                        ('created_at', models.DateTimeField(auto_now_add=True, help_text='The date and time when this device was initially created in the system.', null=True)),
                        ('last_used_at', models.DateTimeField(blank=True, help_text='The most recent date and time this device was used.', null=True)),
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('secret', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.InstallationKey()])),
                        ('last_step', models.BigIntegerField(default=-1)),
                        ('failures', models.PositiveIntegerField(default=0)),
                        ('failed_at', models.DateTimeField(blank=True, null=True)),
                        ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('user', 'confirmed'), name='accounts_totpdevice_one')],
                    },
                ),
            ],
        ),
        tenancy.together.Together(
            operations=[
                migrations.AddConstraint(
                    model_name='directoryperson',
                    constraint=tenancy.constraints.SameOrganization(field='membership', name='accounts_directoryperson_membership_org'),
                ),
                migrations.AddConstraint(
                    model_name='directoryperson',
                    constraint=models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('organization', 'membership'), name='accounts_directoryperson_member'),
                ),
                migrations.AddConstraint(
                    model_name='accessreview',
                    constraint=tenancy.constraints.SameOrganization(field='begun_by', name='accounts_accessreview_begun_by_org'),
                ),
                migrations.AddConstraint(
                    model_name='directorygroup',
                    constraint=tenancy.constraints.SameOrganization(field='role', name='accounts_directorygroup_role_org'),
                ),
                migrations.AddConstraint(
                    model_name='directorygroup',
                    constraint=tenancy.constraints.SameOrganization(field='team', name='accounts_directorygroup_team_org'),
                ),
            ],
        ),
    ]
