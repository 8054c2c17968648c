"""PDFs from a process of their own, one or many: a document that never ends or eats all memory costs
one error message and no page.

The press takes a job a line on its standard input and answers each with one line of JSON and the
bytes. It loads WeasyPrint and the fonts once; after a paper that felled it, another one is started.
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
from threading import Timer

from custody.infra.pdf import AGAIN, ROOT, Job, RenderFailed, render

log = logging.getLogger(__name__)

Printing = Generator[bytes | RenderFailed, None, None]
"""Papers in order, each printed when it is asked for, or why it could not be."""


def render_isolated(job: Job, *, seconds: float = 20, megabytes: int = 700) -> bytes:
    """The PDF from a process that may take so long and so much memory, or RenderFailed."""
    [printed] = render_each_isolated([job], seconds=seconds, megabytes=megabytes)
    if isinstance(printed, RenderFailed):
        raise printed
    return printed


def render_each_isolated(
    jobs: Iterable[Job], *, seconds: float = 20, megabytes: int = 700
) -> Printing:
    """The PDF of each job in order, or why there is none; the same bytes as when printed alone.

    Each paper may take so long, the process so much memory. A job is taken and printed when its paper
    is asked for; whoever stops asking before the end closes the iterator, which ends the process.
    """
    press: _Press | None = None
    try:
        for job in jobs:
            press = press or _Press(seconds, megabytes)
            try:
                printed: bytes | RenderFailed = press.print(job)
            except RenderFailed as failure:
                printed = failure
            if press.felled:
                press.close()
                press = None
            yield printed
    finally:
        if press is not None:
            press.close()


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

    def print(self, job: Job) -> bytes:
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

    def _ask(self, job: Job) -> bytes:
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
        return pdf

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
        pdf = render(Job.from_json(line.decode()))
    except RenderFailed as error:
        return {"code": error.code, "message": error.message}, b""
    except MemoryError:
        return {"code": "memory", "message": f"文件内容过大，内存不足；{AGAIN}"}, b""
    return {"bytes": len(pdf)}, pdf


def main() -> int:
    """Print the jobs of standard input until it ends or one takes all memory."""
    seconds, megabytes = float(sys.argv[1]), int(sys.argv[2])
    _limit_memory(megabytes)
    # Nothing a library prints may get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with answers:
        for line in sys.stdin.buffer:
            _limit_time(seconds)
            header, pdf = _answer(line)
            answers.write(json.dumps(header, ensure_ascii=False).encode() + b"\n" + pdf)
            answers.flush()
            if header.get("code") == "memory":
                break
            gc.collect()
    return 0


if __name__ == "__main__":
    sys.exit(main())
