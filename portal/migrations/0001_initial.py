import django.db.models.deletion
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
        ('texting', '0001_initial'),
    ]

    operations = [
        tenancy.together.Together(
            operations=[
                migrations.CreateModel(
                    name='SecureMessage',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('state', models.CharField(choices=[('open', 'Can be opened'), ('locked', 'Locked'), ('used', 'Opened as often as allowed'), ('revoked', 'Taken back'), ('expired', 'Expired')], default='open', max_length=8)),
                        ('content', tenancy.encryption.EncryptedBytesField(keys=[tenancy.encryption.RowKey('secure_message', 'id'), tenancy.encryption.ContactKey('contact_id')], null=True)),
                        ('kept_half', tenancy.encryption.EncryptedBytesField(keys=[tenancy.encryption.RowKey('secure_message', 'id'), tenancy.encryption.ContactKey('contact_id')], null=True)),
                        ('check_by', models.CharField(choices=[('code', 'A code sent to this phone'), ('birth_date', 'Their date of birth'), ('postcode', 'Their ZIP or postcode')], default='code', max_length=10)),
                        ('fact', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.RowKey('secure_message', 'id'), tenancy.encryption.ContactKey('contact_id')], null=True)),
                        ('code', models.BinaryField(blank=True, max_length=16, null=True)),
                        ('code_sent_at', models.DateTimeField(blank=True, null=True)),
                        ('codes_sent', models.PositiveSmallIntegerField(default=0)),
                        ('wrong', models.PositiveSmallIntegerField(default=0)),
                        ('views', models.PositiveSmallIntegerField(default=0)),
                        ('most_views', models.PositiveSmallIntegerField()),
                        ('expires_at', models.DateTimeField()),
                        ('created_at', models.DateTimeField()),
                        ('first_opened_at', models.DateTimeField(blank=True, null=True)),
                        ('last_opened_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('link_forgotten_at', models.DateTimeField(blank=True, help_text='When our copy of the text lost its link.', null=True)),
                        ('author', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
                        ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.conversation')),
                        ('message', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.message')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['organization', 'expires_at'], name='portal_securemessage_due'), models.Index(condition=models.Q(('link_forgotten_at__isnull', True)), fields=['organization', 'created_at'], name='portal_securemessage_link')],
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_securemessage_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_securemessage_org_id'), tenancy.constraints.SameOrganization(field='conversation', name='portal_securemessage_conversation_org'), tenancy.constraints.SameOrganization(field='contact', name='portal_securemessage_contact_org'), tenancy.constraints.SameOrganization(field='author', name='portal_securemessage_author_org'), tenancy.constraints.SameOrganization(field='message', name='portal_securemessage_message_org'), models.UniqueConstraint(fields=('organization', 'message'), name='portal_securemessage_text'), models.CheckConstraint(condition=models.Q(('views__lte', models.F('most_views'))), name='portal_securemessage_views'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ['open', 'locked'])), models.Q(('content__isnull', True), ('ended_at__isnull', False), ('state__in', ['used', 'revoked', 'expired'])), _connector='OR'), name='portal_securemessage_ended')],
                    },
                ),
                migrations.CreateModel(
                    name='SecureReply',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('body', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.DayKey('body', 'created_at'), tenancy.encryption.ContactKey('contact_id')])),
                        ('created_at', models.DateTimeField()),
                        ('read_at', models.DateTimeField(blank=True, null=True)),
                        ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
                        ('message', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.message')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('secure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='portal.securemessage')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_securereply_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_securereply_org_id'), tenancy.constraints.SameOrganization(field='secure', name='portal_securereply_secure_org'), tenancy.constraints.SameOrganization(field='contact', name='portal_securereply_contact_org'), tenancy.constraints.SameOrganization(field='message', name='portal_securereply_message_org'), models.UniqueConstraint(fields=('organization', 'message'), name='portal_securereply_text')],
                    },
                ),
                migrations.CreateModel(
                    name='SecureVisit',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('token', models.BinaryField(max_length=32)),
                        ('begun_at', models.DateTimeField()),
                        ('until', models.DateTimeField()),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('secure', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='portal.securemessage')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_securevisit_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_securevisit_org_id'), tenancy.constraints.SameOrganization(field='secure', name='portal_securevisit_secure_org'), models.UniqueConstraint(fields=('organization', 'secure', 'token'), name='portal_securevisit_token')],
                    },
                ),
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
                migrations.CreateModel(
                    name='PortalSettings',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('days', models.PositiveSmallIntegerField(default=7, help_text='How long a message can be opened.')),
                        ('most_views', models.PositiveSmallIntegerField(default=5, help_text='How often it can be opened.')),
                        ('works_without_script', models.BooleanField(default=True, help_text="The half of the key that is in the link is kept too, under the link's own code.")),
                        ('own_address', models.URLField(blank=True)),
                        ('changed_at', models.DateTimeField()),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_portalsettings_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_portalsettings_org_id'), models.UniqueConstraint(fields=('organization',), name='portal_settings_once')],
                    },
                ),
            ],
        ),
    ]
