"""What the deployment check says about the folder for answers."""

import os

import pytest

from texting.checks import spool_is_there


def test_a_folder_that_can_be_written_is_fine(settings, tmp_path):
    settings.SPOOL_DIR = str(tmp_path)
    assert spool_is_there(None) == []


def test_without_a_folder_the_operator_is_told(settings):
    settings.SPOOL_DIR = ""
    assert [message.id for message in spool_is_there(None)] == ["texting.W001"]


def test_a_folder_that_is_not_there_is_named(settings, tmp_path):
    settings.SPOOL_DIR = str(tmp_path / "nowhere")
    assert [message.id for message in spool_is_there(None)] == ["texting.W002"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(settings, tmp_path):
    settings.SPOOL_DIR = str(tmp_path)
    tmp_path.chmod(0o500)
    assert [message.id for message in spool_is_there(None)] == ["texting.W002"]
