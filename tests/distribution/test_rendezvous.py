"""Workers that know one address alone find one another."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from keras_gan.distribution import rendezvous
from keras_gan.errors import MachineFailed, UserError
from tests.conftest import free_address


@pytest.fixture
def coordinator():
    return free_address()


def call(coordinator, message):
    """What worker 0 answers to a message that no worker of ours would send."""
    host, port = coordinator.split(":")
    while True:
        try:
            with (
                socket.create_connection((host, int(port)), timeout=5) as connection,
                connection.makefile("rb") as file,
            ):
                connection.sendall(message + b"\n")
                return json.loads(file.readline())
        except ConnectionRefusedError:
            continue


def test_all_learn_the_same_addresses_in_order(coordinator):
    with ThreadPoolExecutor(3) as pool:
        # The chief comes last, as it may.
        lists = list(pool.map(lambda index: rendezvous.meet(coordinator, 3, index, 20), (2, 1, 0)))
    assert lists[0] == lists[1] == lists[2]
    assert len({address.rpartition(":")[2] for address in lists[0]}) == 3
    assert lists[0][0] == coordinator
    assert all(address.startswith("127.0.0.1:") for address in lists[0])


def test_what_does_not_belong_is_refused_and_the_others_still_meet(coordinator):
    with ThreadPoolExecutor(3) as pool:
        chief = pool.submit(rendezvous.meet, coordinator, 3, 0, 20)
        for message, problem in (
            (b"GET / HTTP/1.1", "not how a worker speaks"),
            (b'{"worker": true, "count": 3, "port": 1}', "not how a worker speaks"),
            (b'{"worker": 3, "count": 3, "port": 5000}', "no worker 3 of 3"),
            (b'{"worker": 1, "count": 3, "port": 0}', "no worker 1 of 3"),
        ):
            assert problem in call(coordinator, message)["error"]
        with pytest.raises(UserError, match="--num-workers 3, worker 1 with 4"):
            rendezvous.meet(coordinator, 4, 1, 20)
        first = pool.submit(rendezvous.meet, coordinator, 3, 1, 20)
        threading.Event().wait(0.5)
        with pytest.raises(UserError, match="two workers with --worker-index 1"):
            rendezvous.meet(coordinator, 3, 1, 20)
        assert rendezvous.meet(coordinator, 3, 2, 20) == chief.result() == first.result()


def test_who_does_not_come_is_named(coordinator):
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(rendezvous.meet, coordinator, 4, 2, 20)
        with pytest.raises(MachineFailed, match=r"did not come.*: 1, 3\."):
            rendezvous.meet(coordinator, 4, 0, 1.5)
        with pytest.raises(MachineFailed, match=r"worker 0 .* ended while"):
            worker.result()


def test_no_chief(coordinator):
    with pytest.raises(MachineFailed, match=f"worker 0 cannot be reached at {coordinator}"):
        rendezvous.meet(coordinator, 2, 1, 0.5)


def test_a_port_in_use(coordinator, monkeypatch):
    monkeypatch.setattr(rendezvous, "_POLITE", 0.3)
    port = int(coordinator.split(":")[1])
    with socket.create_server(("", port)), pytest.raises(MachineFailed, match="cannot listen at --coordinator"):
        rendezvous.meet(coordinator, 2, 0, 5)
