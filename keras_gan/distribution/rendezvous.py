"""How workers that know one address alone find one another.

Worker 0 listens at the coordinator's address. Each other worker connects to it and says its number, how many workers
it expects, and the port that it will use; when all are there each is sent the list of all addresses. The messages
are lines of JSON. Like TensorFlow's own servers this believes whoever connects: for networks that are trusted.
"""

import contextlib
import json
import socket
import time

from keras_gan.errors import MachineFailed, UserError, why

PATIENCE = 600  # seconds for all to come
_POLITE = 10  # seconds to say something, once connected
_LONGEST = 1 << 16  # bytes of a message


def meet(coordinator, count, index, patience=PATIENCE):
    """The addresses `host:port` of all workers, in their order; the first is the coordinator's.

    Args:
        coordinator: `HOST:PORT`, IPv4 or a name, of worker 0.
        count: how many workers there are.
        index: which of them this is.
        patience: seconds to wait for the others.

    Raises:
        UserError: if two workers have one number, or they expect different counts.
        MachineFailed: if not all come in time, or worker 0 cannot listen at its address.
    """
    deadline = time.monotonic() + patience
    host, _, port = coordinator.rpartition(":")
    if index == 0:
        return _gather(coordinator, int(port), count, deadline)
    return _report(host, int(port), count, index, deadline)


def _gather(coordinator, port, count, deadline):
    """Worker 0's part."""
    addresses = {0: coordinator}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_listening(coordinator, port))
        callers = []
        while len(addresses) < count:
            server.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                connection, (caller, _) = server.accept()
            except TimeoutError:
                missing = ", ".join(str(i) for i in range(count) if i not in addresses)
                raise MachineFailed(f"workers that did not come to {coordinator} in time: {missing}.") from None
            stack.enter_context(connection)
            said = _receive(connection, _POLITE)
            problem = _problem(said, count, addresses)
            if problem:
                _send(connection, {"error": problem})
            else:
                addresses[said["worker"]] = f"{caller}:{said['port']}"
                callers.append(connection)
        everyone = [addresses[i] for i in range(count)]
        for connection in callers:
            _send(connection, {"workers": everyone})
            _receive(connection, _POLITE)  # it hangs up first, so that the port is free at once
    return everyone


def _listening(coordinator, port):
    patience = time.monotonic() + _POLITE  # the last run's worker 0 may be about to end
    while True:
        try:
            return socket.create_server(("", port))
        except OSError as error:
            if time.monotonic() > patience:
                problem = f"worker 0 cannot listen at --coordinator {coordinator}: {why(error)}."
                raise MachineFailed(problem) from None
            time.sleep(0.2)


def _problem(said, count, addresses):
    """What is wrong with a worker's words, or None."""
    numbers = [said.get(name) for name in ("worker", "count", "port")] if isinstance(said, dict) else [None]
    if not all(type(number) is int for number in numbers):
        return "this is not how a worker speaks."
    index, expected, port = numbers
    if expected != count:
        return f"worker 0 was started with --num-workers {count}, worker {index} with {expected}."
    if not 0 < index < count or not 0 < port < 65536:
        return f"there is no worker {index} of {count}."
    return f"there are two workers with --worker-index {index}." if index in addresses else None


def _report(host, port, count, index, deadline):
    """The part of every other worker."""
    with _connected(host, port, deadline) as connection:
        _send(connection, {"worker": index, "count": count, "port": _free_port()})
        answer = _receive(connection, deadline - time.monotonic())
    if not isinstance(answer, dict) or not answer.get("workers"):
        problem = answer.get("error") if isinstance(answer, dict) else None
        if problem:
            raise UserError(problem)
        raise MachineFailed(f"worker 0 at {host}:{port} ended while the workers were finding one another.")
    return answer["workers"]


def _connected(host, port, deadline):
    while True:
        try:
            return socket.create_connection((host, port), timeout=5)
        except OSError as error:  # worker 0 may start later than this one
            if time.monotonic() > deadline:
                raise MachineFailed(f"worker 0 cannot be reached at {host}:{port}: {why(error)}.") from None
            time.sleep(0.2)


def _free_port():
    with socket.create_server(("", 0)) as server:
        return server.getsockname()[1]


def _send(connection, message):
    with contextlib.suppress(OSError):  # who has gone will not be missed here, but by TensorFlow
        connection.sendall(json.dumps(message).encode() + b"\n")


def _receive(connection, seconds):
    """One message, or None if there is none in time that can be understood."""
    connection.settimeout(max(0.01, seconds))
    try:
        with connection.makefile("rb") as file:
            return json.loads(file.readline(_LONGEST))
    except (OSError, ValueError):
        return None
