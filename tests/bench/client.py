"""A client that costs little itself: keep-alive sockets, no parsing beyond the length of the body."""

from __future__ import annotations

import http.client
import multiprocessing
import re
import socket
import statistics
import time
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one page: milliseconds of one request after another, requests a second of several at once."""

    median: float
    p95: float
    rate: float
    size: int
    """Bytes of the body."""


class Connection:
    def __init__(self, port: int, path: str, cookie: str = "") -> None:
        self.port = port
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        self.request = (head + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode()
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self) -> int:
        """The size of the body; raises where the answer is not 200."""
        try:
            return self._get()
        except (ConnectionError, EOFError):  # the server closed an idle connection
            self.socket.close()
            self.socket = socket.create_connection(("127.0.0.1", self.port))
            return self._get()

    def _get(self) -> int:
        self.socket.sendall(self.request)
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._receive()
        head = bytes(data[:end]).lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(head.splitlines()[0].decode())
        found = re.search(rb"content-length: (\d+)", head)
        assert found is not None
        length = int(found[1])
        missing = length - (len(data) - end - 4)
        while missing > 0:
            missing -= len(self._receive())
        return length

    def _receive(self) -> bytes:
        data = self.socket.recv(262_144)
        if not data:
            raise EOFError
        return data

    def close(self) -> None:
        self.socket.close()


def sign_in(port: int, username: str, password: str) -> str:
    """The cookie of a signed-in session."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/sign-in")
    page = connection.getresponse()
    cookie = (page.getheader("Set-Cookie") or "").partition(";")[0]
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.read().decode())
    assert token is not None
    fields = {"csrf_token": token[1], "username": username, "password": password}
    head = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    connection.request("POST", "/sign-in", urlencode(fields), head)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        raise RuntimeError(f"sign-in answered {answer.status}")
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    # The first page adds a form token to the session; a browser would keep that too.
    connection.request("GET", "/password", headers={"Cookie": cookie})
    page = connection.getresponse()
    page.read()
    return (page.getheader("Set-Cookie") or cookie).partition(";")[0]


def once(port: int, path: str, cookie: str = "") -> float:
    """Milliseconds of a single request on a new connection."""
    connection = Connection(port, path, cookie)
    begun = time.perf_counter()
    connection.get()
    taken = time.perf_counter() - begun
    connection.close()
    return taken * 1000


def measure(
    port: int, path: str, cookie: str = "", *, seconds: float, clients: int = 4
) -> Measured:
    connection = Connection(port, path, cookie)
    for _ in range(20):
        size = connection.get()
    taken = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        begun = time.perf_counter()
        connection.get()
        taken.append((time.perf_counter() - begun) * 1000)
    connection.close()
    taken.sort()
    p95 = taken[int(len(taken) * 0.95)]
    return Measured(
        statistics.median(taken), p95, _rate(port, path, cookie, seconds, clients), size
    )


def _rate(port: int, path: str, cookie: str, seconds: float, clients: int) -> float:
    """Requests a second that several clients get together."""
    context = multiprocessing.get_context("fork")
    results: multiprocessing.SimpleQueue[float] = context.SimpleQueue()

    def busy() -> None:
        connection = Connection(port, path, cookie)
        connection.get()
        count, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            connection.get()
            count += 1
        results.put(count / (time.perf_counter() - begun))

    processes = [context.Process(target=busy) for _ in range(clients)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return sum(results.get() for _ in processes)
