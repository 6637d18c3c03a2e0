"""What each permission is called and what it lets a person do: words for the people who hand permissions out."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, tuple[Promise, Promise]] = {
    "conversations:read": (
        _("Read conversations"),
        _("Opens the inbox and reads what the person's own teams may read."),
    ),
    "conversations:read_all": (
        _("Read conversations of every team"),
        _("Goes beyond the own teams and beyond a team's setting that only the assignee reads."),
    ),
    "conversations:start": (
        _("Start conversations"),
        _("Texts somebody who has not written first. Needs the right to send texts too."),
    ),
    "conversations:claim": (
        _("Take conversations"),
        _("Takes a conversation that is nobody's and hands the own ones back to the team."),
    ),
    "conversations:assign": (
        _("Assign conversations to others"),
        _("Gives any conversation that the person may read to a colleague, or back to the team."),
    ),
    "conversations:resolve": (_("Resolve conversations"), _("Ends a conversation and opens it again.")),
    "notes:write": (_("Write internal notes"), _("Leaves remarks for colleagues, which are never sent.")),
    "messages:send": (
        _("Send texts"),
        _("Answers customers. Every text still passes the checks for permission, hours and content."),
    ),
    "messages:explain": (
        _("Send what is only likely sensitive"),
        _("Gives a reason and sends a text that may hold health or account details. Never cards or secrets."),
    ),
    "messages:approve": (
        _("Decide about held texts"),
        _("Approves or refuses texts that wait for a second person. Never the own ones."),
    ),
    "messages:redact": (
        _("Remove the words of a text"),
        _("Takes the words and files out of one text, here and at the carrier, for a reason. That it was stays."),
    ),
    "messages:delete": (
        _("Delete a text"),
        _("Removes a text with everything about it but that there was one. Reports go on counting it."),
    ),
    "attention:handle": (
        _("Settle texts that did not arrive"),
        _("Closes entries of the attention list. Sending one again needs the right to send texts too."),
    ),
    "templates:own": (
        _("Write templates of one's own"),
        _("Keeps texts that only this person sees and sends, and may propose one to a team."),
    ),
    "templates:manage": (
        _("Manage templates"),
        _("Writes, publishes and archives the texts that colleagues use again. Who may send may use them."),
    ),
    "announcements:prepare": (
        _("Send announcements"),
        _("Writes one text to many customers, sees whom it reaches, starts, pauses and ends it."),
    ),
    "announcements:approve": (_("Approve announcements"), _("Lets a colleague's large announcement begin.")),
    "automations:manage": (
        _("Manage automations"),
        _("Writes rules that answer, tag and assign by themselves. A rule does nothing that its owner may not do."),
    ),
    "portal:send": (_("Send secure messages"), _("Sends links to private pages instead of writing it in a text.")),
    "payments:request": (_("Request payments"), _("Sends a customer a link to pay an amount.")),
    "payments:refund": (_("Give money back"), _("Refunds what a customer has paid, all of it or a part.")),
    "payments:read": (
        _("See all payments"),
        _("Opens the list of payments of conversations that the person may read, also as a file."),
    ),
    "contacts:read": (
        _("See contacts"),
        _("Opens the list of contacts. Names and numbers stay hidden without the right to see them."),
    ),
    "contacts:edit": (_("Edit contacts"), _("Adds contacts; renames them where the person may see names.")),
    "contacts:block": (
        _("Block contacts"),
        _("Keeps what somebody writes from ringing anywhere and everybody from texting them, and takes that back."),
    ),
    "contacts:merge": (
        _("Merge contacts"),
        _("Lists contacts that are probably one person, merges two and undoes that. Needs all names shown."),
    ),
    "tags:manage": (
        _("Manage tags"),
        _("Makes, renames, merges and removes tags. To put one on a contact takes the right to edit contacts."),
    ),
    "fields:manage": (
        _("Manage fields of contacts"),
        _("Makes and archives fields, and chooses which role sees or changes what is written in them."),
    ),
    "filters:share": (
        _("Share filters of contacts"),
        _("Shares saved filters with a team or everybody, changes and deletes shared ones. Own ones take no right."),
    ),
    "contacts:reveal": (
        _("Reveal names and phone numbers"),
        _("Shows one customer for some minutes, for a reason that is kept. Without it they are hidden everywhere."),
    ),
    "contacts:unmasked": (
        _("Work with all names and numbers shown"),
        _("Shows every customer without asking for a reason. Needs the right to reveal too."),
    ),
    "contacts:export": (_("Export contacts"), _("Takes the list of contacts out of the product as a file.")),
    "consent:record": (
        _("Record consent and opt-outs"),
        _("Writes down that a customer has agreed to be texted, or no longer wants it."),
    ),
    "consent:receipt": (
        _("Make consent receipts"),
        _("Looks up everything one number has agreed to and was sent. Needs the right to see numbers too."),
    ),
    "consent:import": (
        _("Import permissions"),
        _("Uploads lists of people who agreed elsewhere, and answers for them. Needs all names and numbers shown."),
    ),
    "consent:request": (
        _("Ask many for permission"),
        _("Sends one question for permission to each of many contacts who have given none."),
    ),
    "opt_outs:decide": (
        _("Decide on perhaps stop"),
        _("Says whether an unclear text asked us to stop, or was a wrong number."),
    ),
    "forms:manage": (
        _("Manage opt-ins"),
        _("Makes and changes the programs, keywords and forms by which customers agree to texts, and their wording."),
    ),
    "reports:read": (
        _("Read reports"),
        _("Opens figures on permission: opt-ins, opt-outs, where they came from. Counts only."),
    ),
    "reports:work": (
        _("See figures of the daily work"),
        _("Counts one's own texts and answers; with “Read reports”, those of teams whose conversations one reads."),
    ),
    "findings:read": (_("Read findings"), _("Opens what was found in texts: the kind and why, never the value.")),
    "findings:decide": (_("Judge findings"), _("Says whether a piece of sensitive content was found rightly.")),
    "findings:except": (
        _("Make exceptions from findings"),
        _("Lets likely findings of a kind pass, when they were wrong. Never cards, identity numbers or secrets."),
    ),
    "reviews:write": (
        _("Review conversations"),
        _("Judges drawn conversations with a scorecard and writes to the agent; never conversations of their own."),
    ),
    "reviews:manage": (
        _("Set reviews up"),
        _("Which conversations are drawn, the scorecards, comparing reviewers, and disputes about reviews of others."),
    ),
    "escalations:handle": (
        _("Handle escalations"),
        _("Moves what texts must not settle to phone or e-mail, and closes it with what came of it."),
    ),
    "escalations:waive": (
        _("Close escalations without a call"),
        _("Says why nobody had to be called or mailed. Whom escalations go to when nobody acts in time."),
    ),
    "escalations:manage": (
        _("Set escalations up"),
        _("Business hours, holidays, clocks, own rules and the words of the texts that offer another channel."),
    ),
    "measures:read": (
        _("Read the register of measures"),
        _("Sees which laws and rules apply, what the figures say, and who signed each review."),
    ),
    "measures:manage": (
        _("Manage the register of measures"),
        _("Says which laws and rules apply and who sees to each, signs reviews, takes on profiles and leaves them."),
    ),
    "actions:read": (
        _("See improvements"),
        _("Opens actions that they own and those of teams whose conversations they read, with the figures."),
    ),
    "actions:manage": (
        _("Manage improvements"),
        _("Opens actions from findings, escalations, checks, reviews and gaps; gives them an owner, a day, a target."),
    ),
    "audit:read": (_("Read the audit log"), _("Sees who did what and when. The log holds no texts and no numbers.")),
    "audit:export": (_("Export the audit log"), _("Takes the log out of the product as a file.")),
    "access:review": (_("Review access"), _("Confirms at intervals that each person still needs what they may do.")),
    "people:read": (_("See people and their access"), _("Lists colleagues and what each of them may see and do.")),
    "people:invite": (_("Invite people"), _("Invites with roles that grant nothing the inviting person lacks.")),
    "people:manage": (_("Change people's roles and teams"), _("For people who may do no more than this person.")),
    "people:deactivate": (
        _("Deactivate people"),
        _("Ends everything a person may do, at once, and lets them back in."),
    ),
    "people:reset": (
        _("Reset people's sign-in"),
        _("Makes a new link for somebody who lost password or app. Whoever has the link can sign in as them."),
    ),
    "roles:manage": (_("Manage roles"), _("Makes, changes and deletes roles, within what this person may do.")),
    "teams:manage": (
        _("Manage teams"),
        _("Makes teams, says who is in them, which lines are theirs and who reads their conversations."),
    ),
    "owners:manage": (_("Make and unmake owners"), _("Comes with being an owner; no role can hold it.")),
    "sessions:manage": (_("End other people's sessions"), _("Signs a colleague out of browsers and phones.")),
    "security:manage": (
        _("Manage how people sign in"),
        _("Sets which second factors count and how long a session lasts."),
    ),
    "sso:manage": (_("Manage single sign-on"), _("Connects the company's own sign-in and can make it the only one.")),
    "directory:manage": (
        _("Manage the directory link"),
        _("Lets the company's directory add and remove people."),
    ),
    "lines:manage": (_("Manage lines"), _("Connects phone numbers and providers, and changes their settings.")),
    "limits:manage": (_("Manage sending limits"), _("Sets spending, countries and pace, and lifts alarms.")),
    "hours:manage": (
        _("Manage quiet hours"),
        _("Reads the table of hours and says which courtesy hours hold. The law's own hours stay as they are."),
    ),
    "quarantine:replay": (
        _("Deal with rejected requests"),
        _("Looks at what came in without a provider's signature, takes it in or throws it away."),
    ),
    "webhooks:manage": (_("Manage webhooks"), _("Says which of your own systems are told what happens here.")),
    "api:manage": (_("Manage API keys"), _("Gives programs keys, never for more than this person may do.")),
    "simulator:use": (_("Use the phone simulator"), _("Plays the customer on a simulated phone, for trying things.")),
    "organization:manage": (
        _("Manage the organization"),
        _("Sees the list of what is left to set up, and is led through it."),
    ),
    "organization:end": (
        _("End the organization"),
        _("Stops all texts and, after 30 days, destroys everything for good. Owners only; where there are two, both."),
    ),
    "retention:manage": (_("Manage retention"), _("Says how long things are kept before they are destroyed.")),
    "holds:read": (
        _("See legal holds"),
        _("Opens the list of holds, and sees on a conversation for which matter it is kept."),
    ),
    "holds:manage": (
        _("Place legal holds"),
        _("Keeps what would be deleted, and asks for a release. Needs the right to see legal holds too."),
    ),
    "holds:release": (
        _("Confirm the release of holds"),
        _("Lets go what a colleague asks to release. Never what the person asked for themselves."),
    ),
    "subject_requests:manage": (
        _("Handle data requests"),
        _("Finds everything held of a number, hands out a copy, and erases it. Needs the right to see all numbers."),
    ),
    "exports:make": (_("Export conversations"), _("Takes conversations out of the product as files.")),
    "evidence:make": (
        _("Make evidence packs"),
        _("Has what was recorded in a period put together for an auditor: ids, times and counts, no customers."),
    ),
    "portal:manage": (_("Manage the customer portal"), _("Sets how private pages look and how long they last.")),
    "payments:manage": (_("Manage payments"), _("Connects the payment provider and sets what requests begin with.")),
}
"""By the permission's value: its label and one or two sentences of help."""
