"""The pages for what can go wrong; each says what happened and what to do next."""

from __future__ import annotations

import errno
import logging
import secrets
from urllib.parse import urlsplit

from flask import Flask, g, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from custody.kernel.problems import Conflict, NotFound
from custody.web import kept
from custody.web.database import session

log = logging.getLogger(__name__)

PAGES = {
    400: ("请求无法处理", "提交的内容不完整或格式不对，请返回上一页检查后重新提交。"),
    403: ("没有权限", "您的账号没有办理此项的权限；如工作需要，请联系系统管理员调整。"),
    404: ("没有找到", "没有这个页面，或者它不在您的管辖范围内；请从左侧导航重新进入。"),
    405: ("请求无法处理", "请从页面上的按钮或链接操作，不要直接访问此地址。"),
    409: (
        "内容已被他人更新",
        "在您打开页面之后，这项内容已被他人修改，您的操作没有保存；请返回查看最新内容后再试。",
    ),
    413: (
        "文件太大",
        "一次提交的文件合计不能超过60 MB，单个文件不能超过50 MB；请压缩或分批上传。"
        "页面上已填写的文字可返回上一页找回。",
    ),
    429: ("操作过于频繁", "请稍等片刻再试。"),
    507: (
        "存储空间不足",
        "服务器存储空间不足，您的操作没有保存；请联系系统管理员清理空间后重试。"
        "页面上已填写的文字可返回上一页找回。",
    ),
    503: ("系统繁忙", "数据库正忙，您的操作没有保存；请稍等片刻后返回上一页重试。"),
}


def _page(code: int) -> tuple[str, int]:
    title, words = PAGES.get(code, PAGES[400])
    return render_template("errors/error.html", title=title, words=words, code=code), code


_DRAINED = 512 * 1024 * 1024


def _drain() -> None:
    """Read what is still coming and drop it.

    A browser in the middle of sending a large file does not read the answer; if the connection is
    closed on it, it shows its own network error instead of our words.
    """
    stream = request.environ["wsgi.input"]
    length = request.content_length
    left = (
        _DRAINED if length is None else min(length, _DRAINED)
    )  # sent in pieces: it ends by itself
    while left > 0 and (chunk := stream.read(min(left, 1024 * 1024))):
        left -= len(chunk)


def init(app: Flask) -> None:
    @app.errorhandler(RequestEntityTooLarge)
    def _too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
        _drain()
        return _page(413)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
        code = error.code or 500
        return error if code < 400 else _page(code)

    @app.errorhandler(NotFound)
    def _not_found(_error: NotFound) -> tuple[str, int]:
        return _page(404)

    @app.errorhandler(Conflict)
    def _conflict(_error: Conflict) -> tuple[str, int]:
        return _page(409)

    @app.errorhandler(DataError)
    @app.errorhandler(OverflowError)
    def _no_such_value(error: Exception) -> tuple[str, int]:
        """An address with a number or a character that no row can have."""
        log.warning("no such value: %s", request.path, exc_info=error)
        session().rollback()
        return _page(404)

    @app.errorhandler(CSRFError)
    def _token(_error: CSRFError) -> tuple[str, int]:
        """The words are offered again, after sign-in where that is over too; not to other sites."""
        if request.origin and urlsplit(request.origin).netloc != request.host:
            return _page(400)
        held = kept.from_request()
        if not current_user.is_authenticated:
            g.kept = kept.pack(held)
            return app.view_functions["accounts.sign_in"]()  # type: ignore[return-value]
        return kept.offer(held, "页面打开时间过长"), 400

    @app.errorhandler(OperationalError)
    def _busy(error: OperationalError) -> tuple[str, int]:
        log.exception("database: %s", request.path, exc_info=error)
        return _page(507 if "disk is full" in str(error).lower() else 503)

    @app.errorhandler(OSError)
    def _disk(error: OSError) -> tuple[str, int]:
        """A full disk, also while an upload is still coming in; any other error is unexpected."""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            log.exception("disk: %s", request.path, exc_info=error)
            return _page(507)
        return _unexpected(error)

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> tuple[str, int]:
        number = secrets.token_hex(4)
        log.exception("error %s: %s %s", number, request.method, request.path, exc_info=error)
        return render_template("errors/unexpected.html", number=number), 500
