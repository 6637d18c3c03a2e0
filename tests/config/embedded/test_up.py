"""`manage.py up` as a person runs it: what it refuses, in one sentence; what it starts; that nothing stays behind."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from config.embedded.data_folder import DataFolder
from config.embedded.processes import running_program
from config.embedded.stack import free_port
from config.env import PROJECT

SERVICES = (
    "DATABASE_URL",
    "KEYS_DATABASE_URL",
    "REDIS_URL",
    "PUBLIC_BASE_URL",
    "PARLEY_LOCAL",
    "DJANGO_SETTINGS_MODULE",
)
SECRETS = ("SECRET_KEY", "ROOT_KEY", "AUDIT_SIGNING_KEY", "BACKUP_KEY")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in (*SERVICES, *SECRETS)}
MARK = "parley-up-test-"


@pytest.fixture(scope="module")
def data():
    """Not below pytest's own folder, which PostgreSQL's account cannot enter when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix=MARK))
    folder.chmod(0o755)
    yield folder / "var"
    shutil.rmtree(folder, ignore_errors=True)


def refused(*options):
    """Standard error of a start that fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", "up", "--no-demo", *options],
        cwd=PROJECT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr.strip()


class Run:
    """One running system."""

    def __init__(self, data, port):
        self.data, self.port = data, port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.embedded", "--no-demo", f"--data={data}", f"--port={port}"],
            cwd=PROJECT,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []

    def wait_for(self, words):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if words in line:
                return
        pytest.fail("\n".join(self.lines))

    def family(self):
        """Every process below ours."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def end(self, number, seconds=20):
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=seconds)
        self.lines += rest.splitlines()
        return self.process.returncode


def left_of(processes, seconds=10):
    """Those that still run after so long; a zombie, which waits for its exit code to be taken, does not run."""
    limit = time.monotonic() + seconds
    while left := [process for process in processes if running_program(process.pid)]:
        if time.monotonic() > limit:
            return left
        time.sleep(0.05)
    return []


def test_a_taken_port_is_refused(data):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        sentence = refused(f"--data={data}", f"--port={port}")
    assert sentence == f"Port {port} is taken by another program; choose another one, for example --port {port + 1}."


def test_a_second_copy_on_the_same_data_is_refused(data):
    first = DataFolder(data)
    first.open()
    try:
        sentence = refused(f"--data={data}", f"--port={free_port()}")
    finally:
        first.close()
    assert sentence == f"Parley runs already on {data} (process {os.getpid()}); stop it first."


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives PostgreSQL another account")
def test_a_folder_that_the_servers_account_cannot_enter_is_refused(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o700)
    sentence = refused(f"--data={tmp_path / 'closed' / 'var'}", f"--port={free_port()}")
    assert sentence.splitlines()[-1].startswith("PostgreSQL runs as the account nobody, which cannot enter")
    assert "--data" in sentence


def test_a_wrong_port_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "config.embedded", "--port", "70000"],
        cwd=PROJECT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "a port is a number from 1 to 65535" in done.stderr


def test_a_system_starts_stops_and_survives_a_kill(data):
    """One story, because each start costs seconds: start, join, TERM, start again, a second copy, kill -9."""
    run = Run(data, free_port())
    run.wait_for("Parley is ready")
    assert run.lines[-1] == f"Parley is ready: http://127.0.0.1:{run.port}"
    assert run.get("/health/live")[0] == 200
    status, body = run.get("/health/ready")
    assert (status, json.loads(body)["ready"]) == (200, True)
    assert_app_role_is_used(data)
    assert_secrets_stay_in_files(data)
    family = run.family()
    assert len(family) > 3
    assert run.end(signal.SIGTERM) == 0
    assert run.lines[-1] == "Parley has stopped."
    assert left_of(family) == []
    assert not (data / "env").exists()

    again = Run(data, free_port())
    start = time.monotonic()
    again.wait_for("Parley is ready")
    assert time.monotonic() - start < 60
    assert "First start: making the databases." not in again.lines
    sentence = refused(f"--data={data}", f"--port={free_port()}")
    assert f"(process {again.process.pid})" in sentence
    family = again.family()
    again.end(signal.SIGKILL)
    assert left_of(family) == []


def assert_app_role_is_used(data):
    """Another command joins the running system, as the role that owns nothing."""
    code = (
        "from django.db import connections\n"
        "for alias in ('default', 'keys'):\n"
        "    with connections[alias].cursor() as cursor:\n"
        "        cursor.execute('SELECT current_user')\n"
        "        print(cursor.fetchone()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", code],
        cwd=PROJECT,
        env=ENVIRONMENT | {"PARLEY_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["parley_app", "parley_app"], done.stderr


def assert_secrets_stay_in_files(data):
    for secret in (data / "secrets").iterdir():
        assert secret.stat().st_mode & 0o777 == 0o600
        assert secret.read_text().strip() not in (data / "env").read_text() + (data / "parley.log").read_text()
    assert re.fullmatch(r"0o?[67]\d\d", oct((data / "secrets").stat().st_mode & 0o777)[:5])


def test_a_process_that_dies_ends_the_system_and_is_named(data):
    run = Run(data, free_port())
    run.wait_for("Parley is ready")
    family = run.family()
    next(process for process in family if "config.embedded.worker" in process.cmdline()).kill()
    rest, _ = run.process.communicate(timeout=20)
    assert run.process.returncode == 1
    assert "The process worker ended with exit code -9" in rest
    assert left_of(family) == []
