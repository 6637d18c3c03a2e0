import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import tenancy.constraints
import tenancy.encryption
import tenancy.ids
import tenancy.isolation
import texting.models.line
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('state', models.CharField(choices=[('waiting', 'Waits at the provider'), ('here', 'Here'), ('refused', 'Refused'), ('gone', 'Gone')], default='waiting', max_length=8)),
                ('reason', models.CharField(blank=True, max_length=16)),
                ('verdict', models.CharField(choices=[('unscanned', 'Not scanned'), ('clean', 'Nothing found'), ('infected', 'Infected')], default='unscanned', max_length=10)),
                ('content_type', models.CharField(blank=True, help_text='Read from the bytes, never as declared.', max_length=40)),
                ('size', models.PositiveIntegerField(default=0, help_text='Bytes as stored.')),
                ('original_size', models.PositiveIntegerField(default=0, help_text='Bytes as it came or was chosen.')),
                ('width', models.PositiveIntegerField(default=0)),
                ('height', models.PositiveIntegerField(default=0)),
                ('has_thumbnail', models.BooleanField(default=False)),
                ('digest', models.BinaryField(blank=True, max_length=16, null=True)),
                ('name', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.DayKey('body', 'created_at'), tenancy.encryption.ContactKey('contact_id')])),
                ('alt', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.DayKey('body', 'created_at'), tenancy.encryption.ContactKey('contact_id')])),
                ('source', tenancy.encryption.EncryptedTextField(blank=True, help_text='JSON: where it lies at the provider and as what it was declared.', keys=[tenancy.encryption.DayKey('body', 'created_at'), tenancy.encryption.ContactKey('contact_id')])),
                ('created_at', models.DateTimeField()),
                ('author', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('registry_id', models.CharField(blank=True, help_text='As the registry or the provider names it.', max_length=40)),
                ('tier', models.CharField(max_length=20)),
                ('daily_segments', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000000)])),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('registry_id', models.CharField(blank=True, help_text='As the registry or the provider names it.', max_length=40)),
                ('message_class', models.CharField(max_length=20)),
                ('segments_a_minute', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)])),
                ('pictures_a_minute', models.PositiveIntegerField(help_text='Texts with pictures or files.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)])),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='texting.brand')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CampaignPace',
            fields=[
                ('campaign_id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('segment_seconds', models.FloatField()),
                ('picture_seconds', models.FloatField()),
                ('burst_seconds', models.FloatField()),
                ('free_at', models.DateTimeField(auto_now_add=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.ContactKey('id')])),
                ('number', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ContactKey('id')])),
                ('number_index', models.BinaryField(max_length=16)),
                ('number_masked', models.CharField(max_length=24)),
                ('region', models.CharField(blank=True, help_text='Region of the number, ISO 3166 or 001; not where the person is.', max_length=3)),
                ('number_kind', models.CharField(blank=True, help_text='A `PhoneKind`, empty when it was not asked.', max_length=20)),
                ('prefix_index', models.BinaryField(help_text="Of the number's first seven digits.", max_length=16, null=True)),
                ('first_texted_at', models.DateTimeField(blank=True, help_text='When we first texted this number.', null=True)),
                ('only_codes', models.BooleanField(default=False, help_text="A colleague's phone, known for sign-in codes only: on no list of customers.")),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='AttachmentChunk',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('content', tenancy.encryption.EncryptedBytesField(keys=[tenancy.encryption.DayKey('body', 'created_at'), tenancy.encryption.ContactKey('contact_id')])),
                ('created_at', models.DateTimeField(help_text="The attachment's: it names the day whose key seals.")),
                ('attachment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chunks', to='texting.attachment')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
            ],
        ),
        migrations.AddField(
            model_name='attachment',
            name='contact',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact'),
        ),
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('open', 'Open'), ('resolved', 'Resolved')], default='open', max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('last_activity_at', models.DateTimeField()),
                ('last_inbound_at', models.DateTimeField(blank=True, null=True)),
                ('unread', models.PositiveIntegerField(default=0, help_text='Texts of the customer that nobody has read yet.')),
                ('preview', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.DayKey('body', 'last_activity_at'), tenancy.encryption.ContactKey('contact_id')])),
                ('preview_is_ours', models.BooleanField(default=False)),
                ('preview_media', models.CharField(blank=True, help_text='`Message.media_kind` of the latest text.', max_length=7)),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='texting.contact')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.AddField(
            model_name='attachment',
            name='conversation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='texting.conversation'),
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(choices=[('queue', 'When it was queued'), ('hand_over', 'When it was handed to the provider')], max_length=10)),
                ('purpose', models.CharField(max_length=20)),
                ('verdict', models.CharField(max_length=10)),
                ('reasons', models.JSONField(default=list, help_text='[{rule, verdict, version, evidence: {name: id}}]; ids, never content.')),
                ('attachments', models.JSONField(default=list, help_text='Ids of the pictures and files that it was about.')),
                ('decided_at', models.DateTimeField()),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='texting.conversation')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ContactKey('contact_id')])),
                ('is_note', models.BooleanField(default=False)),
                ('updated_at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='texting.contact')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='texting.conversation')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='LimitChange',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(choices=[('raised_today', 'Ceiling raised for the day'), ('ceiling', 'Daily ceiling'), ('grew', 'Daily ceiling grew by rule'), ('rate', 'Rate'), ('country_added', 'Country added'), ('country_removed', 'Country removed'), ('stopped', 'Alarm raised'), ('lifted', 'Alarm lifted')], max_length=20)),
                ('subject', models.CharField(blank=True, help_text="A rate's name, a region, an alarm's rule.", max_length=40)),
                ('before', models.BigIntegerField(blank=True, null=True)),
                ('after', models.BigIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(4611686018427387904)])),
                ('reason', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.ConfigKey()])),
                ('changed_at', models.DateTimeField(auto_now_add=True)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'ordering': ['-changed_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('number', models.CharField(help_text="E.164; our own number, not a customer's.", max_length=16)),
                ('provider', models.CharField(help_text='A key of settings.TEXTING_PROVIDERS.', max_length=20)),
                ('credentials', tenancy.encryption.EncryptedTextField(help_text="JSON that the provider's adapter understands.", keys=[tenancy.encryption.ConfigKey()])),
                ('is_active', models.BooleanField(default=True)),
                ('texts_per_second', models.FloatField(default=1.0, help_text='Of one segment each: a long text counts as several.', validators=[django.core.validators.MinValueValidator(0.01), django.core.validators.MaxValueValidator(500)])),
                ('carrier_answers_keywords', models.BooleanField(default=False, help_text='The carrier itself confirms STOP, START and HELP; a second answer of ours would break the rules.')),
                ('sends_codes', models.BooleanField(default=False, help_text="Sign-in codes leave here and nothing else does; its conversations are nobody's to read.")),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('campaign', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='texting.campaign')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='accounts.team')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='conversation',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='texting.line'),
        ),
        migrations.CreateModel(
            name='LineKey',
            fields=[
                ('line_id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(default=texting.models.line.new_line_key, max_length=40, unique=True)),
                ('previous_key', models.CharField(blank=True, help_text='Still answers while the address is being changed.', max_length=40, null=True, unique=True)),
                ('heard_at', models.DateTimeField(blank=True, help_text="When a customer's text last came to the present address, to within some seconds.", null=True)),
                ('texts_per_second', models.FloatField(default=1.0)),
                ('campaign_id', models.UUIDField(blank=True, db_index=True, null=True)),
                ('free_at', models.DateTimeField(auto_now_add=True)),
                ('refusals', models.PositiveSmallIntegerField(default=0)),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('stopped_for', models.CharField(blank=True, help_text='The kind of error: auth or account.', max_length=20)),
                ('probe_at', models.DateTimeField(blank=True, null=True)),
                ('polled_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('poll_due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='MediaLink',
            fields=[
                ('token_hash', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('attachment_id', models.UUIDField()),
                ('message_id', models.UUIDField()),
                ('attempt', models.PositiveSmallIntegerField()),
                ('expires_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('direction', models.CharField(choices=[('in', 'From the customer'), ('out', 'To the customer')], max_length=3)),
                ('purpose', models.CharField(blank=True, max_length=20)),
                ('body', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.DayKey('body', 'created_at'), tenancy.encryption.ContactKey('contact_id')])),
                ('status', models.CharField(choices=[('received', 'received'), ('held', 'held'), ('queued', 'queued'), ('sending', 'sending'), ('unconfirmed', 'unconfirmed'), ('sent', 'sent'), ('delivered', 'delivered'), ('undelivered', 'undelivered'), ('failed', 'failed'), ('canceled', 'canceled'), ('read', 'read')], max_length=12)),
                ('error_kind', models.CharField(blank=True, choices=[('rate_limited', 'rate_limited'), ('transient', 'transient'), ('unreachable', 'unreachable'), ('unknown_outcome', 'unknown_outcome'), ('absent', 'absent'), ('invalid_recipient', 'invalid_recipient'), ('opted_out', 'opted_out'), ('content_rejected', 'content_rejected'), ('sender_not_allowed', 'sender_not_allowed'), ('auth', 'auth'), ('account', 'account'), ('region', 'region'), ('invalid_request', 'invalid_request'), ('unknown', 'unknown')], max_length=20)),
                ('provider_code', models.CharField(blank=True, max_length=20)),
                ('provider_message_id', models.CharField(blank=True, max_length=64, null=True)),
                ('our_number', models.CharField(blank=True, help_text="E.164; our number that the text went from or to where the provider chose it. Empty: the line's.", max_length=16)),
                ('media_count', models.PositiveSmallIntegerField(default=0)),
                ('media_kind', models.CharField(blank=True, choices=[('picture', 'Pictures only'), ('file', 'Other files too')], max_length=7)),
                ('segments', models.PositiveSmallIntegerField(default=1)),
                ('decision_verdict', models.CharField(blank=True, max_length=10, null=True)),
                ('counted_from', models.DateTimeField(blank=True, help_text='Begin of the day whose ceilings this text counts against; none: it does not.', null=True)),
                ('price_micros', models.PositiveIntegerField(default=0, help_text='What it was counted with: a millionth of a unit.')),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('sent_again_at', models.DateTimeField(blank=True, help_text='By itself, because its answer was lost.', null=True)),
                ('receipt_due_at', models.DateTimeField(blank=True, help_text='When we ask what became of it.', null=True)),
                ('attention', models.CharField(blank=True, choices=[('held', 'Waits for approval'), ('unconfirmed', 'Not confirmed'), ('failed', 'Did not arrive'), ('no_receipt', 'No receipt'), ('duplicate', 'May have arrived twice')], max_length=12)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('settlement', models.CharField(blank=True, choices=[('sent_again', 'Sent again'), ('arrived', 'It arrived'), ('called', 'Told them another way'), ('not_needed', 'No longer needed'), ('cannot', 'Cannot be reached')], max_length=12)),
                ('again_of', models.ForeignKey(blank=True, db_index=False, help_text='The text that a person sent again with this one.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.message')),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='texting.conversation')),
                ('decision', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.decision')),
                ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.line')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('settled_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
        ),
        migrations.AddField(
            model_name='attachment',
            name='message',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='texting.message'),
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.DayKey('body', 'created_at'), tenancy.encryption.ContactKey('contact_id')])),
                ('created_at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='texting.conversation')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='OutboxEntry',
            fields=[
                ('message_id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('line_id', models.UUIDField()),
                ('contact_id', models.UUIDField(help_text='One text at a time to one person, so that texts keep their order.')),
                ('priority', models.PositiveSmallIntegerField(help_text='Lower goes first: `texting.purposes.TERMS`.')),
                ('segments', models.PositiveSmallIntegerField(default=1, help_text="What it takes of its line's pace.")),
                ('has_pictures', models.BooleanField(default=False, help_text='The carriers count it as one, at another pace.')),
                ('state', models.CharField(choices=[('ready', 'Waiting for its turn'), ('sending', 'Claimed; the provider is being asked'), ('unconfirmed', 'The provider may or may not have it')], default='ready', max_length=12)),
                ('due_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(help_text='After this it fails instead of being tried again.')),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('entered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text="By the database's clock; texts keep this order.")),
                ('unconfirmed_since', models.DateTimeField(blank=True, null=True)),
                ('resends', models.PositiveSmallIntegerField(default=0, help_text='How often it was sent again by itself.')),
                ('restored_at', models.DateTimeField(blank=True, help_text='Came back with a backup then, and may have been sent since it was made.', null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='QuarantinedRequest',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=20)),
                ('kind', models.CharField(choices=[('inbound', 'Text'), ('status', 'Delivery report')], max_length=10)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('replayed', 'Taken in'), ('discarded', 'Discarded')], default='waiting', max_length=10)),
                ('proven', models.BooleanField()),
                ('cause', models.CharField(choices=[('no_signature', 'no_signature'), ('no_secret', 'no_secret'), ('other_address', 'other_address'), ('other_path', 'other_path'), ('other_account', 'other_account'), ('other_token', 'other_token'), ('other_line', 'other_line'), ('other_channel', 'other_channel'), ('no_number', 'no_number'), ('unreadable', 'unreadable'), ('no_attempt', 'no_attempt'), ('line_gone', 'line_gone'), ('provider_changed', 'provider_changed')], max_length=20)),
                ('signed_address', models.CharField(blank=True, help_text='Scheme and host that the signature is for, where they are known.', max_length=300)),
                ('sender_masked', models.CharField(blank=True, max_length=24)),
                ('request', tenancy.encryption.EncryptedTextField(blank=True, help_text='JSON, see kept_requests.', keys=[tenancy.encryption.DayKey('webhook', 'received_at')], null=True)),
                ('received_at', models.DateTimeField()),
                ('tried_at', models.DateTimeField(blank=True, help_text='When it was last found to be still wrong.', null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('line', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='texting.line')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='QuarantineHour',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('hour', models.DateTimeField()),
                ('proven', models.BooleanField()),
                ('kept', models.PositiveIntegerField(default=0)),
                ('left_out', models.PositiveIntegerField(default=0)),
                ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='texting.line')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Reveal',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('session_id', models.UUIDField()),
                ('reason', models.CharField(choices=[('call', 'To call or write to them elsewhere'), ('identity', 'To make sure whom we are texting'), ('record', 'To find or correct their record'), ('request', 'They asked about their own data'), ('incident', 'To look into a complaint or an incident'), ('other', 'Something else')], max_length=10)),
                ('words', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ContactKey('contact_id')])),
                ('created_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('hidden_at', models.DateTimeField(blank=True, null=True)),
                ('told', models.BooleanField(default=False)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='RevealSettings',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('minutes', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)])),
                ('contacts_an_hour', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)])),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='SendAttempt',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('decision_verdict', models.CharField(default='allow', max_length=10)),
                ('token_hash', models.BinaryField(max_length=32)),
                ('started_at', models.DateTimeField()),
                ('brand_id', models.UUIDField(blank=True, help_text='In whose day at the carriers it is counted.', null=True)),
                ('brand_segments', models.PositiveSmallIntegerField(default=0)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, help_text='accepted, refused, retry, unknown, absent; empty while it runs.', max_length=20)),
                ('error_kind', models.CharField(blank=True, max_length=20)),
                ('provider_code', models.CharField(blank=True, max_length=20)),
                ('decision', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.decision')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='texting.message')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='SendingCount',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('day', "The organization's day"), ('organization', "The organization's hour"), ('member', "A member's hour"), ('number', 'An hour of one number'), ('answers', 'An hour of automatic answers to one number'), ('prefix', 'An hour of one block of numbers'), ('brand', "A brand's day at the carriers")], max_length=12)),
                ('key', models.BinaryField(default=b'', max_length=16)),
                ('begins_at', models.DateTimeField()),
                ('texts', models.PositiveIntegerField(default=0)),
                ('segments', models.PositiveIntegerField(default=0)),
                ('micros', models.BigIntegerField(default=0)),
                ('new_contacts', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('last_digits', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), default=list, size=None)),
                ('codes', models.PositiveIntegerField(default=0)),
                ('codes_used', models.PositiveIntegerField(default=0)),
                ('told_percent', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='SendingLimits',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('daily_segments', models.PositiveIntegerField(default=50)),
                ('daily_micros', models.BigIntegerField(default=5000000, validators=[django.core.validators.MinValueValidator(0)])),
                ('most_segments', models.PositiveIntegerField(default=10000)),
                ('raised_on', models.DateField(blank=True, null=True)),
                ('raised_segments', models.PositiveIntegerField(default=0)),
                ('raised_micros', models.BigIntegerField(default=0)),
                ('grown_on', models.DateField(blank=True, help_text='The day whose use was last looked at for growth.', null=True)),
                ('organization_hour', models.PositiveIntegerField(blank=True, null=True)),
                ('member_hour', models.PositiveIntegerField(blank=True, null=True)),
                ('number_hour', models.PositiveIntegerField(blank=True, null=True)),
                ('prefix_hour', models.PositiveIntegerField(blank=True, null=True)),
                ('new_numbers_hour', models.PositiveIntegerField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='SendingStop',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(choices=[('prefix.hourly', 'Too many texts to one block of numbers in an hour'), ('prefix.sequence', 'Numbers that follow one another'), ('prefix.new_numbers', 'Many numbers of one block that were never texted before'), ('prefix.conversion', 'Hardly any code was used'), ('prefix.silence', 'Hardly any text was delivered or answered')], max_length=20)),
                ('prefix', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ConfigKey()])),
                ('prefix_index', models.BinaryField(max_length=16)),
                ('region', models.CharField(max_length=3)),
                ('evidence', models.JSONField(default=dict, help_text='{name: number}')),
                ('raised_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lift_reason', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.ConfigKey()])),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'ordering': ['-raised_at'],
            },
        ),
        migrations.CreateModel(
            name='SendingTurn',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('urgent', models.BooleanField()),
                ('until', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='StatusEvent',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('event_key', models.CharField(help_text='Unique for this message: provider id, status, code.', max_length=120)),
                ('status', models.CharField(max_length=12)),
                ('error_kind', models.CharField(blank=True, max_length=20)),
                ('provider_code', models.CharField(blank=True, max_length=20)),
                ('received_at', models.DateTimeField()),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='status_events', to='texting.message')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('taken', 'Taken'), ('assigned', 'Assigned'), ('returned', 'Handed back to the team'), ('resolved', 'Resolved'), ('reopened', 'Reopened')], max_length=10)),
                ('created_at', models.DateTimeField()),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='turns', to='texting.conversation')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookCounter',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('last', models.BigIntegerField(default=0)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('delivered', 'Delivered'), ('failed', 'Failed')], default='waiting', max_length=10)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('last_status', models.PositiveSmallIntegerField(blank=True, help_text='Of the last answer.', null=True)),
                ('last_failure', models.CharField(blank=True, help_text='Why the last attempt had no answer.', max_length=24)),
                ('last_milliseconds', models.PositiveIntegerField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookAttempt',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('started_at', models.DateTimeField()),
                ('milliseconds', models.PositiveIntegerField()),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('failure', models.CharField(blank=True, max_length=24)),
                ('answer', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.DayKey('webhook', 'started_at')])),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('delivery', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='texting.webhookdelivery')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookDue',
            fields=[
                ('delivery_id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('endpoint_id', models.UUIDField()),
                ('due_at', models.DateTimeField()),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('tried_before', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('url', tenancy.encryption.EncryptedTextField(help_text='May hold a secret of its own in its path.', keys=[tenancy.encryption.ConfigKey()])),
                ('description', models.CharField(blank=True, max_length=80)),
                ('kinds', models.JSONField(default=list, help_text='Values of texting.outgoing_webhooks.kinds.EventKind.')),
                ('with_content', models.BooleanField(default=False, help_text='Bodies hold texts, names and numbers.')),
                ('secret', tenancy.encryption.EncryptedTextField(keys=[tenancy.encryption.ConfigKey()])),
                ('old_secret', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.ConfigKey()])),
                ('state', models.CharField(choices=[('enabled', 'Enabled'), ('disabled', 'Switched off'), ('gone', 'Disabled: it said that it is gone'), ('failing', 'Disabled: it failed for three days'), ('removed', 'Removed')], default='enabled', max_length=10)),
                ('state_since', models.DateTimeField(default=django.utils.timezone.now)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='endpoint',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='texting.webhookendpoint'),
        ),
        migrations.CreateModel(
            name='WebhookEvent',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('sequence', models.BigIntegerField()),
                ('data', models.JSONField(default=dict, help_text='What happened to what: ids, states, counts. Never content.')),
                ('occurred_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='event',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='texting.webhookevent'),
        ),
        migrations.CreateModel(
            name='WebhookLane',
            fields=[
                ('endpoint_id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('width', models.PositiveSmallIntegerField(default=4)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
        ),
        migrations.CreateModel(
            name='AllowedCountry',
            fields=[
                ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('region', models.CharField(max_length=2)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'ordering': ['region'],
                'constraints': [tenancy.constraints.RowSecurity(name='texting_allowedcountry_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='texting_allowedcountry_org_id'), tenancy.constraints.SameOrganization(field='added_by', name='texting_allowedcountry_added_by_org'), models.UniqueConstraint(fields=('organization', 'region'), name='texting_allowedcountry_once')],
            },
        ),
        migrations.CreateModel(
            name='AttachmentDue',
            fields=[
                ('attachment_id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField()),
                ('noted_at', models.DateTimeField()),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['due_at'], name='texting_attachment_due')],
            },
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=tenancy.constraints.RowSecurity(name='texting_brand_tenant'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_brand_org_id'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='texting_brand_name'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.CheckConstraint(condition=models.Q(('daily_segments__isnull', True), ('daily_segments__gte', 1), _connector='OR'), name='texting_brand_cap'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=tenancy.constraints.RowSecurity(name='texting_campaign_tenant'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_campaign_org_id'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=tenancy.constraints.SameOrganization(field='brand', name='texting_campaign_brand_org'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='texting_campaign_name'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('pictures_a_minute__gte', 1), ('segments_a_minute__gte', 1)), name='texting_campaign_rates'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=tenancy.constraints.RowSecurity(name='texting_contact_tenant'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_contact_org_id'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(fields=('organization', 'number_index'), name='texting_contact_number'),
        ),
        migrations.AddConstraint(
            model_name='attachmentchunk',
            constraint=tenancy.constraints.RowSecurity(name='texting_attachmentchunk_tenant'),
        ),
        migrations.AddConstraint(
            model_name='attachmentchunk',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_attachmentchunk_org_id'),
        ),
        migrations.AddConstraint(
            model_name='attachmentchunk',
            constraint=tenancy.constraints.SameOrganization(field='attachment', name='texting_attachmentchunk_attachment_org'),
        ),
        migrations.AddConstraint(
            model_name='attachmentchunk',
            constraint=tenancy.constraints.SameOrganization(field='contact', name='texting_attachmentchunk_contact_org'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=tenancy.constraints.RowSecurity(name='texting_decision_tenant'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_decision_org_id'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=tenancy.constraints.SameOrganization(field='conversation', name='texting_decision_conversation_org'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=tenancy.constraints.SameOrganization(field='author', name='texting_decision_author_org'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('organization', 'id', 'verdict'), name='texting_decision_verdict'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=tenancy.constraints.AppendOnly(name='texting_decision_append_only'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=tenancy.constraints.RowSecurity(name='texting_draft_tenant'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_draft_org_id'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=tenancy.constraints.SameOrganization(field='conversation', name='texting_draft_conversation_org'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=tenancy.constraints.SameOrganization(field='contact', name='texting_draft_contact_org'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=tenancy.constraints.SameOrganization(field='author', name='texting_draft_author_org'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('organization', 'conversation', 'author'), name='texting_draft_once'),
        ),
        migrations.AddIndex(
            model_name='limitchange',
            index=models.Index(fields=['organization', '-changed_at'], name='texting_limitchange_latest'),
        ),
        migrations.AddConstraint(
            model_name='limitchange',
            constraint=tenancy.constraints.RowSecurity(name='texting_limitchange_tenant'),
        ),
        migrations.AddConstraint(
            model_name='limitchange',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_limitchange_org_id'),
        ),
        migrations.AddConstraint(
            model_name='limitchange',
            constraint=tenancy.constraints.SameOrganization(field='actor', name='texting_limitchange_actor_org'),
        ),
        migrations.AddConstraint(
            model_name='limitchange',
            constraint=tenancy.constraints.AppendOnly(name='texting_limitchange_append_only'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=tenancy.constraints.RowSecurity(name='texting_line_tenant'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_line_org_id'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=tenancy.constraints.SameOrganization(field='team', name='texting_line_team_org'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=tenancy.constraints.SameOrganization(field='campaign', name='texting_line_campaign_org'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('organization', 'number'), name='texting_line_number'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(condition=models.Q(('sends_codes', True)), fields=('organization',), name='texting_line_one_for_codes'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['organization', 'status', '-last_activity_at', '-id'], name='texting_conv_by_activity'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['organization', 'assignee', 'status', '-last_activity_at', '-id'], name='texting_conv_by_assignee'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['organization', 'line', 'status', '-last_activity_at', '-id'], name='texting_conv_by_line'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['organization', 'contact', 'line', '-opened_at'], name='texting_conv_thread'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('assignee__isnull', True), ('status', 'open')), fields=['organization', '-last_activity_at', '-id'], name='texting_conv_unassigned'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('status', 'open'), ('unread__gt', 0)), fields=['organization', 'line'], name='texting_conv_unread'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=tenancy.constraints.RowSecurity(name='texting_conversation_tenant'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_conversation_org_id'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=tenancy.constraints.SameOrganization(field='contact', name='texting_conversation_contact_org'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=tenancy.constraints.SameOrganization(field='line', name='texting_conversation_line_org'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=tenancy.constraints.SameOrganization(field='assignee', name='texting_conversation_assignee_org'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('organization', 'contact', 'line'), name='texting_conversation_one_open'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', True), ('status', 'open')), models.Q(('resolved_at__isnull', False), ('status', 'resolved')), _connector='OR'), name='texting_conversation_resolved_at'),
        ),
        migrations.AddIndex(
            model_name='medialink',
            index=models.Index(fields=['message_id'], name='texting_medialink_of_text'),
        ),
        migrations.AddIndex(
            model_name='medialink',
            index=models.Index(fields=['expires_at'], name='texting_medialink_expires'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['organization', 'conversation', 'created_at', 'id'], name='texting_message_thread'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['organization', 'contact', 'line', 'created_at', 'id'], name='texting_message_by_contact'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('attention', ''), _negated=True), fields=['organization', 'line', '-created_at', '-id'], name='texting_message_attention'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('receipt_due_at__isnull', False)), fields=['organization', 'receipt_due_at'], name='texting_message_receipt_due'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=tenancy.constraints.RowSecurity(name='texting_message_tenant'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_message_org_id'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=tenancy.constraints.SameOrganization(field='conversation', name='texting_message_conversation_org'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=tenancy.constraints.SameOrganization(field='contact', name='texting_message_contact_org'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=tenancy.constraints.SameOrganization(field='line', name='texting_message_line_org'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=tenancy.constraints.SameOrganization(field='author', name='texting_message_author_org'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=tenancy.constraints.SameOrganization(field='again_of', name='texting_message_again_of_org'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=tenancy.constraints.SameOrganization(field='settled_by', name='texting_message_settled_by_org'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=tenancy.constraints.SameOrganization(also=('decision_verdict', 'verdict'), field='decision', name='texting_message_decision_allows'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('provider_message_id__isnull', False)), fields=('organization', 'line', 'provider_message_id'), name='texting_message_once'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision__isnull', True), ('direction', 'in')), models.Q(('decision__isnull', False), ('decision_verdict', 'allow'), ('direction', 'out')), _connector='OR'), name='texting_message_allowed'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['organization', 'message', 'position'], name='texting_attachment_of_text'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('message__isnull', True)), fields=['organization', 'conversation', 'author'], name='texting_attachment_unsent'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=tenancy.constraints.RowSecurity(name='texting_attachment_tenant'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_attachment_org_id'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=tenancy.constraints.SameOrganization(field='message', name='texting_attachment_message_org'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=tenancy.constraints.SameOrganization(field='conversation', name='texting_attachment_conversation_org'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=tenancy.constraints.SameOrganization(field='contact', name='texting_attachment_contact_org'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=tenancy.constraints.SameOrganization(field='author', name='texting_attachment_author_org'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('message__isnull', False), ('author__isnull', False), _connector='OR'), name='texting_attachment_of_somebody'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['organization', 'contact', 'created_at', 'id'], name='texting_note_thread'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=tenancy.constraints.RowSecurity(name='texting_note_tenant'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_note_org_id'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=tenancy.constraints.SameOrganization(field='conversation', name='texting_note_conversation_org'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=tenancy.constraints.SameOrganization(field='contact', name='texting_note_contact_org'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=tenancy.constraints.SameOrganization(field='author', name='texting_note_author_org'),
        ),
        migrations.AddIndex(
            model_name='outboxentry',
            index=models.Index(condition=models.Q(('state', 'ready')), fields=['line_id', 'priority', 'entered_at', 'message_id'], name='texting_outbox_ready'),
        ),
        migrations.AddIndex(
            model_name='outboxentry',
            index=models.Index(fields=['line_id', 'contact_id'], name='texting_outbox_in_order'),
        ),
        migrations.AddIndex(
            model_name='outboxentry',
            index=models.Index(condition=models.Q(('state', 'ready'), _negated=True), fields=['lease_until'], name='texting_outbox_leased'),
        ),
        migrations.AddIndex(
            model_name='quarantinedrequest',
            index=models.Index(fields=['organization', 'state', '-received_at', '-id'], name='texting_quarantine_list'),
        ),
        migrations.AddIndex(
            model_name='quarantinedrequest',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['organization', 'line', 'proven'], name='texting_quarantine_waiting'),
        ),
        migrations.AddConstraint(
            model_name='quarantinedrequest',
            constraint=tenancy.constraints.RowSecurity(name='texting_quarantinedrequest_tenant'),
        ),
        migrations.AddConstraint(
            model_name='quarantinedrequest',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_quarantinedrequest_org_id'),
        ),
        migrations.AddConstraint(
            model_name='quarantinedrequest',
            constraint=tenancy.constraints.SameOrganization(field='line', name='texting_quarantinedrequest_line_org'),
        ),
        migrations.AddConstraint(
            model_name='quarantinedrequest',
            constraint=tenancy.constraints.SameOrganization(field='ended_by', name='texting_quarantinedrequest_ended_by_org'),
        ),
        migrations.AddConstraint(
            model_name='quarantinedrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('request__isnull', False), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('ended_at__isnull', False), ('request__isnull', True)), _connector='OR'), name='texting_quarantine_state'),
        ),
        migrations.AddIndex(
            model_name='quarantinehour',
            index=models.Index(condition=models.Q(('left_out__gt', 0)), fields=['organization', 'hour'], name='texting_quarantine_left_out'),
        ),
        migrations.AddConstraint(
            model_name='quarantinehour',
            constraint=tenancy.constraints.RowSecurity(name='texting_quarantinehour_tenant'),
        ),
        migrations.AddConstraint(
            model_name='quarantinehour',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_quarantinehour_org_id'),
        ),
        migrations.AddConstraint(
            model_name='quarantinehour',
            constraint=tenancy.constraints.SameOrganization(field='line', name='texting_quarantinehour_line_org'),
        ),
        migrations.AddConstraint(
            model_name='quarantinehour',
            constraint=models.UniqueConstraint(fields=('organization', 'line', 'hour', 'proven'), name='texting_quarantinehour_once'),
        ),
        migrations.AddIndex(
            model_name='reveal',
            index=models.Index(fields=['organization', '-created_at', '-id'], name='texting_reveal_newest'),
        ),
        migrations.AddIndex(
            model_name='reveal',
            index=models.Index(fields=['organization', 'member', '-created_at'], name='texting_reveal_by_member'),
        ),
        migrations.AddIndex(
            model_name='reveal',
            index=models.Index(fields=['organization', 'session_id', 'until'], name='texting_reveal_shown'),
        ),
        migrations.AddConstraint(
            model_name='reveal',
            constraint=tenancy.constraints.RowSecurity(name='texting_reveal_tenant'),
        ),
        migrations.AddConstraint(
            model_name='reveal',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_reveal_org_id'),
        ),
        migrations.AddConstraint(
            model_name='reveal',
            constraint=tenancy.constraints.SameOrganization(field='member', name='texting_reveal_member_org'),
        ),
        migrations.AddConstraint(
            model_name='reveal',
            constraint=tenancy.constraints.SameOrganization(field='contact', name='texting_reveal_contact_org'),
        ),
        migrations.AddConstraint(
            model_name='reveal',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('created_at'))), name='texting_reveal_ends'),
        ),
        migrations.AddConstraint(
            model_name='revealsettings',
            constraint=tenancy.constraints.RowSecurity(name='texting_revealsettings_tenant'),
        ),
        migrations.AddConstraint(
            model_name='revealsettings',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_revealsettings_org_id'),
        ),
        migrations.AddConstraint(
            model_name='revealsettings',
            constraint=models.UniqueConstraint(fields=('organization',), name='texting_revealsettings_once'),
        ),
        migrations.AddConstraint(
            model_name='revealsettings',
            constraint=models.CheckConstraint(condition=models.Q(('contacts_an_hour__gte', 1), ('minutes__gte', 1), ('minutes__lte', 60)), name='texting_revealsettings_bounds'),
        ),
        migrations.AddConstraint(
            model_name='sendattempt',
            constraint=tenancy.constraints.RowSecurity(name='texting_sendattempt_tenant'),
        ),
        migrations.AddConstraint(
            model_name='sendattempt',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_sendattempt_org_id'),
        ),
        migrations.AddConstraint(
            model_name='sendattempt',
            constraint=tenancy.constraints.SameOrganization(field='message', name='texting_sendattempt_message_org'),
        ),
        migrations.AddConstraint(
            model_name='sendattempt',
            constraint=tenancy.constraints.SameOrganization(also=('decision_verdict', 'verdict'), field='decision', name='texting_sendattempt_decision_allows'),
        ),
        migrations.AddConstraint(
            model_name='sendattempt',
            constraint=models.UniqueConstraint(fields=('organization', 'message', 'number'), name='texting_sendattempt_number'),
        ),
        migrations.AddConstraint(
            model_name='sendattempt',
            constraint=models.UniqueConstraint(fields=('organization', 'token_hash'), name='texting_sendattempt_token'),
        ),
        migrations.AddConstraint(
            model_name='sendattempt',
            constraint=models.CheckConstraint(condition=models.Q(('decision_verdict', 'allow')), name='texting_sendattempt_allowed'),
        ),
        migrations.AddIndex(
            model_name='sendingcount',
            index=models.Index(fields=['organization', 'begins_at'], name='texting_sendingcount_age'),
        ),
        migrations.AddConstraint(
            model_name='sendingcount',
            constraint=tenancy.constraints.RowSecurity(name='texting_sendingcount_tenant'),
        ),
        migrations.AddConstraint(
            model_name='sendingcount',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_sendingcount_org_id'),
        ),
        migrations.AddConstraint(
            model_name='sendingcount',
            constraint=models.UniqueConstraint(fields=('organization', 'kind', 'key', 'begins_at'), name='texting_sendingcount_window'),
        ),
        migrations.AddConstraint(
            model_name='sendinglimits',
            constraint=tenancy.constraints.RowSecurity(name='texting_sendinglimits_tenant'),
        ),
        migrations.AddConstraint(
            model_name='sendinglimits',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_sendinglimits_org_id'),
        ),
        migrations.AddConstraint(
            model_name='sendinglimits',
            constraint=models.UniqueConstraint(fields=('organization',), name='texting_sendinglimits_once'),
        ),
        migrations.AddConstraint(
            model_name='sendinglimits',
            constraint=models.CheckConstraint(condition=models.Q(('daily_micros__gte', 0)), name='texting_sendinglimits_money'),
        ),
        migrations.AddConstraint(
            model_name='sendingstop',
            constraint=tenancy.constraints.RowSecurity(name='texting_sendingstop_tenant'),
        ),
        migrations.AddConstraint(
            model_name='sendingstop',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_sendingstop_org_id'),
        ),
        migrations.AddConstraint(
            model_name='sendingstop',
            constraint=tenancy.constraints.SameOrganization(field='lifted_by', name='texting_sendingstop_lifted_by_org'),
        ),
        migrations.AddConstraint(
            model_name='sendingstop',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('organization', 'prefix_index'), name='texting_sendingstop_one_open'),
        ),
        migrations.AddConstraint(
            model_name='statusevent',
            constraint=tenancy.constraints.RowSecurity(name='texting_statusevent_tenant'),
        ),
        migrations.AddConstraint(
            model_name='statusevent',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_statusevent_org_id'),
        ),
        migrations.AddConstraint(
            model_name='statusevent',
            constraint=tenancy.constraints.SameOrganization(field='message', name='texting_statusevent_message_org'),
        ),
        migrations.AddConstraint(
            model_name='statusevent',
            constraint=models.UniqueConstraint(fields=('organization', 'message', 'event_key'), name='texting_statusevent_once'),
        ),
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(fields=['organization', 'contact', 'created_at', 'id'], name='texting_turn_thread'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=tenancy.constraints.RowSecurity(name='texting_turn_tenant'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_turn_org_id'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=tenancy.constraints.SameOrganization(field='conversation', name='texting_turn_conversation_org'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=tenancy.constraints.SameOrganization(field='contact', name='texting_turn_contact_org'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=tenancy.constraints.SameOrganization(field='actor', name='texting_turn_actor_org'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=tenancy.constraints.SameOrganization(field='assignee', name='texting_turn_assignee_org'),
        ),
        migrations.AddConstraint(
            model_name='webhookcounter',
            constraint=tenancy.constraints.RowSecurity(name='texting_webhookcounter_tenant'),
        ),
        migrations.AddConstraint(
            model_name='webhookcounter',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_webhookcounter_org_id'),
        ),
        migrations.AddConstraint(
            model_name='webhookcounter',
            constraint=models.UniqueConstraint(fields=('organization',), name='texting_webhookcounter_once'),
        ),
        migrations.AddIndex(
            model_name='webhookattempt',
            index=models.Index(fields=['organization', 'delivery', 'started_at'], name='texting_webhookattempt_log'),
        ),
        migrations.AddConstraint(
            model_name='webhookattempt',
            constraint=tenancy.constraints.RowSecurity(name='texting_webhookattempt_tenant'),
        ),
        migrations.AddConstraint(
            model_name='webhookattempt',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_webhookattempt_org_id'),
        ),
        migrations.AddConstraint(
            model_name='webhookattempt',
            constraint=tenancy.constraints.SameOrganization(field='delivery', name='texting_webhookattempt_delivery_org'),
        ),
        migrations.AddIndex(
            model_name='webhookdue',
            index=models.Index(fields=['endpoint_id', 'due_at', 'delivery_id'], name='texting_webhookdue_next'),
        ),
        migrations.AddIndex(
            model_name='webhookdue',
            index=models.Index(fields=['due_at'], name='texting_webhookdue_due'),
        ),
        migrations.AddIndex(
            model_name='webhookdue',
            index=models.Index(condition=models.Q(('lease_until__isnull', False)), fields=['endpoint_id'], name='texting_webhookdue_leased'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=tenancy.constraints.RowSecurity(name='texting_webhookendpoint_tenant'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_webhookendpoint_org_id'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=tenancy.constraints.SameOrganization(field='created_by', name='texting_webhookendpoint_created_by_org'),
        ),
        migrations.AddIndex(
            model_name='webhookevent',
            index=models.Index(fields=['organization', 'occurred_at'], name='texting_webhookevent_age'),
        ),
        migrations.AddConstraint(
            model_name='webhookevent',
            constraint=tenancy.constraints.RowSecurity(name='texting_webhookevent_tenant'),
        ),
        migrations.AddConstraint(
            model_name='webhookevent',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_webhookevent_org_id'),
        ),
        migrations.AddConstraint(
            model_name='webhookevent',
            constraint=models.UniqueConstraint(fields=('organization', 'sequence'), name='texting_webhookevent_sequence'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['organization', 'endpoint', '-id'], name='texting_webhookdelivery_log'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['organization', 'endpoint', 'created_at'], name='texting_webhookdelivery_failed'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['organization', 'event'], name='texting_webhookdelivery_event'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['organization', 'created_at'], name='texting_webhookdelivery_age'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=tenancy.constraints.RowSecurity(name='texting_webhookdelivery_tenant'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='texting_webhookdelivery_org_id'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=tenancy.constraints.SameOrganization(field='endpoint', name='texting_webhookdelivery_endpoint_org'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=tenancy.constraints.SameOrganization(field='event', name='texting_webhookdelivery_event_org'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.UniqueConstraint(fields=('organization', 'endpoint', 'event'), name='texting_webhookdelivery_once'),
        ),
    ]
