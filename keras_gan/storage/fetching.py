"""Servers that do not answer: libraries that fetch from them would wait, and try again, for minutes or for ever."""

import contextlib
import http.client
import socket
import ssl
import threading
import urllib.error
import urllib.request

SECONDS = 10
_NO_ANSWER = (407, 502, 503, 504)  # said by what stands between, or by a server that is not there for us


def check_reachable(url):
    """Raises `OSError` with a reason unless what serves a URL answers within some seconds, be it with a refusal.

    Proxies are asked as the environment says.
    """
    found = []
    # Looking up a name knows no timeout, so nobody waits for the thread itself.
    thread = threading.Thread(target=lambda: found.append(_ask(url)), daemon=True)
    thread.start()
    thread.join(2 * SECONDS)
    problem = found[0] if found else "no answer"
    if problem:
        raise OSError(problem)


@contextlib.contextmanager
def impatient():
    """Within it, what Python itself fetches fails after some seconds without a byte."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(2 * SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _ask(url):
    """Why there is no answer, in a few words; None if there is one."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS):
            return None
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}" if error.code in _NO_ANSWER else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        # Whom to trust, the library that fetches may know better.
        return None if isinstance(reason, ssl.SSLError) else getattr(reason, "strerror", None) or str(reason)
