import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import tenancy.constraints
import tenancy.encryption
import tenancy.ids
import tenancy.isolation
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Directory',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('last_asked_at', models.DateTimeField(blank=True, null=True)),
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
                ('auth_epoch', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='accounts_user_email_lower')],
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
                ('joined_at', models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True)),
                ('last_seen_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='tenancy.organization')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key_hash', models.BinaryField(max_length=32)),
                ('request_hash', models.BinaryField(max_length=32)),
                ('status', models.PositiveSmallIntegerField()),
                ('answer', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.DayKey('body', 'created_at')])),
                ('revealing', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('membership', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='invitation', to='accounts.membership')),
            ],
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
        ),
        migrations.AddField(
            model_name='directory',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AddField(
            model_name='directory',
            name='membership',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='directory', to='accounts.membership'),
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
            name='OutgoingMail',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('recipient', models.BinaryField(max_length=16)),
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
            name='Role',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('built_in', models.CharField(blank=True, max_length=20)),
                ('permissions', models.JSONField(blank=True, default=list)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='MembershipRole',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='accounts.membership')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='accounts.role')),
            ],
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
                ('outcome', models.CharField(choices=[('failed', 'Failed'), ('password_right', 'Password right'), ('code_wrong', 'Code wrong'), ('signed_in', 'Signed in')], default='failed', max_length=20)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sign_in_events', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'ordering': ['name'],
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
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('user', 'organization'), name='accounts_membership_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='accounts_membership_org_id'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('is_active', False), ('joined_at__isnull', False), _connector='OR'), name='accounts_membership_active_joined'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('is_machine', False), ('is_owner', False), _connector='OR'), name='accounts_membership_owner_is_a_person'),
        ),
        migrations.AddIndex(
            model_name='keptanswer',
            index=models.Index(fields=['organization', 'created_at'], name='accounts_keptanswer_age'),
        ),
        migrations.AddConstraint(
            model_name='keptanswer',
            constraint=tenancy.constraints.RowSecurity(name='accounts_keptanswer_tenant'),
        ),
        migrations.AddConstraint(
            model_name='keptanswer',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='accounts_keptanswer_org_id'),
        ),
        migrations.AddConstraint(
            model_name='keptanswer',
            constraint=tenancy.constraints.SameOrganization(field='membership', name='accounts_keptanswer_membership_org'),
        ),
        migrations.AddConstraint(
            model_name='keptanswer',
            constraint=models.UniqueConstraint(fields=('organization', 'membership', 'key_hash'), name='accounts_keptanswer_once'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(fields=['expires_at'], name='accounts_invitation_end'),
        ),
        migrations.AddIndex(
            model_name='directoryperson',
            index=models.Index(fields=['organization', 'external_id'], name='accounts_directoryperson_ext'),
        ),
        migrations.AddConstraint(
            model_name='directoryperson',
            constraint=tenancy.constraints.RowSecurity(name='accounts_directoryperson_tenant'),
        ),
        migrations.AddConstraint(
            model_name='directoryperson',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='accounts_directoryperson_org_id'),
        ),
        migrations.AddConstraint(
            model_name='directoryperson',
            constraint=tenancy.constraints.SameOrganization(field='membership', name='accounts_directoryperson_membership_org'),
        ),
        migrations.AddConstraint(
            model_name='directoryperson',
            constraint=models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Lower('user_name'), condition=models.Q(('removed_at__isnull', True)), name='accounts_directoryperson_user_name'),
        ),
        migrations.AddConstraint(
            model_name='directoryperson',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('organization', 'membership'), name='accounts_directoryperson_member'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=tenancy.constraints.RowSecurity(name='accounts_role_tenant'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='accounts_role_org_id'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='accounts_role_name'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.UniqueConstraint(condition=models.Q(('built_in', ''), _negated=True), fields=('organization', 'built_in'), name='accounts_role_built_in'),
        ),
        migrations.AddConstraint(
            model_name='membershiprole',
            constraint=tenancy.constraints.RowSecurity(name='accounts_membershiprole_tenant'),
        ),
        migrations.AddConstraint(
            model_name='membershiprole',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='accounts_membershiprole_org_id'),
        ),
        migrations.AddConstraint(
            model_name='membershiprole',
            constraint=tenancy.constraints.SameOrganization(field='membership', name='accounts_membershiprole_membership_org'),
        ),
        migrations.AddConstraint(
            model_name='membershiprole',
            constraint=tenancy.constraints.SameOrganization(field='role', name='accounts_membershiprole_role_org'),
        ),
        migrations.AddConstraint(
            model_name='membershiprole',
            constraint=models.UniqueConstraint(fields=('organization', 'membership', 'role'), name='accounts_membershiprole_once'),
        ),
        migrations.AddIndex(
            model_name='signinevent',
            index=models.Index(fields=['account', 'at'], name='accounts_signin_account'),
        ),
        migrations.AddIndex(
            model_name='signinevent',
            index=models.Index(fields=['network', 'at'], name='accounts_signin_network'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=tenancy.constraints.RowSecurity(name='accounts_team_tenant'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='accounts_team_org_id'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='accounts_team_name'),
        ),
        migrations.AddConstraint(
            model_name='directorygroup',
            constraint=tenancy.constraints.RowSecurity(name='accounts_directorygroup_tenant'),
        ),
        migrations.AddConstraint(
            model_name='directorygroup',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='accounts_directorygroup_org_id'),
        ),
        migrations.AddConstraint(
            model_name='directorygroup',
            constraint=tenancy.constraints.SameOrganization(field='role', name='accounts_directorygroup_role_org'),
        ),
        migrations.AddConstraint(
            model_name='directorygroup',
            constraint=tenancy.constraints.SameOrganization(field='team', name='accounts_directorygroup_team_org'),
        ),
        migrations.AddConstraint(
            model_name='directorygroup',
            constraint=models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Lower('name'), name='accounts_directorygroup_name'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=tenancy.constraints.RowSecurity(name='accounts_teammember_tenant'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='accounts_teammember_org_id'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=tenancy.constraints.SameOrganization(field='team', name='accounts_teammember_team_org'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=tenancy.constraints.SameOrganization(field='membership', name='accounts_teammember_membership_org'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=models.UniqueConstraint(fields=('organization', 'team', 'membership'), name='accounts_teammember_once'),
        ),
        migrations.AddConstraint(
            model_name='totpdevice',
            constraint=models.UniqueConstraint(fields=('user', 'confirmed'), name='accounts_totpdevice_one'),
        ),
    ]
