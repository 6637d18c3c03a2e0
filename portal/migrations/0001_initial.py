import django.db.models.deletion
import django.utils.timezone
import portal.models.payments
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
                    name='PaymentAccount',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('provider', models.CharField(help_text='A key of settings.PORTAL_PAYMENT_PROVIDERS.', max_length=20)),
                        ('reference', models.CharField(max_length=80)),
                        ('credentials', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ConfigKey()])),
                        ('is_live', models.BooleanField(default=False, help_text='Whether it moves real money.')),
                        ('is_active', models.BooleanField(default=True, help_text='Whether new requests are paid there.')),
                        ('currency', models.CharField(default='USD', max_length=3)),
                        ('days', models.PositiveSmallIntegerField(default=7, help_text='How long a link is good when nobody says otherwise.')),
                        ('connected_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('heard_at', models.DateTimeField(blank=True, help_text='When a signed webhook last came.', null=True)),
                        ('connected_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_paymentaccount_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_paymentaccount_org_id'), tenancy.constraints.SameOrganization(field='connected_by', name='portal_paymentaccount_connected_by_org'), models.UniqueConstraint(condition=models.Q(('is_active', True)), fields=('organization', 'provider'), name='portal_paymentaccount_one_active'), models.UniqueConstraint(fields=('organization', 'provider', 'reference'), name='portal_paymentaccount_reference')],
                    },
                ),
                migrations.CreateModel(
                    name='PaymentAccountKey',
                    fields=[
                        ('account_id', models.UUIDField(primary_key=True, serialize=False)),
                        ('key', models.CharField(default=portal.models.payments.new_account_key, max_length=40, unique=True)),
                        ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                ),
                migrations.CreateModel(
                    name='PaymentDue',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('subject_id', models.UUIDField()),
                        ('kind', models.CharField(choices=[('request', 'A request that expires'), ('session', 'A session to be asked about'), ('close', 'A session to be closed'), ('refund', 'A refund to be made or asked about')], max_length=8)),
                        ('due_at', models.DateTimeField()),
                        ('lease_until', models.DateTimeField(blank=True, null=True)),
                        ('tries', models.PositiveSmallIntegerField(default=0)),
                        ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['due_at'], name='portal_paymentdue_at')],
                        'constraints': [models.UniqueConstraint(fields=('subject_id', 'kind'), name='portal_paymentdue_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PaymentEvent',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('reference', models.CharField(max_length=120)),
                        ('kind', models.CharField(max_length=80)),
                        ('outcome', models.CharField(help_text='booked, or ignored: about something that is not ours.', max_length=12)),
                        ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.paymentaccount')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'received_at'], name='portal_paymentevent_age')],
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_paymentevent_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_paymentevent_org_id'), tenancy.constraints.SameOrganization(field='account', name='portal_paymentevent_account_org'), models.UniqueConstraint(fields=('organization', 'account', 'reference'), name='portal_paymentevent_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PaymentRequest',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('amount_minor', models.BigIntegerField()),
                        ('currency', models.CharField(max_length=3)),
                        ('description', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.DayKey('payment', 'created_at'), tenancy.encryption.ContactKey('contact_id')])),
                        ('state', models.CharField(choices=[('requested', 'Requested'), ('opened', 'Opened'), ('pending', 'Being paid'), ('paid', 'Paid'), ('partly_refunded', 'Partly refunded'), ('refunded', 'Refunded'), ('expired', 'Expired'), ('canceled', 'Canceled')], default='requested', max_length=16)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField()),
                        ('opened_at', models.DateTimeField(blank=True, null=True)),
                        ('expired_at', models.DateTimeField(blank=True, null=True)),
                        ('canceled_at', models.DateTimeField(blank=True, null=True)),
                        ('paid_at', models.DateTimeField(blank=True, null=True)),
                        ('state_since', models.DateTimeField(default=django.utils.timezone.now)),
                        ('paid_minor', models.BigIntegerField(default=0)),
                        ('refunded_minor', models.BigIntegerField(default=0)),
                        ('needs_look', models.CharField(blank=True, help_text='What a person has to settle, as a short word.', max_length=20)),
                        ('wanted_again_at', models.DateTimeField(blank=True, help_text='The customer asked for a new link.', null=True)),
                        ('receipt_refused', models.CharField(blank=True, help_text="The gate's rule against the receipt.", max_length=60)),
                        ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='portal.paymentaccount')),
                        ('canceled_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
                        ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.conversation')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('receipt', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='texting.message')),
                        ('requested_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('text', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='texting.message')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'contact', '-created_at'], name='portal_payment_of_contact'), models.Index(fields=['organization', '-created_at', '-id'], name='portal_payment_list'), models.Index(fields=['organization', 'text'], name='portal_payment_text'), models.Index(condition=models.Q(('receipt__isnull', False)), fields=['organization', 'receipt'], name='portal_payment_receipt')],
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_paymentrequest_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_paymentrequest_org_id'), tenancy.constraints.SameOrganization(field='account', name='portal_paymentrequest_account_org'), tenancy.constraints.SameOrganization(field='conversation', name='portal_paymentrequest_conversation_org'), tenancy.constraints.SameOrganization(field='contact', name='portal_paymentrequest_contact_org'), tenancy.constraints.SameOrganization(field='requested_by', name='portal_paymentrequest_requested_by_org'), tenancy.constraints.SameOrganization(field='canceled_by', name='portal_paymentrequest_canceled_by_org'), tenancy.constraints.SameOrganization(field='text', name='portal_paymentrequest_text_org'), tenancy.constraints.SameOrganization(field='receipt', name='portal_paymentrequest_receipt_org'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='portal_paymentrequest_amount'), models.CheckConstraint(condition=models.Q(('paid_minor__gte', 0), ('refunded_minor__gte', 0)), name='portal_paymentrequest_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='PaymentSession',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('number', models.PositiveSmallIntegerField()),
                        ('state', models.CharField(choices=[('asking', 'The provider is being asked'), ('open', 'Can be paid'), ('pending', 'Paid, not yet confirmed'), ('expired', 'Over'), ('failed', 'Not paid, or refused by the provider'), ('paid', 'Paid'), ('wrong', 'Paid, but not what was asked for')], default='asking', max_length=10)),
                        ('reference', models.CharField(blank=True, help_text="The provider's id of it.", max_length=120)),
                        ('payment_reference', models.CharField(blank=True, help_text="The provider's id of the payment.", max_length=120)),
                        ('url', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.DayKey('payment', 'made_at'), tenancy.encryption.ContactKey('contact_id')])),
                        ('received_minor', models.BigIntegerField(default=0)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField()),
                        ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.paymentaccount')),
                        ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('request', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='portal.paymentrequest')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'account', 'payment_reference'], name='portal_session_payment')],
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_paymentsession_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_paymentsession_org_id'), tenancy.constraints.SameOrganization(field='request', name='portal_paymentsession_request_org'), tenancy.constraints.SameOrganization(field='contact', name='portal_paymentsession_contact_org'), tenancy.constraints.SameOrganization(field='account', name='portal_paymentsession_account_org'), models.UniqueConstraint(fields=('organization', 'request', 'number'), name='portal_session_number'), models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('organization', 'account', 'reference'), name='portal_session_reference')],
                    },
                ),
                migrations.CreateModel(
                    name='PaymentRefund',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('payment_reference', models.CharField(max_length=120)),
                        ('reference', models.CharField(blank=True, help_text="The provider's id of it.", max_length=120)),
                        ('amount_minor', models.BigIntegerField()),
                        ('state', models.CharField(choices=[('asking', 'Being asked for'), ('pending', 'On its way'), ('succeeded', 'Done'), ('failed', 'Did not work')], default='asking', max_length=10)),
                        ('reason', models.CharField(blank=True, choices=[('requested_by_customer', 'The customer asked for it'), ('duplicate', 'It was paid twice'), ('mistake', 'The request was wrong')], max_length=24)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.paymentaccount')),
                        ('asked_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('session', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='portal.paymentsession')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'account', 'payment_reference'], name='portal_refund_payment'), models.Index(fields=['organization', 'session'], name='portal_refund_session')],
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_paymentrefund_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_paymentrefund_org_id'), tenancy.constraints.SameOrganization(field='account', name='portal_paymentrefund_account_org'), tenancy.constraints.SameOrganization(field='session', name='portal_paymentrefund_session_org'), tenancy.constraints.SameOrganization(field='asked_by', name='portal_paymentrefund_asked_by_org'), models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('organization', 'account', 'reference'), name='portal_refund_reference'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='portal_paymentrefund_amount')],
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
                migrations.CreateModel(
                    name='RefusedPaymentEvent',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('cause', models.CharField(help_text='signature, or unreadable.', max_length=12)),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('taken', 'Taken in'), ('discarded', 'Discarded')], default='waiting', max_length=10)),
                        ('call', tenancy.encryption.EncryptedTextField(blank=True, help_text='JSON: signature and body.', keys=[tenancy.encryption.ConfigKey()], null=True)),
                        ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.paymentaccount')),
                        ('ended_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'account', 'state', 'received_at'], name='portal_refusedevent_list')],
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_refusedpaymentevent_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_refusedpaymentevent_org_id'), tenancy.constraints.SameOrganization(field='account', name='portal_refusedpaymentevent_account_org'), tenancy.constraints.SameOrganization(field='ended_by', name='portal_refusedpaymentevent_ended_by_org'), models.CheckConstraint(condition=models.Q(models.Q(('call__isnull', False), ('state', 'waiting')), ('state', 'taken'), models.Q(('call__isnull', True), ('state', 'discarded')), _connector='OR'), name='portal_refusedpaymentevent_state')],
                    },
                ),
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
                        ('body', tenancy.encryption.EncryptedTextField(blank=True, default='', keys=[tenancy.encryption.DayKey('secure_reply', 'created_at'), tenancy.encryption.ContactKey('contact_id')], null=True)),
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
                    name='SimulatedCheckout',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('session_id', models.UUIDField(help_text='Our reference, and the idempotency key.')),
                        ('state', models.CharField(choices=[('open', 'Open'), ('pending', 'Pending'), ('paid', 'Paid'), ('failed', 'Failed'), ('expired', 'Expired')], default='open', max_length=10)),
                        ('amount_minor', models.BigIntegerField()),
                        ('currency', models.CharField(max_length=3)),
                        ('payee', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ConfigKey()])),
                        ('return_url', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ConfigKey()])),
                        ('expires_at', models.DateTimeField()),
                        ('refunds', models.JSONField(default=dict, help_text="Minor units by refund's reference.")),
                        ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.paymentaccount')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='portal_simulatedcheckout_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='portal_simulatedcheckout_org_id'), tenancy.constraints.SameOrganization(field='account', name='portal_simulatedcheckout_account_org'), models.UniqueConstraint(fields=('organization', 'session_id'), name='portal_simulatedcheckout_once')],
                    },
                ),
            ],
        ),
    ]
