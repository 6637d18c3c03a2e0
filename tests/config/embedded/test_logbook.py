"""One log of several processes."""

import io
import os
import signal
import time

from config.embedded.logbook import LARGEST_FILE, Logbook


class ClosedTerminal(io.StringIO):
    def write(self, text):
        raise BrokenPipeError


def test_lines_carry_time_and_process_in_both_places(tmp_path):
    terminal = io.StringIO()
    logbook = Logbook(tmp_path / "log", terminal=terminal)
    with logbook.pipe("web") as web, logbook.pipe("worker") as worker:
        web.write(b"first half, ")
        logbook.drain()
        worker.write(b"from the worker\n")
        web.write(b"second half\nnext\n")
        logbook.drain()
    logbook.close()
    lines = terminal.getvalue().splitlines()
    assert [line[9:] for line in sorted(lines, key=lambda line: "worker" in line)] == [
        "web       first half, second half",
        "web       next",
        "worker    from the worker",
    ]
    kept = (tmp_path / "log").read_text().splitlines()
    assert len(kept) == 3
    assert all(line[:4].isdigit() for line in kept)
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


def test_a_last_line_without_an_end_is_not_lost(tmp_path):
    logbook = Logbook(None, terminal=io.StringIO())
    with logbook.pipe("web") as web:
        web.write(b"Traceback (most recent call last)")
    logbook.drain()
    assert logbook.last_lines("web") == ["Traceback (most recent call last)"]
    logbook.close()


def test_a_password_is_shown_and_not_kept(tmp_path):
    terminal = io.StringIO()
    logbook = Logbook(tmp_path / "log", terminal=terminal)
    logbook.say("harbor-1234", in_file=False)
    logbook.say("Parley is ready")
    logbook.close()
    assert "harbor-1234" in terminal.getvalue()
    assert "harbor-1234" not in (tmp_path / "log").read_text()
    assert "Parley is ready" in (tmp_path / "log").read_text()


def test_a_closed_terminal_does_not_stop_the_file(tmp_path):
    logbook = Logbook(tmp_path / "log", terminal=ClosedTerminal())
    with logbook.pipe("web") as web:
        web.write(b"one\ntwo\n")
    logbook.drain()
    logbook.close()
    assert len((tmp_path / "log").read_text().splitlines()) == 2


def test_a_signal_ends_the_waiting(tmp_path):
    logbook = Logbook(None, terminal=io.StringIO())
    logbook.wake_on_signals()
    previous = signal.signal(signal.SIGALRM, lambda *_: None)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        start = time.monotonic()
        logbook.pump(10)
        assert time.monotonic() - start < 5
    finally:
        signal.signal(signal.SIGALRM, previous)
        logbook.close()


def test_a_full_disk_is_noticed_in_what_a_server_says(tmp_path):
    logbook = Logbook(None, terminal=io.StringIO())
    with logbook.pipe("postgres") as server:
        server.write(b'PANIC:  could not write to file "pg_wal/xlogtemp.1": No space left on device\n')
    assert not logbook.disk_full
    logbook.drain()
    assert logbook.disk_full
    logbook.close()


def test_a_large_log_starts_anew_and_keeps_the_old_one(tmp_path):
    file = tmp_path / "log"
    with file.open("wb") as out:
        os.truncate(out.fileno(), LARGEST_FILE + 1)
    Logbook(file, terminal=io.StringIO()).close()
    assert file.stat().st_size == 0
    assert (tmp_path / "log.1").stat().st_size == LARGEST_FILE + 1
