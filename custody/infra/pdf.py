"""HTML to PDF: only our fonts, only named pictures, the same bytes for the same input, or nothing.

`render` works in this process; whoever prints what people wrote calls press.py, which does it in a
process with a deadline and a memory limit. What comes out claims PDF/A-3a and PDF/UA-1.
"""

from __future__ import annotations

import base64
import gc
import json
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from custody.infra import fonts, justify, markup, tuning

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
SCHEME = "custody:"
VARIANT = "pdf/a-3a"
AGAIN = "请稍后重试；多次失败的，请将本提示告知系统管理员。"


class RenderFailed(Exception):
    """No PDF. `message` tells the user in Chinese what to do; `code` is for tests and logs."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture the HTML may name as «custody:NAME»."""

    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that travels inside the PDF."""

    name: str
    content: bytes
    description: str
    relationship: str = "Data"
    media: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Job:
    html: str
    css: str
    title: str
    author: str
    created: datetime
    """Written into the file instead of the clock, so that the same job gives the same bytes."""
    subject: str = ""
    keywords: tuple[str, ...] = ()
    lang: str = "zh-CN"
    assets: Mapping[str, Asset] = field(default_factory=dict)
    attached: tuple[Attached, ...] = ()
    pages: int = 60
    """More pages than this are taken for an accident and refused."""

    def to_json(self) -> str:
        return json.dumps(
            {
                "html": self.html,
                "css": self.css,
                "title": self.title,
                "author": self.author,
                "created": self.created.isoformat(),
                "subject": self.subject,
                "keywords": list(self.keywords),
                "lang": self.lang,
                "pages": self.pages,
                "assets": {
                    name: [asset.media, base64.b64encode(asset.content).decode()]
                    for name, asset in self.assets.items()
                },
                "attached": [
                    [
                        one.name,
                        base64.b64encode(one.content).decode(),
                        one.description,
                        one.relationship,
                        one.media,
                    ]
                    for one in self.attached
                ],
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Job:
        data = json.loads(text)
        data["created"] = datetime.fromisoformat(data["created"])
        data["keywords"] = tuple(data["keywords"])
        data["assets"] = {
            name: Asset(media, base64.b64decode(content))
            for name, (media, content) in data["assets"].items()
        }
        data["attached"] = tuple(
            Attached(name, base64.b64decode(content), *rest)
            for name, content, *rest in data["attached"]
        )
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Printed:
    pdf: bytes
    pages: int


# --- in this process --------------------------------------------------------------------------


def render(job: Job) -> bytes:
    """The PDF, or RenderFailed. Loads WeasyPrint, and fonts, into this process."""
    return printed(job).pdf


def printed(job: Job) -> Printed:
    """The same with its number of pages. What the next paper can use again stays loaded."""
    weasyprint = _weasyprint()
    from weasyprint.urls import FatalURLFetchingError

    with _complaints() as complaints, _quiet_collector():
        fetcher = _locked_fetcher(job.assets)
        try:
            font_config, css = _font_configuration(), _sheet(job.css)
            document = _read(job.html, fetcher).render(
                stylesheets=[css], font_config=font_config, pdf_variant=VARIANT
            )
        except FatalURLFetchingError as error:
            raise RenderFailed(
                "blocked",
                f"简报中引用了不允许的外部内容（{error}），已停止生成；请删除该内容后重试。",
            ) from error
        if len(document.pages) > job.pages:
            raise RenderFailed(
                "pages",
                f"简报共{len(document.pages)}页，超过{job.pages}页的上限；请精简正文后重试。",
            )
        _describe(document, job)
        with warnings.catch_warnings():
            # WeasyPrint leaves its colour profile to be closed by the collector.
            warnings.simplefilter("ignore", ResourceWarning)
            pdf: bytes = document.write_pdf(
                pdf_variant=VARIANT, attachments=_attachments(weasyprint, job)
            )
    _refuse_faults(complaints)
    _refuse_foreign_fonts(pdf_fonts(document))
    return Printed(pdf, len(document.pages))


def _weasyprint() -> Any:
    problems = fonts.check()
    if problems:
        raise RenderFailed("fonts", "".join(problems))
    fonts.use_private_fonts()
    import weasyprint

    justify.enable()
    tuning.enable()
    return weasyprint


def _read(html: str, fetcher: Any) -> Any:
    """WeasyPrint's HTML, without its slow parser where ours gives the same tree."""
    from weasyprint import HTML, cssselect2

    root = markup.tree_of(html)
    if root is None:
        return HTML(string=html, url_fetcher=fetcher, base_url=SCHEME)
    found = HTML.__new__(HTML)
    found.base_url, found.url_fetcher, found.media_type = SCHEME, fetcher, "print"
    found.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
    found.etree_element = found.wrapper_element.etree_element
    return found


