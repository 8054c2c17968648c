"""PDFs from processes of their own, one or many: a document that never ends or eats all memory costs
one error message and no page.

A press takes a job a line on its standard input and answers each with one line of JSON and the
bytes. It loads WeasyPrint and the fonts once; after a paper that felled it, another one is started,
and a paper whose press died is tried once more.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread, Timer
from typing import TypeVar

from custody.infra.pdf import AGAIN, ROOT, Job, Printed, RenderFailed, printed

log = logging.getLogger(__name__)

K = TypeVar("K")
Printing = Generator[bytes | RenderFailed, None, None]
"""Papers in order, each printed when it is asked for, or why it could not be."""
SECONDS = 20.0
MEGABYTES = 700
AT_ONCE = min(2, os.cpu_count() or 1)
"""Processes that print a pile together (our choice: the pages of the site go on meanwhile)."""
_COLLECT_EVERY = 6


def render_isolated(job: Job, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> bytes:
    """The PDF from a process that may take so long and so much memory, or RenderFailed."""
    return print_isolated(job, seconds=seconds, megabytes=megabytes).pdf


def print_isolated(job: Job, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Printed:
    """The same with its number of pages."""
    desk = _Desk(seconds, megabytes)
    try:
        done = desk.print(job)
    finally:
        desk.close()
    if isinstance(done, RenderFailed):
        raise done
    return done


def render_each_isolated(
    jobs: Iterable[Job], *, seconds: float = SECONDS, megabytes: int = MEGABYTES
) -> Printing:
    """The PDF of each job in order, or why there is none; the same bytes as when printed alone.

    Each paper may take so long, the process so much memory. A job is taken and printed when its paper
    is asked for; whoever stops asking before the end closes the iterator, which ends the process.
    """
    desk = _Desk(seconds, megabytes)
    try:
        for job in jobs:
            done = desk.print(job)
            yield done if isinstance(done, RenderFailed) else done.pdf
    finally:
        desk.close()


def print_pile(
    jobs: Iterable[tuple[K, Job]],
    *,
    at_once: int = AT_ONCE,
    seconds: float = SECONDS,
    megabytes: int = MEGABYTES,
    tick: float = 5.0,
) -> Generator[tuple[K, Printed | RenderFailed] | None, None, None]:
    """Each paper by its key as soon as it is there, in any order, from several processes at once.

    None comes where nothing was finished for so many seconds, so that whoever waits can say that they
    live, and stop: closing the iterator ends the processes. Jobs are taken as they are needed.
    """
    todo: SimpleQueue[tuple[K, Job] | None] = SimpleQueue()
    done: SimpleQueue[tuple[K, Printed | RenderFailed]] = SimpleQueue()
    desks = [_Desk(seconds, megabytes) for _ in range(at_once)]

    def work(desk: _Desk) -> None:
        while (one := todo.get()) is not None:
            done.put((one[0], desk.print(one[1])))

    threads = [Thread(target=work, args=(desk,), daemon=True) for desk in desks]
    for thread in threads:
        thread.start()
    try:
        waiting, under_way, more = iter(jobs), 0, True
        while True:
            while more and under_way <= at_once:
                following = next(waiting, None)
                more = following is not None
                if following is not None:
                    todo.put(following)
                    under_way += 1
            if not under_way:
                return
            try:
                finished = done.get(timeout=tick)
            except Empty:
                yield None
                continue
            under_way -= 1
            yield finished
    finally:
        for desk in desks:
            desk.stop()
        for _ in threads:
            todo.put(None)
        for thread in threads:
            thread.join()
        for desk in desks:
            desk.close()


class _Desk:
    """Prints one paper after another, with a new press where the last one fell."""

    def __init__(self, seconds: float, megabytes: int) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._press: _Press | None = None
        self._stopped = False
        self._lock = Lock()

    def print(self, job: Job) -> Printed | RenderFailed:
        """Once more where the press died without a word; what took too long is not tried again."""
        failure = self._try(job)
        if isinstance(failure, RenderFailed) and failure.code == "died" and not self._stopped:
            log.warning("a paper whose press died is printed once more: %s", job.title)
            return self._try(job)
        return failure

    def _try(self, job: Job) -> Printed | RenderFailed:
        with self._lock:
            if self._stopped:
                return RenderFailed("stopped", "已停止生成。")
            press = self._press = self._press or _Press(self._seconds, self._megabytes)
        try:
            return press.print(job)
        except RenderFailed as failure:
            return failure
        finally:
            if press.felled:
                press.close()
                self._press = None

    def stop(self) -> None:
        """From another thread: the paper under way comes to nothing, and no other is begun."""
        with self._lock:
            self._stopped = True
            if self._press is not None:
                self._press.kill()

    def close(self) -> None:
        if self._press is not None:
            self._press.close()
            self._press = None


class _Press:
    """The process, seen from outside."""

    def __init__(self, seconds: float, megabytes: int) -> None:
        self._seconds = seconds
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the rest
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "custody.infra.press", str(seconds), str(megabytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            cwd=ROOT,
            env=_environment(),
        )
        self._late = False
        self.felled = False
        """By a paper: it prints no other."""

    def print(self, job: Job) -> Printed:
        clock = Timer(self._seconds, self._stop)
        clock.daemon = True
        clock.start()
        try:
            return self._ask(job)
        finally:
            clock.cancel()

    def _stop(self) -> None:
        self._late = True
        self._process.kill()

    def _ask(self, job: Job) -> Printed:
        sent, back = self._process.stdin, self._process.stdout
        assert sent is not None
        assert back is not None
        try:
            sent.write(job.to_json().encode() + b"\n")
            sent.flush()
            header = json.loads(back.readline())
            pdf = back.read(header.get("bytes", 0))
        except (OSError, ValueError):
            raise self._death() from None
        if "code" in header:
            self.felled = header["code"] == "memory"
            raise RenderFailed(header["code"], header["message"])
        if len(pdf) != header["bytes"]:
            raise self._death()
        return Printed(pdf, header["pages"])

    def _death(self) -> RenderFailed:
        self.felled = True
        self._process.kill()
        code = self._process.wait()
        if self._late:
            words = f"文件在{self._seconds:g}秒内未能生成，已停止；{AGAIN}"
            return RenderFailed("deadline", words)
        self._complaints.seek(0)
        said = self._complaints.read()[-2000:].decode("utf-8", "replace")
        log.error("PDF press died with %s: %s", code, said)
        return RenderFailed("died", f"文件生成进程意外中止，{AGAIN}")

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """At once, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            # What was not yet sent to it cannot be sent any more.
            with suppress(BrokenPipeError):
                if stream is not None:
                    stream.close()


