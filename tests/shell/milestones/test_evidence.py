"""Files: several at once, told from their bytes, handed out with their own name."""

from __future__ import annotations

import io
import json
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from custody.infra import uploads as receiving
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.milestones.models import Evidence
from tests.critic import page
from tests.factories import programme as arrange
from tests.factories.programme import upload
from tests.shell.milestones.test_report import M05, XISHAN, acts, row, value

ADD = f"{M05}/evidence"


def files_of(database):
    with database.reader() as session:
        return session.scalars(select(Evidence).order_by(Evidence.id)).all()


def send(client, *files, **kwargs):
    return client.send(ADD, {"files": list(files)}, content_type="multipart/form-data", **kwargs)


def test_several_at_once_are_kept_by_digest(sign_in, database, store):
    client = sign_in("xishan")
    docx = arrange.zipped("word/document.xml")
    answer = send(
        client,
        upload(arrange.PDF, "基准核定表（盖章）.pdf"),
        upload(arrange.PNG, "现场照片.PNG"),
        upload(docx, "说明.docx"),
        upload(arrange.zipped("a.txt"), "台账.zip"),
        upload(arrange.OLE, "清单.et"),
    )
    assert answer.status_code == 303
    kept = files_of(database)
    assert [one.name for one in kept] == [
        "基准核定表（盖章）.pdf",
        "现场照片.PNG",
        "说明.docx",
        "台账.zip",
        "清单.et",
    ]
    assert all(store.intact(one.digest) for one in kept)
    shown = page(client.get(M05)).text()
    assert "5 份" in shown
    assert "基准核定表（盖章）.pdf" in shown
    assert acts(database) == ["evidence_added"]


