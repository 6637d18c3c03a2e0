"""The lock on a conversation queues up those who write to it, and nobody else."""

import threading

import pytest
from django.db import connections

from tenancy.isolation import activate
from texting import conversations, threads

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_note_is_saved_while_a_text_for_the_same_conversation_arrives(scene):
    """Both write to the audit log last. If the note had to wait for the conversation's lock at its commit, holding the
    log's head, while the text waits for the head, one of them would be killed: perhaps a STOP.
    """
    with activate(scene.organization):
        scene.hear("Hello")
        scene.agent.is_owner = True
        scene.agent.save()
    saved = threading.Event()

    def note():
        try:
            with activate(scene.organization):
                conversation = scene.conversation()
                conversations.add_note(member=scene.agent, conversation=conversation, body="Prefers mornings")
            saved.set()
        finally:
            connections.close_all()

    colleague = threading.Thread(target=note)
    with activate(scene.organization):
        conversation = scene.conversation()
        threads.open_conversation(conversation.contact, conversation.line, at=conversation.opened_at)
        colleague.start()
        in_time = saved.wait(10)
    colleague.join()
    assert in_time
