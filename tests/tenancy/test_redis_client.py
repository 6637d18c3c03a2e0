"""Who waits for a page does not wait for Redis to come back."""

import socket
import threading

import pytest
import redis

from tenancy.redis_client import connect


def test_a_server_that_is_away_is_tried_twice_at_once(monkeypatch):
    waits = []
    monkeypatch.setattr("redis.retry.sleep", waits.append)
    with socket.create_server(("127.0.0.1", 0)) as server:
        tries = []

        def hang_up() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                tries.append(1)
                connection.close()

        listener = threading.Thread(target=hang_up)
        listener.start()
        client = connect(f"redis://127.0.0.1:{server.getsockname()[1]}", wait=1)
        with pytest.raises(redis.ConnectionError):
            client.get("anything")
        client.close()
        server.shutdown(socket.SHUT_RDWR)
        listener.join()
    assert [wait for wait in waits if wait] == []
    assert len(tries) == 2


def test_a_silent_server_is_given_up_after_one_wait(monkeypatch):
    waits = []
    monkeypatch.setattr("redis.retry.sleep", waits.append)
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = connect(f"redis://127.0.0.1:{server.getsockname()[1]}", wait=0.05)
        with pytest.raises(redis.TimeoutError):
            client.get("anything")
        client.close()
    assert [wait for wait in waits if wait] == []