@lru_cache(maxsize=1)
def _font_configuration() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@lru_cache(maxsize=8)
def _sheet(css: str) -> Any:
    """A style sheet, read once; it may name nothing outside itself."""
    from weasyprint import CSS

    return CSS(string=css, font_config=_font_configuration(), url_fetcher=_locked_fetcher({}))


def _locked_fetcher(assets: Mapping[str, Asset]) -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Locked(URLFetcher):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False)

        def fetch(self, url: str, headers: object = None) -> Any:
            asset = assets.get(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
            if asset is None:
                raise FatalURLFetchingError(url[:80])
            return URLFetcherResponse(url, asset.content, {"Content-Type": asset.media})

    return Locked()


def _describe(document: Any, job: Job) -> None:
    """Put the job's metadata into the document and claim PDF/UA-1 beside PDF/A-3a."""
    metadata = document.metadata
    stamp = job.created.isoformat(timespec="seconds")
    metadata.title, metadata.authors, metadata.lang = job.title, [job.author], job.lang
    metadata.description = job.subject or job.title
    metadata.keywords = list(job.keywords)
    metadata.generator = "custody"
    metadata.created = metadata.modified = stamp
    original = metadata.generate_rdf_metadata

    def with_ua(*arguments: Any) -> bytes:
        rdf: bytes = original(*arguments)
        return rdf.replace(b"</rdf:RDF>", _UA_MARKER + b"</rdf:RDF>")

    metadata.generate_rdf_metadata = with_ua


def _attachments(weasyprint: Any, job: Job) -> list[Any]:
    from weasyprint.pdf.anchors import MIMETYPES

    for one in job.attached:
        # Else the media type comes from the machine's own list, and with it other bytes.
        MIMETYPES.add_type(one.media, PurePath(one.name).suffix)
    return [
        weasyprint.Attachment(
            string=one.content,
            name=one.name,
            description=one.description,
            created=job.created,
            modified=job.created,
            relationship=one.relationship,
        )
        for one in job.attached
    ]


class _Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append((record.levelno, record.getMessage()))


@contextmanager
def _complaints() -> Iterator[list[tuple[int, str]]]:
    """What WeasyPrint only logs: missing glyphs, broken pictures, unknown CSS."""
    handler = _Complaints()
    logger = logging.getLogger("weasyprint")
    level = logger.level
    logger.setLevel(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield handler.records
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


@contextmanager
def _quiet_collector() -> Iterator[None]:
    """Layout makes many small objects and few circles: collecting meanwhile costs a tenth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


_MISSING_GLYPH = re.compile(r"\.notdef glyph rendered.*?\"(.+?)\" \(U\+([0-9A-F]+)\)", re.DOTALL)


def _refuse_faults(complaints: list[tuple[int, str]]) -> None:
    missing = {
        f"{found[1]}（U+{found[2]}）"
        for _, message in complaints
        if (found := _MISSING_GLYPH.search(message))
    }
    if missing:
        raise RenderFailed(
            "glyph",
            f"以下字符在打印字体中没有字形，无法正确印出：{'、'.join(sorted(missing))}；"
            "请改用通用字或文字表述（如将“㎥”写作“立方米”）后重试。",
        )
    errors = [message for level, message in complaints if level >= logging.ERROR]
    if errors:
        log.error("WeasyPrint: %s", " | ".join(errors)[:2000])
        raise RenderFailed("broken", f"简报中的图表或版式未能正确生成，{AGAIN}")
    for _, message in complaints:
        log.warning("WeasyPrint: %s", message)


def pdf_fonts(document: Any) -> set[str]:
    """Family names of the fonts a written document embeds."""
    return {font.family.decode() if isinstance(font.family, bytes) else str(font.family)
            for font in document.fonts.values()}  # fmt: skip


def _refuse_foreign_fonts(found: set[str]) -> None:
    known = {font.family.replace(" ", "") for font in fonts.FONTS}
    foreign = sorted(name for name in found if name.replace(" ", "") not in known)
    if foreign:
        raise RenderFailed(
            "fonts",
            f"生成时用到了未登记的字体（{'、'.join(foreign)}），请重新执行 make run 后重试。",
        )


_UA_MARKER = (
    b'<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""'
    b' xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>'
    b'<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""'
    b' xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    b' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    b"<pdfaExtension:schemas><rdf:Bag>"
    b'<rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<pdfaProperty:name>part</pdfaProperty:name>"
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>part number of PDF/UA</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property>"
    b"</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)
"""PDF/A allows only declared metadata, so the PDF/UA identifier brings its declaration along."""
