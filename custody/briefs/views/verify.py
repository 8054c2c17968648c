"""Is this copy genuine? For anybody who holds one: no account is needed, nothing is written.

Nothing is recorded either: a line in the journal for every visitor without a name would let anybody
fill it. How often one machine may ask is counted apart (custody.infra.tally).
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config import Config
from custody.accounts.access import public
from custody.briefs import evidence, queries
from custody.briefs.rules import Verdict
from custody.infra import clock
from custody.infra.tally import Tally
from custody.kernel.problems import Problem
from custody.web.database import session

blueprint = Blueprint("verify", __name__, url_prefix="/verify")
Page = str | Response | tuple[str, int]
ASKED = 20
"""Of one machine, in a minute: enough for an office behind one address, too few to guess codes."""


@blueprint.get("")
@public
def index() -> Page:
    code = request.args.get("code", "")
    if not code:
        return render_template("verify/index.html", problems=[], code="")
    read = evidence.code_read(code)
    if not read:
        words = "校验码应为16位数字和字母，例如 A1B2-C3D4-E5F6-0718，请对照简报末页重新填写。"
        return _again([Problem("code", words, "code")], code=code)
    return redirect(url_for("verify.code", code=read), 303)


@blueprint.get("/<code>")
@public
def code(code: str) -> Page:
    """Where the QR code leads."""
    if busy := _busy():
        return busy
    read = evidence.code_read(code)
    found = queries.issued(session(), digest=read)
    verdict = Verdict.ISSUED if found else Verdict.UNKNOWN
    if found and found[1]:
        verdict = Verdict.SUPERSEDED
    return _told(verdict, found, by_file=False), 200 if found else 404


@blueprint.post("")
@public
def check() -> Page:
    if busy := _busy():
        return busy
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _again([Problem("file", "请先选择要核验的 PDF 文件。", "file")])
    data = upload.stream.read()
    if not data.startswith(b"%PDF-"):
        words = "这个文件不是 PDF，无法核验；请选择从系统下载或收到的简报 PDF 原件，不要用扫描件或照片。"
        return _again([Problem("file", words, "file")])
    verdict, found = queries.verdict_of(session(), data)
    return _told(verdict, found, by_file=True, digest=hashlib.sha256(data).hexdigest())


def _told(
    verdict: Verdict, found: queries.Issued | None, *, by_file: bool, digest: str = ""
) -> str:
    brief, newer = found or (None, None)
    return render_template(
        "verify/result.html",
        verdict=verdict,
        Verdict=Verdict,
        brief=brief,
        newer=newer,
        code=evidence.code_of(brief.digest) if brief else "",
        by_file=by_file,
        digest=digest,
    )


def _again(problems: list[Problem], *, code: str = "") -> Page:
    return render_template("verify/index.html", problems=problems, code=code), 422


def _busy() -> Page | None:
    config = current_app.config["CONFIG"]
    assert isinstance(config, Config)
    tally = Tally(config.data / "verify.tally", ASKED)
    if tally.allows(request.remote_addr or "", clock.now()):
        return None
    words = "核验过于频繁，请一分钟后再试。"
    page = render_template("verify/index.html", problems=[Problem("busy", words)], code="")
    answer = current_app.response_class(page, 429)
    answer.headers["Retry-After"] = "60"
    return answer
