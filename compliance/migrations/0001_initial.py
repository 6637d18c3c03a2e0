import compliance.models.opt_in_form
import datetime
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
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
        ('texting', '0001_initial'),
    ]

    operations = [
        tenancy.together.Together(
            operations=[
                migrations.CreateModel(
                    name='Disclosure',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('text', models.TextField()),
                        ('language', models.CharField(default='en', max_length=5)),
                        ('digest', models.BinaryField(max_length=32)),
                        ('made_at', models.DateTimeField()),
                        ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.program')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_disclosure_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_disclosure_org_id'), tenancy.constraints.SameOrganization(field='made_by', name='compliance_disclosure_made_by_org'), tenancy.constraints.AppendOnly(name='compliance_disclosure_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='ConsentImport',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('state', models.CharField(choices=[('uploaded', 'Columns to be named'), ('checking', 'Looking at the rows'), ('checked', 'Waits for you'), ('running', 'Importing'), ('paused', 'Paused'), ('done', 'Done'), ('canceled', 'Canceled'), ('undoing', 'Taking it back'), ('undone', 'Taken back')], default='uploaded', max_length=10)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('file_name', models.CharField(max_length=120)),
                        ('file_digest', models.BinaryField(help_text='SHA-256 of the bytes, to say that they came before.', max_length=32)),
                        ('encoding', models.CharField(max_length=20)),
                        ('delimiter', models.CharField(max_length=1)),
                        ('headings', tenancy.encryption.EncryptedTextField(help_text='JSON list of texts.', keys=[tenancy.encryption.RowKey('import', 'id')])),
                        ('columns', models.JSONField(default=dict, help_text='Position of number, name, agreed_on, how, wording.')),
                        ('date_order', models.CharField(choices=[('ymd', '2026-03-31'), ('mdy', '3/31/2026, month first'), ('dmy', '31/3/2026, day first')], default='ymd', max_length=3)),
                        ('region', models.CharField(help_text='Country of numbers without one, ISO 3166.', max_length=2)),
                        ('rows', models.PositiveIntegerField(default=0)),
                        ('looked_at', models.PositiveIntegerField(default=0, help_text='Rows that were checked.')),
                        ('attestation_version', models.CharField(blank=True, max_length=20)),
                        ('attestation', tenancy.encryption.EncryptedTextField(blank=True, help_text='JSON object of texts: statement, collected_by, how, collected_on.', keys=[tenancy.encryption.DayKey('consent', 'made_at')])),
                        ('attested_at', models.DateTimeField(blank=True, null=True)),
                        ('collected_on', models.DateField(blank=True, help_text='For rows without a date of their own.', null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('downloaded_at', models.DateTimeField(blank=True, help_text='When the rows left out were last fetched.', null=True)),
                        ('forgotten_at', models.DateTimeField(blank=True, help_text="When the rows' own words were destroyed.", null=True)),
                        ('attested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('wording', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.disclosure')),
                        ('program', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.program')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_consentimport_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_consentimport_org_id'), tenancy.constraints.SameOrganization(field='made_by', name='compliance_consentimport_made_by_org'), tenancy.constraints.SameOrganization(field='attested_by', name='compliance_consentimport_attested_by_org'), tenancy.constraints.SameOrganization(field='wording', name='compliance_consentimport_wording_org'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['running', 'paused', 'done', 'undoing', 'undone']), _negated=True), ('attested_at__isnull', False), _connector='OR'), name='compliance_consentimport_attested')],
                    },
                ),
                migrations.CreateModel(
                    name='ConsentEvent',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('number_index', models.BinaryField(max_length=16)),
                        ('action', models.CharField(choices=[('asked', 'Asked for permission'), ('given', 'Permission given'), ('withdrawn', 'Permission withdrawn'), ('help', 'Asked for help'), ('retracted', 'An import taken back')], max_length=10)),
                        ('kind', models.CharField(blank=True, choices=[('reply', 'Wrote to us first'), ('express', 'Express'), ('written', 'Express, in writing'), ('healthcare', 'Health care')], max_length=10)),
                        ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, help_text='What it permits, see `scopes`.', size=None)),
                        ('source', models.CharField(choices=[('keyword', 'A keyword texted to us'), ('form', 'A web form'), ('inbound', 'A text to us'), ('request', 'A question by text'), ('agent', 'Recorded by a member'), ('import', 'An imported list'), ('api', 'A program of ours'), ('carrier', 'Reported by the carrier')], max_length=10)),
                        ('channel', models.CharField(blank=True, choices=[('phone', 'By phone'), ('in_person', 'In person'), ('email', 'By e-mail'), ('letter', 'On paper'), ('text', 'In a text'), ('other', 'Another way')], max_length=10)),
                        ('act', models.CharField(blank=True, choices=[('ticked', 'Ticked the box'), ('keyword', 'Texted the keyword'), ('yes', 'Answered YES'), ('wrote', 'Wrote to us'), ('told', 'Told a member'), ('attested', 'Attested by whoever imported it')], max_length=10)),
                        ('quality', models.CharField(blank=True, choices=[('complete', 'Complete'), ('verbal', 'By word only'), ('imported', 'Imported, with its wording'), ('weak', 'Imported, without its wording')], max_length=10)),
                        ('language', models.CharField(blank=True, max_length=5)),
                        ('words', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.DayKey('consent', 'recorded_at')])),
                        ('circumstances', tenancy.encryption.EncryptedTextField(blank=True, help_text='JSON object of texts: url, form_version, page_digest, ip, browser, referrer, name, how_collected.', keys=[tenancy.encryption.DayKey('consent', 'recorded_at')])),
                        ('matched', models.CharField(blank=True, help_text='The keyword that matched, from our own list.', max_length=60)),
                        ('rules_version', models.CharField(blank=True, max_length=40)),
                        ('message_id', models.UUIDField(blank=True, null=True)),
                        ('happened_at', models.DateTimeField(blank=True, help_text='When the customer said so, if that is known.', null=True)),
                        ('expires_at', models.DateTimeField(blank=True, help_text='Until when a permission counts; empty: no end.', null=True)),
                        ('recorded_at', models.DateTimeField()),
                        ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('brand', models.ForeignKey(blank=True, help_text='Whose texts it is about.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.brand')),
                        ('line', models.ForeignKey(blank=True, help_text='Where they said it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.line')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('retracts', models.ForeignKey(blank=True, help_text='The entry that was untrue.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.consentevent')),
                        ('team', models.ForeignKey(blank=True, help_text='Whose lines it is about.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                        ('disclosure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.disclosure')),
                        ('program', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.program')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'number_index', '-recorded_at'], name='compliance_consent_by_number'), models.Index(condition=models.Q(('action', 'withdrawn')), fields=['organization', 'recorded_at'], include=('number_index', 'team', 'happened_at'), name='compliance_consent_gone')],
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_consentevent_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_consentevent_org_id'), tenancy.constraints.SameOrganization(field='actor', name='compliance_consentevent_actor_org'), tenancy.constraints.SameOrganization(field='team', name='compliance_consentevent_team_org'), tenancy.constraints.SameOrganization(field='brand', name='compliance_consentevent_brand_org'), tenancy.constraints.SameOrganization(field='line', name='compliance_consentevent_line_org'), tenancy.constraints.SameOrganization(field='disclosure', name='compliance_consentevent_disclosure_org'), tenancy.constraints.SameOrganization(field='retracts', name='compliance_consentevent_retracts_org'), models.CheckConstraint(condition=models.Q(models.Q(('action', 'given'), _negated=True), models.Q(('scopes', []), _negated=True), _connector='OR'), name='compliance_consentevent_scoped'), models.UniqueConstraint(condition=models.Q(('retracts__isnull', False)), fields=('organization', 'retracts'), name='compliance_consentevent_retracted_once'), models.CheckConstraint(condition=models.Q(models.Q(('action', 'retracted'), ('retracts__isnull', False)), models.Q(models.Q(('action', 'retracted'), _negated=True), ('retracts__isnull', True)), _connector='OR'), name='compliance_consentevent_retracts'), tenancy.constraints.AppendOnly(name='compliance_consentevent_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='FormKey',
                    fields=[
                        ('form_id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('key', models.CharField(default=compliance.models.opt_in_form.new_form_key, max_length=24, unique=True)),
                        ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                ),
                migrations.CreateModel(
                    name='FormLogo',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('content', models.BinaryField(max_length=200000)),
                        ('type', models.CharField(max_length=20)),
                        ('width', models.PositiveSmallIntegerField()),
                        ('height', models.PositiveSmallIntegerField()),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_formlogo_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_formlogo_org_id'), tenancy.constraints.AppendOnly(name='compliance_formlogo_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='HoursChange',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('before', models.JSONField()),
                        ('after', models.JSONField()),
                        ('reason', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.ConfigKey()])),
                        ('changed_at', models.DateTimeField(auto_now_add=True)),
                        ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', '-changed_at', '-id'], name='compliance_hourschange_latest')],
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_hourschange_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_hourschange_org_id'), tenancy.constraints.SameOrganization(field='actor', name='compliance_hourschange_actor_org'), tenancy.constraints.AppendOnly(name='compliance_hourschange_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='HoursRules',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('soft_opens', models.TimeField(default=datetime.time(8, 0))),
                        ('soft_closes', models.TimeField(default=datetime.time(21, 0))),
                        ('only_warns', models.BooleanField(default=False, help_text='Texts outside the soft hours leave all the same.')),
                        ('without', models.JSONField(default=list, help_text='States whose automated row is not followed.')),
                        ('courtesy', models.JSONField(default=dict, help_text='{"wk": ["08:00", "20:00"], "sat": ..., "sun": null}; empty: the defaults of the table.')),
                        ('healthcare', models.BooleanField(default=False, help_text='Appointment texts rely on the exemption for healthcare, with its caps.')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_hoursrules_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_hoursrules_org_id'), models.UniqueConstraint(fields=('organization',), name='compliance_hoursrules_one'), models.CheckConstraint(condition=models.Q(('soft_opens__lt', models.F('soft_closes'))), name='compliance_hoursrules_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='Keyword',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('word', models.CharField(help_text='compliance.words.keywords.plain_core of what is shown.', max_length=20)),
                        ('shown', models.CharField(max_length=20)),
                        ('language', models.CharField(default='en', max_length=5)),
                        ('is_active', models.BooleanField(default=True)),
                        ('made_at', models.DateTimeField()),
                        ('advertisement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.disclosure')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.line')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.program')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_keyword_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_keyword_org_id'), tenancy.constraints.SameOrganization(field='line', name='compliance_keyword_line_org'), tenancy.constraints.SameOrganization(field='advertisement', name='compliance_keyword_advertisement_org'), tenancy.constraints.SameOrganization(field='made_by', name='compliance_keyword_made_by_org'), models.UniqueConstraint(fields=('organization', 'line', 'word'), name='compliance_keyword_once')],
                    },
                ),
                migrations.CreateModel(
                    name='AdvertisementImage',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('content', models.BinaryField()),
                        ('content_type', models.CharField(max_length=40)),
                        ('digest', models.BinaryField(help_text='SHA-256 of the content; entries of the ledger name it.', max_length=32)),
                        ('made_at', models.DateTimeField()),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('keyword', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.keyword')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'keyword', '-made_at'], name='compliance_adimage_newest')],
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_advertisementimage_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_advertisementimage_org_id'), tenancy.constraints.SameOrganization(field='keyword', name='compliance_advertisementimage_keyword_org'), tenancy.constraints.SameOrganization(field='made_by', name='compliance_advertisementimage_made_by_org'), tenancy.constraints.AppendOnly(name='compliance_advertisementimage_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='OptInForm',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('name', models.CharField(help_text='For colleagues; customers do not see it.', max_length=60)),
                        ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('closed', 'Closed')], default='draft', max_length=10)),
                        ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), size=None)),
                        ('texts', models.JSONField(default=dict)),
                        ('colour', models.CharField(blank=True, help_text='#rrggbb, dark enough for white letters on it.', max_length=7)),
                        ('origins', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), default=list, help_text='Sites that may show it in a frame.', size=None)),
                        ('asks_name', models.BooleanField(default=False)),
                        ('asks_yes', models.BooleanField(default=True, help_text='Only a YES by text makes the permission.')),
                        ('made_at', models.DateTimeField()),
                        ('changed_at', models.DateTimeField()),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.line')),
                        ('logo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.formlogo')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_optinform_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_optinform_org_id'), tenancy.constraints.SameOrganization(field='line', name='compliance_optinform_line_org'), tenancy.constraints.SameOrganization(field='logo', name='compliance_optinform_logo_org'), tenancy.constraints.SameOrganization(field='made_by', name='compliance_optinform_made_by_org'), models.UniqueConstraint(fields=('organization', 'name'), name='compliance_optinform_name_once')],
                    },
                ),
                migrations.CreateModel(
                    name='OptIn',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('number_index', models.BinaryField(max_length=16)),
                        ('source', models.CharField(choices=[('keyword', 'A keyword texted to us'), ('form', 'A web form'), ('inbound', 'A text to us'), ('request', 'A question by text'), ('agent', 'Recorded by a member'), ('import', 'An imported list'), ('api', 'A program of ours'), ('carrier', 'Reported by the carrier')], max_length=10)),
                        ('state', models.CharField(choices=[('asked', 'Waits for YES'), ('given', 'Permission given'), ('lapsed', 'No answer'), ('declined', 'Said no')], max_length=10)),
                        ('question_id', models.UUIDField(blank=True, help_text='The text that asked for YES; it may be purged.', null=True)),
                        ('confirmation_id', models.UUIDField(blank=True, help_text='The text that confirmed it; likewise.', null=True)),
                        ('confirmed_at', models.DateTimeField(blank=True, help_text='When the confirmation left.', null=True)),
                        ('began_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField(blank=True, help_text='Until when a YES counts.', null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('asked', models.ForeignKey(blank=True, help_text='What began it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.consentevent')),
                        ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
                        ('given', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.consentevent')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.line')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('form', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.optinform')),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.program')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'number_index', 'state'], name='compliance_optin_by_number'), models.Index(fields=['organization', '-began_at'], name='compliance_optin_newest'), models.Index(condition=models.Q(('confirmed_at__isnull', True), ('state', 'given')), fields=['organization', 'ended_at'], name='compliance_optin_unconfirmed')],
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_optin_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_optin_org_id'), tenancy.constraints.SameOrganization(field='contact', name='compliance_optin_contact_org'), tenancy.constraints.SameOrganization(field='line', name='compliance_optin_line_org'), tenancy.constraints.SameOrganization(field='form', name='compliance_optin_form_org'), tenancy.constraints.SameOrganization(field='asked', name='compliance_optin_asked_org'), tenancy.constraints.SameOrganization(field='given', name='compliance_optin_given_org')],
                    },
                ),
                migrations.CreateModel(
                    name='FormVersion',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('number', models.PositiveIntegerField()),
                        ('pages', models.JSONField()),
                        ('digests', models.JSONField()),
                        ('boxes', models.JSONField()),
                        ('texts', models.JSONField()),
                        ('look', models.JSONField(help_text='line, colour, logo, origins, asks_name, asks_yes.')),
                        ('published_at', models.DateTimeField()),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('published_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='compliance.optinform')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_formversion_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_formversion_org_id'), tenancy.constraints.SameOrganization(field='form', name='compliance_formversion_form_org'), tenancy.constraints.SameOrganization(field='published_by', name='compliance_formversion_published_by_org'), models.UniqueConstraint(fields=('organization', 'form', 'number'), name='compliance_formversion_once'), tenancy.constraints.AppendOnly(name='compliance_formversion_append_only')],
                    },
                ),
                migrations.CreateModel(
                    name='FormCount',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('day', models.DateField()),
                        ('step', models.CharField(choices=[('viewed', 'Page opened'), ('begun', 'Form sent, complete or not'), ('refused', 'Not taken'), ('submitted', 'Opted in'), ('confirmed', 'Permission given')], max_length=10)),
                        ('count', models.PositiveIntegerField(default=0)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='compliance.optinform')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_formcount_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_formcount_org_id'), tenancy.constraints.SameOrganization(field='form', name='compliance_formcount_form_org'), models.UniqueConstraint(fields=('organization', 'form', 'day', 'step'), name='compliance_formcount_once')],
                    },
                ),
                migrations.CreateModel(
                    name='OptInLimits',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('number_day', models.PositiveIntegerField(blank=True, null=True)),
                        ('prefix_hour', models.PositiveIntegerField(blank=True, null=True)),
                        ('source_hour', models.PositiveIntegerField(blank=True, null=True)),
                        ('organization_hour', models.PositiveIntegerField(blank=True, null=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_optinlimits_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_optinlimits_org_id'), models.UniqueConstraint(fields=('organization',), name='compliance_optinlimits_once')],
                    },
                ),
                migrations.CreateModel(
                    name='OptOutQuestion',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('number_index', models.BinaryField(max_length=16)),
                        ('kind', models.CharField(choices=[('stop', 'Perhaps stop'), ('wrong_number', 'Perhaps a wrong number')], max_length=12)),
                        ('state', models.CharField(choices=[('open', 'Open'), ('stop', 'No more texts'), ('keep', 'Texts go on')], default='open', max_length=4)),
                        ('contact_id', models.UUIDField()),
                        ('conversation_id', models.UUIDField()),
                        ('message_id', models.UUIDField(help_text='The text that raised it; stored in the same transaction, but later.')),
                        ('matched', models.CharField(blank=True, help_text='The rule that matched, from our own list.', max_length=60)),
                        ('rules_version', models.CharField(blank=True, max_length=40)),
                        ('asked_at', models.DateTimeField(help_text='When the customer wrote it.')),
                        ('due_at', models.DateTimeField(help_text="One business day later, by the organization's clock and holidays.")),
                        ('told_at', models.DateTimeField(blank=True, help_text='When it was overdue and members were mailed.', null=True)),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('detached', tenancy.encryption.EncryptedTextField(blank=True, help_text='JSON object: what was known of the customer whose number it no longer is, until it is put back.', keys=[tenancy.encryption.ContactKey('contact_id')])),
                        ('reason', tenancy.encryption.EncryptedTextField(blank=True, keys=[tenancy.encryption.DayKey('consent', 'asked_at')])),
                        ('decided_by', models.ForeignKey(blank=True, help_text='Empty for an answer that the customer gave by a clear text.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['organization', 'due_at', 'id'], name='compliance_question_open'), models.Index(fields=['organization', 'conversation_id'], name='compliance_question_thread')],
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_optoutquestion_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_optoutquestion_org_id'), tenancy.constraints.SameOrganization(field='decided_by', name='compliance_optoutquestion_decided_by_org'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('organization', 'number_index', 'kind'), name='compliance_optoutquestion_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='compliance_optoutquestion_decided')],
                    },
                ),
                migrations.CreateModel(
                    name='PermissionRequest',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('state', models.CharField(choices=[('running', 'Asking'), ('paused', 'Paused'), ('done', 'Everybody is asked'), ('canceled', 'Ended'), ('stopped', 'Stopped: too many opted out')], default='running', max_length=10)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('audience', models.CharField(choices=[('nothing', 'Contacts who have permitted nothing'), ('reply', 'Contacts who wrote to us and permitted nothing else'), ('weak', 'People of an import whose permission cannot be proved')], max_length=10)),
                        ('an_hour', models.PositiveIntegerField(help_text='Questions an hour at most.')),
                        ('left_out', models.JSONField(default=dict, help_text='How many were not chosen, by a fixed word.')),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.line')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('of_import', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.consentimport')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.program')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_permissionrequest_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_permissionrequest_org_id'), tenancy.constraints.SameOrganization(field='made_by', name='compliance_permissionrequest_made_by_org'), tenancy.constraints.SameOrganization(field='line', name='compliance_permissionrequest_line_org'), tenancy.constraints.SameOrganization(field='of_import', name='compliance_permissionrequest_of_import_org'), models.CheckConstraint(condition=models.Q(models.Q(('audience', 'weak'), ('of_import__isnull', False)), models.Q(models.Q(('audience', 'weak'), _negated=True), ('of_import', None)), _connector='OR'), name='compliance_permissionrequest_of'), models.CheckConstraint(condition=models.Q(('an_hour__gte', 1)), name='compliance_permissionrequest_pace')],
                    },
                ),
                migrations.CreateModel(
                    name='PermissionRequestRow',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('state', models.CharField(choices=[('waiting', 'Not asked yet'), ('asked', 'Asked'), ('left_out', 'Left out'), ('refused', 'Could not be asked')], default='waiting', max_length=10)),
                        ('reason', models.CharField(blank=True, help_text='Why not, as a fixed word.', max_length=60)),
                        ('due_at', models.DateTimeField(default=django.utils.timezone.now, help_text='Not asked before: hours, limits.')),
                        ('asked_at', models.DateTimeField(blank=True, null=True)),
                        ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.contact')),
                        ('opt_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.optin')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.permissionrequest')),
                    ],
                    options={
                        'indexes': [models.Index(models.F('organization'), models.F('request'), models.F('state'), models.F('due_at'), name='compliance_requestrow_due'), models.Index(fields=['organization', 'asked_at'], name='compliance_requestrow_asked_at')],
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_permissionrequestrow_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_permissionrequestrow_org_id'), tenancy.constraints.SameOrganization(field='request', name='compliance_permissionrequestrow_request_org'), tenancy.constraints.SameOrganization(field='contact', name='compliance_permissionrequestrow_contact_org'), tenancy.constraints.SameOrganization(field='opt_in', name='compliance_permissionrequestrow_opt_in_org'), models.UniqueConstraint(fields=('organization', 'request', 'contact'), name='compliance_requestrow_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'asked'), _negated=True), models.Q(('asked_at__isnull', False), ('opt_in__isnull', False)), _connector='OR'), name='compliance_requestrow_asked')],
                    },
                ),
                migrations.CreateModel(
                    name='Program',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('name', models.CharField(max_length=40)),
                        ('scope', models.CharField(choices=[('marketing', 'Marketing'), ('informational', 'Informational')], max_length=13)),
                        ('category', models.CharField(blank=True, choices=[('appointment', 'Appointments'), ('order', 'Order confirmations'), ('delivery', 'Deliveries'), ('tip', 'Product tips'), ('poll', 'Opinion polls'), ('announcement', 'Announcements')], max_length=12)),
                        ('frequency', models.CharField(help_text='How often, in words customers read: Up to 4 msgs/month.', max_length=60)),
                        ('terms_url', models.URLField(blank=True, max_length=500)),
                        ('privacy_url', models.URLField(blank=True, max_length=500)),
                        ('double_opt_in', models.BooleanField(default=False, help_text='Only a YES by text makes the permission.')),
                        ('is_active', models.BooleanField(default=True)),
                        ('made_at', models.DateTimeField()),
                        ('brand', models.ForeignKey(blank=True, help_text='Whose texts the permission is for; without one, those of all brands.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.brand')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('team', models.ForeignKey(blank=True, help_text='Whose lines the permission is for; without one, all lines of the organization.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_program_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_program_org_id'), tenancy.constraints.SameOrganization(field='team', name='compliance_program_team_org'), tenancy.constraints.SameOrganization(field='brand', name='compliance_program_brand_org'), tenancy.constraints.SameOrganization(field='made_by', name='compliance_program_made_by_org'), models.UniqueConstraint(fields=('organization', 'name'), name='compliance_program_name_once'), models.CheckConstraint(condition=models.Q(('category', ''), models.Q(('category__in', ('appointment', 'order', 'delivery', 'tip', 'poll', 'announcement')), ('scope', 'informational')), _connector='OR'), name='compliance_program_category')],
                    },
                ),
                migrations.CreateModel(
                    name='FormBox',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('position', models.PositiveSmallIntegerField()),
                        ('wordings', models.JSONField(default=dict)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='boxes', to='compliance.optinform')),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.program')),
                    ],
                    options={
                        'ordering': ['position', 'id'],
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_formbox_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_formbox_org_id'), tenancy.constraints.SameOrganization(field='form', name='compliance_formbox_form_org'), tenancy.constraints.SameOrganization(field='program', name='compliance_formbox_program_org'), models.UniqueConstraint(fields=('organization', 'form', 'program'), name='compliance_formbox_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ProgramText',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(choices=[('question', 'Question for YES'), ('confirmation', 'Confirmation')], max_length=12)),
                        ('language', models.CharField(max_length=5)),
                        ('text', models.TextField()),
                        ('changed_at', models.DateTimeField()),
                        ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='compliance.program')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_programtext_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_programtext_org_id'), tenancy.constraints.SameOrganization(field='program', name='compliance_programtext_program_org'), tenancy.constraints.SameOrganization(field='changed_by', name='compliance_programtext_changed_by_org'), models.UniqueConstraint(fields=('organization', 'program', 'kind', 'language'), name='compliance_programtext_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ReportMail',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('every', models.CharField(choices=[('week', 'Every week, on Monday'), ('month', 'Every month, on the first')], max_length=5)),
                        ('added_at', models.DateTimeField()),
                        ('told_until', models.DateField(help_text='No mail is about days up to this one.')),
                        ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_reportmail_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_reportmail_org_id'), tenancy.constraints.SameOrganization(field='member', name='compliance_reportmail_member_org'), tenancy.constraints.SameOrganization(field='added_by', name='compliance_reportmail_added_by_org'), models.UniqueConstraint(fields=('organization', 'member'), name='compliance_reportmail_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Suppression',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('number_index', models.BinaryField(max_length=16)),
                        ('since', models.DateTimeField()),
                        ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='texting.brand')),
                        ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.consentevent')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_suppression_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_suppression_org_id'), tenancy.constraints.SameOrganization(field='event', name='compliance_suppression_event_org'), tenancy.constraints.SameOrganization(field='team', name='compliance_suppression_team_org'), tenancy.constraints.SameOrganization(field='brand', name='compliance_suppression_brand_org'), models.UniqueConstraint(fields=('organization', 'number_index', 'team', 'brand'), name='compliance_suppression_once', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='AnswerSettings',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('program', models.CharField(blank=True, help_text='What the texts are about, such as Reminders.', max_length=30)),
                        ('phone', models.CharField(blank=True, help_text='E.164; where a person helps.', max_length=16)),
                        ('email', models.EmailField(blank=True, max_length=60)),
                        ('web', models.URLField(blank=True, max_length=60)),
                        ('most_a_month', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(999)])),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_answersettings_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_answersettings_org_id'), models.UniqueConstraint(fields=('organization',), name='compliance_answersettings_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ConsentImportRow',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('number', models.PositiveIntegerField()),
                        ('cells', tenancy.encryption.EncryptedTextField(help_text='JSON list of texts.', keys=[tenancy.encryption.RowKey('import', 'consent_import_id')])),
                        ('number_index', models.BinaryField(max_length=16, null=True)),
                        ('outcome', models.CharField(choices=[('unread', 'Not looked at yet'), ('ready', 'Ready'), ('bad', 'Cannot be used'), ('twice', 'Twice in the file'), ('known', 'Had permission already'), ('opted_out', 'Opted out'), ('imported', 'Imported'), ('weak', 'Imported, to be confirmed'), ('undone', 'Taken back')], default='unread', max_length=10)),
                        ('reason', models.CharField(blank=True, help_text='A fixed word; compliance.importing.reasons.', max_length=30)),
                        ('is_complete', models.BooleanField(default=False, help_text='It brings its own date and wording.')),
                        ('consent_import', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.consentimport')),
                        ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.consentevent')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'consent_import', 'outcome', 'number'], name='compliance_importrow_by'), models.Index(fields=['organization', 'consent_import', 'number_index'], name='compliance_importrow_twice')],
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_consentimportrow_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_consentimportrow_org_id'), tenancy.constraints.SameOrganization(field='consent_import', name='compliance_consentimportrow_consent_import_org'), tenancy.constraints.SameOrganization(field='event', name='compliance_consentimportrow_event_org'), models.UniqueConstraint(fields=('organization', 'consent_import', 'number'), name='compliance_importrow_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ConsentRules',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('revoke_all', models.BooleanField(default=True)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_consentrules_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_consentrules_org_id'), models.UniqueConstraint(fields=('organization',), name='compliance_consentrules_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Finding',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('message_id', models.UUIDField(help_text='The text, stored later in the transaction; never for one that was refused.')),
                        ('conversation_id', models.UUIDField()),
                        ('direction', models.CharField(choices=[('in', 'From the customer'), ('out', 'To the customer')], max_length=3)),
                        ('type', models.CharField(help_text='A label type of the detectors.', max_length=20)),
                        ('confidence', models.CharField(choices=[('low', 'Perhaps'), ('medium', 'Likely'), ('high', 'Sure')], max_length=6)),
                        ('score', models.FloatField()),
                        ('reasons', models.JSONField(help_text='[[rule, weight], ...]; their sum is the score. Rules name data, not values.')),
                        ('rules_version', models.CharField(max_length=40)),
                        ('masked', models.CharField(help_text='What stands in for it: [card ••••1111].', max_length=60)),
                        ('was_removed', models.BooleanField(help_text='The stored text holds the mask and not the value.')),
                        ('digest', models.BinaryField(max_length=16, null=True)),
                        ('found_at', models.DateTimeField()),
                        ('because', tenancy.encryption.EncryptedTextField(blank=True, help_text='Why its author sent it all the same.', keys=[tenancy.encryption.DayKey('body', 'found_at')], null=True)),
                        ('verdict', models.CharField(blank=True, choices=[('', 'To judge'), ('right', 'Right'), ('wrong', 'Wrong')], default='', max_length=5)),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organization', 'message_id'], name='compliance_finding_message'), models.Index(fields=['organization', '-found_at', '-id'], name='compliance_finding_newest'), models.Index(condition=models.Q(('verdict', ''), _negated=True), fields=['organization', 'type'], name='compliance_finding_judged')],
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_finding_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_finding_org_id'), tenancy.constraints.SameOrganization(field='decided_by', name='compliance_finding_decided_by_org'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('verdict', '')), models.Q(models.Q(('verdict', ''), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='compliance_finding_decided')],
                    },
                ),
                migrations.CreateModel(
                    name='FindingException',
                    fields=[
                        ('id', models.UUIDField(default=tenancy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ('type', models.CharField(help_text='A label type of the detectors, none of NEVER.', max_length=20)),
                        ('rules', models.CharField(help_text='Names of rules without what they matched, sorted, by commas.', max_length=400)),
                        ('phrase', models.CharField(blank=True, max_length=80)),
                        ('finding_id', models.UUIDField(help_text='The finding that was judged wrong.')),
                        ('made_at', models.DateTimeField()),
                        ('review_at', models.DateTimeField(help_text='It holds until then; somebody says that it stays, or it ends.')),
                        ('ended_at', models.DateTimeField(blank=True, help_text='When somebody removed it.', null=True)),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.isolation.current_organization_id, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                    ],
                    options={
                        'constraints': [tenancy.constraints.RowSecurity(name='compliance_findingexception_tenant'), models.UniqueConstraint(fields=('organization', 'id'), name='compliance_findingexception_org_id'), tenancy.constraints.SameOrganization(field='made_by', name='compliance_findingexception_made_by_org'), models.CheckConstraint(condition=models.Q(('type__in', ('PAYMENT_CARD', 'CARD_SECURITY', 'US_SSN', 'US_ITIN', 'CREDENTIAL')), _negated=True), name='compliance_findingexception_never'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organization', 'type', 'rules', 'phrase'), name='compliance_findingexception_once')],
                    },
                ),
            ],
        ),
        tenancy.together.Together(
            operations=[
                migrations.AddConstraint(
                    model_name='permissionrequest',
                    constraint=tenancy.constraints.SameOrganization(field='program', name='compliance_permissionrequest_program_org'),
                ),
                migrations.AddConstraint(
                    model_name='optin',
                    constraint=tenancy.constraints.SameOrganization(field='program', name='compliance_optin_program_org'),
                ),
                migrations.AddConstraint(
                    model_name='optin',
                    constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('organization', 'number_index', 'program'), name='compliance_optin_asked_once'),
                ),
                migrations.AddConstraint(
                    model_name='keyword',
                    constraint=tenancy.constraints.SameOrganization(field='program', name='compliance_keyword_program_org'),
                ),
                migrations.AddConstraint(
                    model_name='disclosure',
                    constraint=tenancy.constraints.SameOrganization(field='program', name='compliance_disclosure_program_org'),
                ),
                migrations.AddConstraint(
                    model_name='disclosure',
                    constraint=models.UniqueConstraint(fields=('organization', 'program', 'digest'), name='compliance_disclosure_once'),
                ),
                migrations.AddConstraint(
                    model_name='consentimport',
                    constraint=tenancy.constraints.SameOrganization(field='program', name='compliance_consentimport_program_org'),
                ),
                migrations.AddIndex(
                    model_name='consentevent',
                    index=models.Index(fields=['organization', 'recorded_at'], include=('action', 'kind', 'source', 'program', 'team', 'line'), name='compliance_consent_by_time'),
                ),
                migrations.AddConstraint(
                    model_name='consentevent',
                    constraint=tenancy.constraints.SameOrganization(field='program', name='compliance_consentevent_program_org'),
                ),
            ],
        ),
    ]
