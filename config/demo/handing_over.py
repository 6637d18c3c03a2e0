"""How a text of the demo's history left: its second verdict and the attempt."""

import secrets

from texting.models import Decision, Message, SendAttempt


def handed_over(message: Message, *, company: str) -> None:
    """The second verdict, and the attempt that it let happen. It names the opening words where they are there."""
    body, rules = (message.body or "").casefold(), ["demo.history"]
    if "stop" in body and company.casefold() in body:
        rules.append("first_text.said")
    decision = Decision.objects.create(
        conversation=message.conversation,
        author=message.author,
        stage=Decision.Stage.HAND_OVER,
        purpose=message.purpose,
        verdict="allow",
        reasons=[{"rule": rule, "verdict": "allow", "version": "", "evidence": {}} for rule in rules],
        decided_at=message.created_at,
    )
    SendAttempt.objects.create(
        message=message,
        number=1,
        decision=decision,
        token_hash=secrets.token_bytes(32),
        started_at=message.created_at,
        finished_at=message.created_at,
        outcome="accepted",
    )
