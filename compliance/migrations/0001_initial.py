import django.core.validators
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
    ]