def test_the_same_file_twice_is_kept_once(sign_in, database):
    client = sign_in("xishan")
    for _ in range(2):
        assert send(client, upload(arrange.PDF, "核定表.pdf")).status_code == 303
    assert len(files_of(database)) == 1


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (arrange.EXE, "方案.pdf", "“方案.pdf”的内容是可执行程序，不能上传"),
        (b"", "空白.docx", "“空白.docx”是空文件（0字节）"),
        (b"hello, world", "说明.txt", "“说明.txt”没有上传，不接收txt文件，请转存为PDF等格式"),
        (b"hello, world", "说明.docx", "“说明.docx”的内容无法识别"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "图.png", "“图.png”的内容无法识别"),
        (b"Rar!\x1a\x07\x00" + bytes(50), "材料.rar", "请改为zip格式"),
        (arrange.PDF, "程序.exe", "请将扩展名改为“.pdf”"),
        (arrange.zipped("META-INF/MANIFEST.MF"), "工具.jar", "请将扩展名改为“.zip”"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_bad_file_is_named_and_the_good_ones_stay(sign_in, database, data, name, sentence):
    client = sign_in("xishan")
    answer = send(client, upload(data, name), upload(arrange.PDF, "好的.pdf"))
    assert answer.status_code == 422
    (problem,) = page(answer).problems
    assert sentence in problem
    assert "已上传：好的.pdf" in page(answer).text()
    assert [one.name for one in files_of(database)] == ["好的.pdf"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_file_over_the_limit_is_named(sign_in, database, monkeypatch):
    monkeypatch.setattr(receiving, "MAX_FILE", 1024)
    answer = send(sign_in("xishan"), upload(arrange.PDF + bytes(2000), "大图.pdf"))
    assert answer.status_code == 422
    assert "“大图.pdf”有0 MB，单个文件不能超过0 MB" in page(answer).problems[0]
    assert files_of(database) == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_request_of_200_megabytes_is_refused_in_words(sign_in, app, database):
    app.config["MAX_CONTENT_LENGTH"] = 100_000  # the same path, without 200 MB in memory
    client = sign_in("xishan")
    client.get(M05)
    client.send(f"{M05}/draft", {"notes": "上传前写的", "version": "1"})
    answer = send(client, upload(bytes(200_000), "巨大.zip"))
    assert answer.status_code == 413
    assert "单个文件不能超过50 MB" in answer.text
    # Nothing typed travels with a file; what was typed is still there.
    assert value(client.get(M05), "notes") == "上传前写的"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_full_disk_is_said_and_leaves_nothing(sign_in, database, monkeypatch, tmp_path):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("custody.infra.files.os.fsync", full)
    answer = send(sign_in("xishan"), upload(arrange.PDF, "核定表.pdf"))
    assert answer.status_code == 422
    assert "服务器存储空间不足，“核定表.pdf”没有保存" in page(answer).problems[0]
    assert files_of(database) == []
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_nothing_chosen_and_names_with_tricks(sign_in, database):
    client = sign_in("xishan")
    assert page(send(client)).problems == ["请先选择要上传的文件。"]
    send(client, upload(arrange.PDF, "../桌面/报告\u202efdp.pdf"))
    assert [one.name for one in files_of(database)] == ["报告fdp.pdf"]
    assert receiving.tidy_name("长" * 400 + ".pdf") == "长" * 150 + ".pdf"
    assert receiving.tidy_name("C:\\桌面\\报告.pdf") == "报告.pdf"
    assert receiving.tidy_name("\n") == "未命名"


def test_the_script_is_answered_in_data(sign_in, database):
    client = sign_in("xishan")
    answer = send(
        client,
        upload(arrange.PDF, "好.pdf"),
        upload(b"", "空.pdf"),
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    told = json.loads(answer.text)
    assert told["kept"] == ["好.pdf"]
    assert told["problems"] == ["“空.pdf”是空文件（0字节），请检查原文件后重新上传。"]


def test_a_download_has_its_chinese_name_and_is_recorded(sign_in, database, store):
    with database.transaction() as session:
        number = arrange.attached(
            session, XISHAN, "M05", store=store, name="基准核定表（盖章）.pdf"
        ).id
    client = sign_in("coordinator")
    answer = client.get(f"{ADD}/{number}")
    assert answer.data == arrange.PDF
    assert answer.mimetype == "application/pdf"
    head = answer.headers["Content-Disposition"]
    assert head.startswith("attachment;")
    assert "基准核定表（盖章）.pdf" in unquote(head)
    assert "filename*=UTF-8''" in head
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    inline = client.get(f"{ADD}/{number}?view=1")
    assert inline.headers["Content-Disposition"].startswith("inline;")
    assert "script-src 'none'" in inline.headers["Content-Security-Policy"]
    with database.reader() as session:
        events = session.scalars(
            select(Event).where(Event.action == "milestone.evidence_downloaded")
        ).all()
    assert [(event.actor_name, event.note, event.modifies) for event in events] == [
        ("韩协", "基准核定表（盖章）.pdf", False),
        ("韩协", "在线查看：基准核定表（盖章）.pdf", False),
    ]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_only_pdf_and_pictures_open_in_the_browser(sign_in, database, store):
    client = sign_in("xishan")
    send(client, upload(arrange.PNG, "照片.png"), upload(arrange.zipped("a"), "包.zip"))
    picture, archive = files_of(database)
    shown = client.get(f"{ADD}/{picture.id}?view=1")
    assert shown.headers["Content-Disposition"].startswith("inline;")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    packed = client.get(f"{ADD}/{archive.id}?view=1")
    assert packed.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_file_that_is_gone_from_the_disk_says_so(sign_in, database):
    with database.transaction() as session:
        number = arrange.attached(session, XISHAN, "M05", name="丢失的.pdf").id
    answer = sign_in("coordinator").get(f"{ADD}/{number}")
    assert answer.status_code == 404
    assert page(answer).heading == "文件缺失"
    assert "“丢失的.pdf”在服务器上找不到了" in answer.text


def test_a_removed_file_stays_in_the_history(sign_in, database, store):
    with database.transaction() as session:
        number = arrange.attached(session, XISHAN, "M05", store=store, name="旧版.pdf").id
    client = sign_in("xishan")
    shown = client.get(M05)
    assert client.press(shown, "移除 旧版.pdf").status_code == 303
    assert client.press(shown, "移除 旧版.pdf").status_code == 303
    after = page(client.get(M05)).text()
    assert "0 份" in after
    assert "旧版.pdf 已移除" in after.replace("pdf已", "pdf 已")
    assert client.get(f"{ADD}/{number}").data == arrange.PDF
    assert acts(database)[:2] == ["evidence_added", "evidence_removed"]


def test_who_may_not_read_or_add(sign_in, database, store):
    with database.transaction() as session:
        number = arrange.attached(session, XISHAN, "M05", store=store).id
    for role, status in (("leader", 403), ("admin", 403), ("yixing", 404), ("suzhou", 404)):
        assert sign_in(role).get(f"{ADD}/{number}").status_code == status
    # The number belongs to another milestone of the same region.
    assert (
        sign_in("xishan").get(f"/regions/320205/milestones/M06/evidence/{number}").status_code
        == 404
    )
    for role in ("coordinator", "wuxi", "auditor"):
        client = sign_in(role)
        assert send(client, upload(arrange.PDF, "不该有.pdf")).status_code == 403
        assert client.send(f"{ADD}/{number}/remove").status_code == 403
    assert len(files_of(database)) == 1


def test_a_submitted_milestone_takes_no_files(sign_in, database):
    with database.transaction() as session:
        arrange.submitted(session, XISHAN, "M05")
    client = sign_in("xishan")
    answer = send(client, upload(arrange.PDF + b"x", "补充.pdf"))
    assert answer.status_code == 422
    assert "请先撤回" in page(answer).problems[0]
    assert row(database, "M05").version == 2


def test_the_store_reads_streams_in_pieces(tmp_path):
    store = FileStore(tmp_path)
    big = io.BytesIO(arrange.PDF + bytes(3 * 1024 * 1024))
    found = receiving.receive(store, [("大.pdf", big)])
    assert found.problems == []
    assert store.intact(found.files[0].stored.digest)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_disk_that_fills_up_during_the_upload_is_said(sign_in, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("custody.web.attached.receive", full)
    answer = send(sign_in("xishan"), upload(arrange.PDF, "核定表.pdf"))
    assert answer.status_code == 507
    assert page(answer).heading == "存储空间不足"
