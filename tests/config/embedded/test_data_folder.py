"""The folder of a local system: its lock, its secrets, and what it refuses."""

import base64
import os

import pytest

from config.embedded.data_folder import DataFolder
from config.embedded.demo_people import DemoPeople
from config.embedded.processes import CannotStart


@pytest.fixture
def folder(tmp_path):
    opened = DataFolder(tmp_path / "var")
    opened.open()
    yield opened
    opened.close()


def test_a_second_system_on_the_same_folder_is_refused(folder):
    with pytest.raises(CannotStart, match=rf"runs already on .* \(process {os.getpid()}\)"):
        DataFolder(folder.path).open()


def test_a_folder_can_be_used_again_when_it_is_closed(folder):
    folder.close()
    again = DataFolder(folder.path)
    again.open()
    again.close()


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(CannotStart, match=r"holds other things, such as thesis\.txt"):
        DataFolder(tmp_path).open()
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "var").write_text("")
    with pytest.raises(CannotStart, match="cannot be used: File exists"):
        DataFolder(tmp_path / "var").open()


def test_secrets_are_made_once_and_closed_to_others(folder):
    files = folder.secret_files()
    assert set(files) == {"SECRET_KEY_FILE", "ROOT_KEY_FILE", "AUDIT_SIGNING_KEY_FILE", "BACKUP_KEY_FILE"}
    contents = {name: (folder.path / path).read_text() for name, path in files.items()}
    assert len(set(contents.values())) == 4
    assert all(len(base64.b64decode(content)) == 32 for content in contents.values())
    assert all((folder.path / path).stat().st_mode & 0o777 == 0o600 for path in files.values())
    assert folder.secret_files() == files
    assert {name: (folder.path / path).read_text() for name, path in files.items()} == contents


def test_a_full_disk_is_one_sentence(folder):
    with pytest.raises(CannotStart, match=r"^The disk is full: .* has \d+ MB left and Parley needs \d+ MB to start\.$"):
        folder.check_space(needed=2**40)
    folder.check_space(needed=0)


def test_reset_deletes_everything_but_the_lock(folder):
    folder.secret_files()
    (folder / "postgres" / "base").mkdir(parents=True)
    folder.write_environment({"DATABASE_URL": "postgresql://a@/b"})
    folder.reset()
    assert [entry.name for entry in folder.path.iterdir()] == ["lock"]
    with pytest.raises(CannotStart):
        DataFolder(folder.path).open()


def test_sockets_get_a_short_path_when_the_folder_has_a_long_one(tmp_path):
    long = DataFolder(tmp_path / ("very-long-name-" * 8))
    long.open()
    sockets = long.sockets
    assert sockets == long.sockets
    assert len(str(sockets)) < 60
    long.close()
    assert not sockets.exists()


def test_the_demo_is_remembered_for_every_later_start(tmp_path):
    people = DemoPeople(tmp_path / "demo.json")
    assert not people.known
    people.keep(
        'some line\n{"people": [{"organization": "Harbor", "email": "a@b.example", "password": "pw", "role": "Admin",'
        ' "totp_secret": "ABCD"},'
        ' {"organization": "Pine", "email": "cc@d.example", "password": "pw", "role": "Agent"}]}'
    )
    assert people.table().splitlines() == [
        "Who may sign in:",
        "  Harbor",
        "    a@b.example    pw   Admin   authenticator key ABCD",
        "  Pine",
        "    cc@d.example   pw   Agent",
    ]
    assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("printed", ["", "no json", '{"people": [{"email": "a@b.example"}]}', "[]"])
def test_a_demo_that_says_nothing_is_refused(tmp_path, printed):
    people = DemoPeople(tmp_path / "demo.json")
    with pytest.raises(CannotStart, match="did not say who may sign in"):
        people.keep(printed)
    assert not people.known


def test_without_a_demo_the_next_step_is_named(tmp_path):
    people = DemoPeople(tmp_path / "demo.json")
    people.keep_none()
    assert "create_organization" in people.table()
