"""Every page of every role: no complaint by axe or the console, nothing sticks out on a phone."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.test import Client

from custody.accounts.rules import ALLOWED, Can, Role
from custody.infra import press
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, Arrive, Site, Visitor, narrow, sideways
from tests.factories.programme import PDF, jobs_done
from tests.house.test_routes import TABLE

pytestmark = pytest.mark.browser

FACES = {
    "admin": Role.SYSADMIN,
    "shengju1": Role.COORDINATOR,
    "wuxi": Role.CITY_REVIEWER,
    "yixing": Role.OFFICER,
    "lingdao": Role.LEADER,
    "shenji": Role.AUDITOR,
}
NO_PAGE = {
    "static",
    "health",
    "home",
    "accounts.sign_in",
    "evidence.download",
    "briefs.pdf",
    "editions.archive",
    "editions.booklet",
    "editions.part",
    "matters.download",
    "orders.notice",
    "orders.notices",
    "orders.edit",
}
"""GET addresses that are a file, a redirect or looked at elsewhere."""


OF_MORE_THAN_ONE_REGION = {
    "dashboard.board",
    "dashboard.city",
    "dashboard.search",
    "dashboard.attention",
    "gantt.index",
    "gantt.city",
    "savings.index",
    "baselines.index",
    "energy.index",
    "energy_months.index",
}
FILES = {
    "contracts.table",
    "dashboard.export",
    "dashboard.export_city",
    "audit.export",
    "inbox.export",
    "calendar.export",
    "audit.table",
    "briefs.table",
    "briefs.changes_table",
    "briefs.instructions_table",
    "briefs.receipts_table",
    "editions.table",
    "editions.parts_table",
    "bulk.annotated",
    "bulk.download",
    "dashboard.attention_table",
    "dashboard.matrix",
    "dashboard.matrix_of_city",
    "dashboard.region_table",
    "milestones.todo_table",
    "people.listing",
    "jobs.table",
    "mail.export",
    "orders.candidates_table",
    "regions.notice_table",
    "regions.cities_table",
    "regions.listing_table",
    "review.table",
    "gantt.file",
    "gantt.city_file",
    "gantt.region_file",
    "templates.table",
    "templates.versions_table",
    "settlements.export",
    "settlement.pdf",
    "settlement.download",
    "supervision.export",
    "problems.export",
    "portfolio.export",
    "companies.export",
    "contract_files.download",
    "orders.download",
    "changes.download",
    "energy.export",
    "energy.export_region",
    "institutions.export",
    "institutions.export_one",
    "energy_coverage.export",
    "energy_months.export",
    "energy_months.export_doubts",
    "energy_months.export_region",
    "energy_tables.export_coefficients",
    "energy_tables.export_limits",
    "weather.export",
    "weather.template",
    "energy_imports.annotated",
    "energy_imports.export",
    "energy_imports.template",
    "entries.download",
    "briefs.draft_word",
    "jobs.download",
    "projects.download",
    "projects.export",
    "adjustments.download",
    "adjustments.export",
    "baselines.export",
    "baselines.export_differences",
    "baselines.export_region",
    "baselines.paper",
    "baselines.table",
    "savings.export",
    "savings.export_institution",
    "savings.export_region",
    "guarantees.export",
    "targets.export",
    "targets.export_quantity",
    "targets.export_task",
}
OF_WHO_ORDERS_WORK = {"jobs.index", "jobs.show"}
LINK = re.compile(r'<a\s[^>]*?\bhref="([^"]*)"')
MOST = 12
"""Of each kind of page so many are looked at for links: not every task has every link."""


def endpoint_of(site: Site, path: str) -> str:
    adapter = site.app.url_map.bind("127.0.0.1")
    try:
        return str(adapter.match(urlsplit(path).path, method="GET")[0])
    except HTTPException:
        return ""


def crawl(site: Site, cookie: str) -> dict[str, str]:
    """One address for every kind of page that can be reached by links from the first page on."""
    client = Client(site.app)
    client.set_cookie("custody", cookie, domain="localhost")
    found: dict[str, str] = {}
    todo = ["/", "/search?q=%E5%B8%82", "/tasks/8"]
    seen = set(todo)
    known: Counter[str] = Counter()
    while todo:
        path = todo.pop(0)
        answer = client.get(path, buffered=True)
        if answer.status_code in (301, 302, 303):
            links = [answer.headers["Location"]]
        else:
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            if answer.mimetype != "text/html":
                continue
            found.setdefault(endpoint_of(site, path), path)
            links = [unescape(href) for href in LINK.findall(answer.text)]
        for link in links:
            link = link.split("#")[0]
            name = endpoint_of(site, link) if link.startswith("/") else ""
            most = 1 if name in FILES | NO_PAGE else MOST
            if name and link not in seen and known[name] < most:
                known[name] += 1
                seen.add(link)
                todo.append(link)
    return found


def orders_work(role: Role) -> bool:
    return role in ALLOWED[Can.MAKE_DOSSIER] | ALLOWED[Can.FILL_SHEET]


def session_of(visitor: Visitor) -> str:
    [cookie] = [c for c in visitor.page.context.cookies() if c["name"] == "custody"]
    return str(cookie["value"])


@pytest.mark.parametrize("username", FACES)
def test_every_page_at_both_widths(
    username: str, site: Site, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    # That a paper is there is asked here; how it is printed, where it is made.
    monkeypatch.setattr(press, "render_each_isolated", lambda jobs, **_limits: (PDF for _ in jobs))
    visitor = arrive(username)
    visitor.page.wait_for_load_state()
    if username == "admin":
        # Milestones of a template can be edited while there is a draft of the next version.
        visitor.go("/admin/templates")
        visitor.page.get_by_role("button", name="新建下一版草稿").click()
        visitor.page.wait_for_load_state()
    role = FACES[username]
    with site.database.transaction() as session:
        jobs_done(session)
    pages = crawl(site, session_of(visitor))
    wanted = {
        name
        for name, row in TABLE.items()
        if "GET" in row.methods and row.roles is not None and role in row.roles
    } | {"accounts.password"}
    if not orders_work(role):
        wanted -= OF_WHO_ORDERS_WORK
    if role is Role.OFFICER:
        wanted -= OF_MORE_THAN_ONE_REGION
    faults = [f"{name}: no link leads there" for name in wanted - NO_PAGE - set(pages) - FILES]
    for name, path in sorted(pages.items()):
        visitor.page.set_viewport_size({"width": DESK, "height": 900})
        visitor.go(path)
        unfold(visitor)
        look(visitor, f"{name} {path} {DESK}", faults)
        narrow(visitor.page)
        look(visitor, f"{name} {path} {PHONE}", faults)
    assert not faults, "\n".join(faults)


def unfold(visitor: Visitor) -> None:
    """Whatever can be opened in the page is looked at too; what opens above it (menus) is not."""
    visitor.page.evaluate(
        "for (const one of document.querySelectorAll('main details')) one.open = true"
    )


def look(visitor: Visitor, what: str, faults: list[str]) -> None:
    faults += [f"{what}: {one}" for one in violations(visitor.page)]
    wide = sideways(visitor.page)
    if wide > 0:
        faults.append(f"{what}: sticks out by {wide} px")


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_pages_without_sign_in(arrive: Arrive, width: int) -> None:
    visitor = arrive(width=width)
    faults: list[str] = []
    visitor.go("/sign-in")
    look(visitor, "sign-in", faults)
    visitor.page.get_by_role("button", name="登录", exact=True).click()
    visitor.page.get_by_role("alert").wait_for()
    look(visitor, "sign-in with problems", faults)
    visitor.go("/nowhere")
    look(visitor, "404", faults)
    assert faults == []


@pytest.mark.parametrize(
    ("username", "path", "status"),
    [
        ("lingdao", "/queue", 403),
        ("yixing", "/regions/320582", 404),
        ("shengju1", "/regions/1", 404),
    ],
)
def test_pages_that_say_no(arrive: Arrive, username: str, path: str, status: int) -> None:
    visitor = arrive(username)
    for width in (DESK, PHONE):
        visitor.page.set_viewport_size({"width": width, "height": 844})
        answer = visitor.page.goto(visitor.site.url + path)
        assert answer is not None
        assert answer.status == status
        faults: list[str] = []
        look(visitor, path, faults)
        assert faults == []


def test_faint_text_is_seen_again_and_again(arrive: Arrive) -> None:
    """Contrast is reckoned once for each way of text (axe.py): of a bad way, and of an unproven one, always."""
    page = arrive().page
    words = {"淡": 0, "浅浅的字": 1}  # axe has no opinion on a single sign
    for text, faults in [*words.items(), *words.items()]:
        page.set_content(
            f"""<html lang="zh-CN"><title>字</title><main><h1>字</h1><p>看得清的字</p>
            <p style="color: #999; background: #fff">{text}</p></main>"""
        )
        found = violations(page)
        assert len(found) == faults
        assert all("color-contrast" in one and "#999999" in one for one in found)
