"""A program that may do everything, and one that may only send, in the scene's organization."""

import pytest

from accounts.permissions import Permission
from tests.callers import Caller, make_caller


@pytest.fixture
def caller(scene) -> Caller:
    scene.agent.is_owner = True
    scene.agent.save(update_fields=["is_owner"])
    return make_caller(scene.agent)


@pytest.fixture
def sender(scene, caller) -> Caller:
    return make_caller(scene.agent, frozenset({Permission.MESSAGES_SEND, Permission.CONVERSATIONS_START}))