_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "CUSTODY_FONTS")


def _environment() -> dict[str, str]:
    """The press needs its fonts and nothing of our secrets."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


# --- inside the process -----------------------------------------------------------------------


def _limit_memory(megabytes: int) -> None:
    """RLIMIT_DATA counts what is allocated, not the fonts that are mapped from files."""
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float) -> None:
    """For the next paper: who asked for it may be gone and stop nothing any more."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    end = int(usage.ru_utime + usage.ru_stime + seconds) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))


def _answer(line: bytes) -> tuple[dict[str, object], bytes]:
    try:
        done = printed(Job.from_json(line.decode()))
    except RenderFailed as error:
        return {"code": error.code, "message": error.message}, b""
    except MemoryError:
        return {"code": "memory", "message": f"文件内容过大，内存不足；{AGAIN}"}, b""
    return {"bytes": len(done.pdf), "pages": done.pages}, done.pdf


def main() -> int:
    """Print the jobs of standard input until it ends or one takes all memory."""
    seconds, megabytes = float(sys.argv[1]), int(sys.argv[2])
    _limit_memory(megabytes)
    # Nothing a library prints may get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    gc.disable()
    with answers:
        for number, line in enumerate(sys.stdin.buffer, 1):
            _limit_time(seconds)
            header, pdf = _answer(line)
            answers.write(json.dumps(header, ensure_ascii=False).encode() + b"\n" + pdf)
            answers.flush()
            if header.get("code") == "memory":
                break
            if number == 1:
                # Modules, sheets and fonts stay: looking through them again took five sixths of the time.
                gc.collect()
                gc.freeze()
            elif number % _COLLECT_EVERY == 0:
                gc.collect()
    return 0


if __name__ == "__main__":
    sys.exit(main())
