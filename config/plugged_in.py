"""What is plugged in: every call from a lower app to one above it. `config/settings.py` takes each as a setting."""

ACCOUNTS_SETUP_STEPS = [
    "accounts.setting_up.SecondFactor",
    "accounts.setting_up.People",
    "accounts.setting_up.SecondAdmin",
    "texting.setup_steps.FirstLine",
    "compliance.setup_steps.OptInWay",
    "compliance.setup_steps.Measures",
    "retention.setup_steps.Periods",
]
ACCOUNTS_SETTING_FLOORS = ["compliance.measures.profiles.holding.refusals"]  # what a setting may not fall below
COMPLIANCE_SWITCHES = [  # settings above compliance that profiles fix
    "retention.profile_switch.RetentionPeriods",
    "portal.profile_switch.PrivatePages",
]
COMPLIANCE_EVIDENCE: list[str] = []  # kinds of evidence that apps above compliance count
ACCOUNTS_DEACTIVATION_STEPS = [  # the doors that close when somebody leaves, in this order
    "accounts.leaving.own_steps.SignIn",
    "accounts.leaving.own_steps.SingleSignOn",
    "texting.leaving_steps.LiveStreams",
    "accounts.leaving.own_steps.Sessions",
    "accounts.leaving.own_steps.RememberedDevices",
    "texting.notifications.push.leaving_step.PushDevices",
    "accounts.leaving.own_steps.LinksToThem",
    "accounts.leaving.own_steps.PasswordLinks",
    "accounts.leaving.given_steps.LinksFromThem",
    "accounts.leaving.given_steps.ApiKeys",
    "accounts.leaving.given_steps.DirectoryTokens",
    "compliance.leaving_steps.QueuedTexts",
    "texting.scheduled.leaving_step.ScheduledTexts",
    "texting.announcements.leaving_step.Announcements",
    "compliance.automations.leaving_step.Automations",
    "retention.exporting.leaving_step.Exports",
    "compliance.leaving_steps.StandingRuns",
    "compliance.leaving_steps.OwnTemplates",
    "texting.leaving_steps.Assignments",
    "compliance.other_channels.leaving_step.CallingNumbers",
    "compliance.other_channels.leaving_step.PlannedCalls",
    "compliance.leaving_steps.OpenEscalations",  # conversations are locked before escalations, as by arriving texts
]
TEXTING_SEND_POLICIES = [
    "compliance.send_policies.lines.LineActive",
    "compliance.send_policies.lines.CodeLine",
    "compliance.send_policies.authors.AuthorActive",
    "compliance.send_policies.permission.Permission",
    "compliance.send_policies.blocked.BlockedContacts",
    "compliance.send_policies.questions.OpenQuestions",
    "compliance.send_policies.numbers.MarkedNumbers",
    "compliance.send_policies.wording.ReservedWords",
    "compliance.send_policies.content.SensitiveContent",
    "compliance.send_policies.content_types.ContentTypes",
    "compliance.send_policies.links.Links",
    "compliance.send_policies.loudness.Loudness",
    "compliance.send_policies.escalations.OpenEscalation",
    "compliance.send_policies.first_text.FirstTextClauses",
    "compliance.send_policies.hours.QuietHours",
    "compliance.send_policies.frequency.FrequencyCap",
    "texting.announcements.policy.Announced",
    "compliance.polls.policy.Polls",
    "texting.limits.policy.SendingLimits",
    "texting.limits.carriers.policy.CarrierDay",
]
TEXTING_CUSTOMER_ZONES = "compliance.send_policies.hours.zones_of"  # where a customer may be, for the time there
TEXTING_CUSTOMER_CLOCK = "compliance.send_policies.customer_clock.CustomerClock"  # the same, for texts of later
TEXTING_COMPOSER_TOOLS = [
    "compliance.message_templates.picking.composer_tools",
    "portal.secure.showing.composer_tools",
    "portal.payments.notices.composer_tools",
    "compliance.escalations.showing.composer_tools",
]
TEXTING_ORIGINS = "compliance.message_templates.origins.Templates"  # where texts came from that were not written anew
TEXTING_AUDIENCES = ["compliance.opt_in.audiences.Agreed"]  # what contacts have agreed to, to choose an audience by
TEXTING_ANNOUNCED_FOR = ["compliance.polls.showing.announced_for"]  # what announcements are part of
TEXTING_NOTIFIED_OF = [  # things that wait for a second person, in members' lists of notifications
    "texting.announcements.notified.Announcements",
    "compliance.message_templates.notified.Templates",
    "compliance.content_types.notified.HeldTexts",
]
TEXTING_THREAD_NOTICES = [
    "portal.payments.notices.payments",
    "compliance.opt_out.thread_notices.open_questions",
    "compliance.content_types.showing.held_texts",
    "compliance.opt_in.opt_in_notices.opt_ins",
    "compliance.escalations.showing.thread_notices",
    "compliance.automations.showing.thread_notices",
    "retention.holds.showing.thread_notices",
]
TEXTING_TIMELINE = ["texting.timeline.own.SOURCES", "compliance.timeline.SOURCES", "portal.timeline.SOURCES"]
TEXTING_MESSAGE_CARDS = ["portal.secure.showing.cards"]
TEXTING_MUST_NOT_BE_KEPT = "compliance.screening.masking.must_not_be_kept"  # asked of a text, before it is sealed
TEXTING_KEPT_WORDS = "compliance.screening.masking.kept"  # notes and drafts, as they may be stored
TEXTING_REFUSAL_NOTES = ["compliance.screening.refusing.note", "compliance.content_types.holding.note"]
TEXTING_WORDS_ENDED = [  # who else holds them
    "texting.searching.keeping.forget_ended",
    "compliance.screening.ended.forget",
    "compliance.escalations.ended.forget",
    "portal.secure.ended.forget",
]
COMPLIANCE_OWN_LINKS = "portal.links.stored"  # which codes lead to a page of the organization
COMPLIANCE_PAYMENTS = "portal.payments.reading.conversations_with_payments"  # which of some asked for a payment
TEXTING_CONTACT_ADDRESSES = "compliance.other_channels.mail.addresses.of_contacts"  # by which contacts are found
TEXTING_MERGE_GUARDS = ["retention.requests.merging.refused"]  # why contacts cannot be merged now
TEXTING_MERGE_KEEPERS = ["retention.holds.freezing.keeps_contacts"]  # what stood there before a merge of these stays
TEXTING_SEARCH_FILTERS = ["compliance.search_filters.WithFinding", "compliance.search_filters.WithEscalation"]
TEXTING_ENDING_STEPS = [  # told of conversations that are resolved or reopened
    "compliance.review_checks.marking.mark",
    "compliance.automations.hearing.ended",
    "compliance.satisfaction.asking.ended",
]
TEXTING_TAG_WITNESSES = ["retention.holds.meeting.tagged"]  # told of tags that contacts got, in whatever way
TEXTING_TAGGED_STEPS = ["compliance.automations.hearing.tagged"]  # told of contacts on which somebody put a tag
TEXTING_INBOUND_PLACES = ["compliance.satisfaction.hearing.places"]  # texts that open no new conversation
TEXTING_TAG_FOLLOWERS = [  # who asks for tags, and asks for another one when a tag is merged into that
    "texting.filtering.saving.follow_tag",
    "texting.announcements.audiences.follow_tag",
    "compliance.automations.tags_asked_for.follow_tag",
]
TEXTING_TAG_GUARDS = ["retention.tag_periods.why_kept"]  # tags that do not come off by the way
TEXTING_LINE_GUARDS = ["retention.line_periods.why_kept"]  # lines whose texts would end sooner in another team
TEXTING_GOES_ON = ["compliance.screening.masking.may_complete"]  # texts of one customer that are read in their order
TEXTING_INBOUND_STEPS = [
    "compliance.screening.arriving.Masking",
    "compliance.inbound_steps.Keywords",
    "compliance.carrier.hearing.CarrierWords",
    "compliance.satisfaction.hearing.Scores",
    "compliance.polls.hearing.Polls",
    "compliance.escalations.arriving.GrayAreas",
    "compliance.automations.arriving.Rules",
]
TEXTING_COPY_GUARDS = ["retention.holds.freezing.keeps_copies"]  # providers are not asked to forget these
TEXTING_PAYLOAD_DAYS = "retention.payload_days.days"  # how long an organization keeps payloads of webhooks
TEXTING_QUARANTINE_GUARDS = ["retention.holds.freezing.keeps_days"]  # refused requests of these days stay
TEXTING_ENDING_GUARDS = ["retention.holds.freezing.keeps_words"]  # words that may not be removed by hand
RETENTION_KEEPERS = [  # what keeps a row although its period is over
    "retention.holds.freezing.keeper",
    "retention.guards.unreviewed",
    "retention.guards.escalated",
    "retention.guards.unpaid",
    "retention.guards.unsettled",
    "retention.guards.unsent",
    "retention.guards.unresolved",
    "retention.guards.unopened",
    "retention.guards.unanswered",
    "retention.guards.copied",
    "retention.guards.worded",
]
