"""`custody verify`: silent on what is whole, and a sentence for everything that is not."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.attachments.models import Attachment
from custody.baselines.models import Baseline, Line, NonRoutine
from custody.baselines.rules.states import AdjustmentState
from custody.briefs.models import Brief
from custody.contracts.models.settlement import Settlement
from custody.energy.actions import bills
from custody.energy.actions.bills import Told
from custody.energy.models.bills import Bill, Import
from custody.energy.models.roster import Meter
from custody.energy.models.tables import Coefficient
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.energy.rules.states import ImportState
from custody.infra import clock
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.jobs.queries import results
from custody.milestones.models import Evidence, Milestone, Passage
from custody.milestones.rules import Stage
from custody.verify import inspect
from tests.conftest import Clock
from tests.factories import people, programme, savings

pytestmark = pytest.mark.parametrize("template", ["lived"])


def wrong(session: Session, store: FileStore) -> dict[str, tuple[str, ...]]:
    return {part.title: part.wrong for part in inspect(session, store) if part.wrong}


@pytest.fixture
def filled(session: Session, store: FileStore) -> FileStore:
    """The bytes behind the rows of the lived-in programme."""
    for data in (programme.PDF, programme.PNG, *savings.sheets(session)):
        store.put(io.BytesIO(data))
    # What jobs have made lies apart: it can be made again.
    results(store).put(io.BytesIO(programme.PDF))
    return store


def test_a_lived_in_programme_is_whole(session: Session, filled: FileStore) -> None:
    parts = list(inspect(session, filled))
    assert [part.title for part in parts] == [
        "操作日志",
        "佐证材料",
        "填报表",
        "附件",
        "工作简报",
        "结算单",
        "能源基准",
        "非常规调整",
        "折算系数",
        "账单导入",
        "地区阶段",
        "里程碑",
        "督办与问题",
        "后台任务",
    ]
    assert all(part.count for part in parts)
    assert wrong(session, filled) == {}


def test_files_that_are_gone_or_changed(session: Session, filled: FileStore) -> None:
    png = session.scalars(select(Evidence).where(Evidence.name == "现场照片.png")).one()
    filled.path(png.digest).unlink()
    assert wrong(session, filled) == {
        "佐证材料": ("宜兴市 M24 现场照片.png：文件缺失或内容已被改动",)
    }
    pdf = session.scalars(select(Brief.pdf_digest).where(Brief.pdf_digest != "")).first()
    assert pdf
    path = Path(filled.path(pdf))
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.7 something else")
    found = wrong(session, filled)
    assert len(found["工作简报"]) >= 5
    assert "整区能源费用托管工作简报（江苏省" in "".join(found["工作简报"])


def test_a_milestone_changed_behind_our_back(session: Session, filled: FileStore) -> None:
    session.execute(
        update(Milestone)
        .where(Milestone.region_code == people.YIXING, Milestone.code == "M19")
        .values(percent=99)
    )
    assert wrong(session, filled) == {
        "里程碑": ("宜兴市 M19：现有内容与操作日志的最后一次记录不一致",)
    }


def test_a_settlement_changed_behind_our_back(session: Session, filled: FileStore) -> None:
    row = session.scalars(
        select(Settlement).where(Settlement.status == "paid").order_by(Settlement.id)
    ).first()
    assert row
    assert row.inputs
    assert row.statement
    name = "宜兴市2026年第一季度结算单"
    right, wrong_one = f"{row.total:,.2f}", f"{row.total + 1:,.2f}"
    row.total += 1
    session.flush()
    assert wrong(session, filled) == {
        "结算单": (f"{name}：应付金额{wrong_one}元，重算为{right}元",)
    }
    row.total -= 1
    row.statement = {**row.statement, "tax": "0.00"}
    session.flush()
    assert wrong(session, filled) == {"结算单": (f"{name}：逐项金额与按定稿数据重算的结果不符",)}
    row.inputs = {"schema": 1, "inputs": {**row.inputs["inputs"], "note": "改过"}}
    session.flush()
    assert f"{name}：定稿数据与校验值不符" in wrong(session, filled)["结算单"]
    row.inputs = {"schema": 9}
    session.flush()
    assert f"{name}：定稿数据无法读取" in wrong(session, filled)["结算单"]


def test_a_baseline_and_a_bill_changed_behind_our_back(session: Session, filled: FileStore) -> None:
    line = session.scalars(
        select(Line)
        .join(Baseline, Baseline.id == Line.baseline_id)
        .where(Line.rule_use.is_not(None), Baseline.region_code == "320211")
    ).first()
    assert line
    assert line.rule_use is not None
    number = session.get_one(Meter, line.meter_id).number
    line.rule_use += 1
    file = session.scalars(select(Import).where(Import.state == ImportState.ACCEPTED)).one()
    session.execute(update(Bill).where(Bill.import_id == file.id).values(import_id=None))
    session.flush()
    told = wrong(session, filled)
    assert told["能源基准"] == (
        f"无锡市滨湖区能源基准第1版中电户号{number}的基准用量与复算结果不一致。",
    )
    assert told["账单导入"] == ("导入文件“账单.csv”记有1张账单，账本中有0张。",)
    line.rule_use -= 1
    line.record = {**line.record, "sse": (line.record["sse"] or 0) + 1}
    session.flush()
    assert wrong(session, filled)["能源基准"] == (
        f"无锡市滨湖区能源基准第1版中电户号{number}的回归参数与复算结果不一致。",
    )


def test_the_use_of_a_base_month_changed_behind_our_back(
    session: Session, filled: FileStore
) -> None:
    line = session.scalars(
        select(Line)
        .join(Baseline, Baseline.id == Line.baseline_id)
        .where(Baseline.region_code == "320211")
    ).first()
    assert line
    number = session.get_one(Meter, line.meter_id).number
    session.execute(
        update(Bill)
        .where(Bill.meter_id == line.meter_id, Bill.month == 202406)
        .values(use=Bill.use + 100)
    )
    digest, meter = wrong(session, filled)["能源基准"]
    assert digest == "无锡市滨湖区能源基准第1版的输入数据与采用时的摘要不符，账单或气温可能被改动。"
    assert meter.startswith(f"无锡市滨湖区能源基准第1版中电户号{number}的")


def test_an_adjustment_changed_behind_our_back(session: Session, filled: FileStore) -> None:
    row = session.scalars(
        select(NonRoutine).where(
            NonRoutine.state == AdjustmentState.SIGNED, NonRoutine.region_code == people.YIXING
        )
    ).one()
    name = f"宜兴市非常规调整第{row.number}号"
    row.quantity += 5
    session.flush()
    assert wrong(session, filled) == {
        "非常规调整": (f"{name}记为每月505.0000，按登记的数值重算为500.0000。",)
    }
    row.quantity -= 5
    row.after = Decimal(22000)
    session.flush()
    assert len(wrong(session, filled)["非常规调整"]) == 2
    row.after, row.rate = Decimal(21000), None
    session.flush()
    assert wrong(session, filled)["非常规调整"] == (f"{name}缺少计算所用的数值，无法复算。",)
    row.rate = Decimal("0.5")
    paper = session.scalars(
        select(Attachment).where(
            Attachment.kind == "baseline_adjustment",
            Attachment.subject == row.id,
            Attachment.slot == "company",
        )
    ).one()
    paper.removed_at = clock.now()
    session.flush()
    assert wrong(session, filled) == {"非常规调整": (f"{name}已登记生效，但缺少双方签认件。",)}


def _brought(session: Session) -> tuple[Import, Bill, str]:
    file = session.scalars(select(Import).where(Import.state == ImportState.ACCEPTED)).one()
    bill = session.scalars(select(Bill).where(Bill.import_id == file.id)).one()
    return file, bill, session.get_one(Meter, bill.meter_id).number


def test_a_bill_that_its_file_does_not_bear_out(session: Session, filled: FileStore) -> None:
    _, bill, number = _brought(session)
    update_ = update(Bill).where(Bill.meter_id == bill.meter_id, Bill.month == bill.month)
    session.execute(update_.values(use=Bill.use + 100))
    (words,) = wrong(session, filled)["账单导入"]
    assert words.startswith("导入文件“账单.csv”（无锡市滨湖区，")
    assert words.endswith(
        f"第2行电户号{number}2026年1月：文件中用量100000、费用67000.00，"
        "账本中为100100、67000.00，没有更正记录。"
    )
    session.execute(update_.values(use=Bill.use - 100, cost=1))
    (words,) = wrong(session, filled)["账单导入"]
    assert "账本中为100000、1.00" in words


def test_a_correction_by_hand_is_no_difference(session: Session, filled: FileStore) -> None:
    """Until somebody changes what was typed: then the journal knows better."""
    _, bill, number = _brought(session)
    officer = programme.account_at(session, Role.OFFICER, savings.BINHU)
    typed = Told(Decimal(90_000), Decimal(60_300), None, None)
    bills.write(
        session, actor=officer, now=clock.now(), meter=bill.meter_id, month=bill.month,
        number=bill.number, told=typed, reason="抄表有误",
    )  # fmt: skip
    session.flush()
    assert wrong(session, filled) == {}
    session.execute(
        text("UPDATE bill SET use = 91000 WHERE meter_id = :meter AND month = 202601"),
        {"meter": bill.meter_id},
    )
    session.expire_all()
    assert wrong(session, filled) == {
        "账单导入": (f"电户号{number}2026年1月的用量为91000，操作日志记为90000。",)
    }
    session.execute(
        text("UPDATE bill SET use = 90000, cost = NULL WHERE meter_id = :meter AND month = 202601"),
        {"meter": bill.meter_id},
    )
    session.expire_all()
    (words,) = wrong(session, filled)["账单导入"]
    assert words.endswith("的费用为未填，操作日志记为60300。")


def test_a_kept_file_that_is_gone_or_changed(session: Session, filled: FileStore) -> None:
    file, _, _ = _brought(session)
    filled.path(file.digest).write_bytes(b"changed")
    (words,) = wrong(session, filled)["账单导入"]
    assert words.endswith("：文件缺失或内容已被改动。")
    filled.path(file.digest).unlink()
    (words,) = wrong(session, filled)["账单导入"]
    assert words.endswith("：文件缺失或内容已被改动。")
    file.digest = filled.put(io.BytesIO(b"not a table")).digest
    session.flush()
    (words,) = wrong(session, filled)["账单导入"]
    assert words.endswith("：按现在的规则无法读取，没有核对。")


def test_a_coefficient_changed_behind_our_back(session: Session, filled: FileStore) -> None:
    row = session.scalars(
        select(Coefficient).where(
            Coefficient.energy == Energy.ELECTRICITY,
            Coefficient.caliber == Caliber.EQUIVALENT_HEAT,
            Coefficient.province_code == people.JIANGSU,
        )
    ).one()
    session.execute(
        update(Coefficient).where(Coefficient.id == row.id).values(value=Decimal("0.13"))
    )
    session.expire(row)
    assert wrong(session, filled) == {
        "折算系数": ("电当量值2021年1月1日起用的折算系数为0.130000，操作日志记为0.1229。",)
    }


def test_a_stage_that_does_not_follow_from_the_milestones(
    session: Session, filled: FileStore, clock: Clock
) -> None:
    session.delete(session.get_one(Passage, (people.QINHUAI, Stage.PRE_TENDER)))
    session.add(
        Passage(
            region_code=people.XISHAN,
            stage=Stage.PRE_TENDER,
            passed_on=clock.today,
            basis="凭空",
        )
    )
    session.flush()
    assert set(wrong(session, filled)["地区阶段"]) == {
        "无锡市锡山区：记为已通过“招标前准备”，但该阶段的里程碑尚未办结",
        "南京市秦淮区：“招标前准备”的里程碑均已办结，却未记为通过",
    }


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_journal_with_a_line_missing(
    database: Database, session: Session, filled: FileStore
) -> None:
    for name in session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'")
    ).all():
        session.execute(text(f"DROP TRIGGER {name}"))
    session.execute(text("DELETE FROM event WHERE id = 9"))
    assert wrong(session, filled)["操作日志"] == (
        "第10条日志与上一条衔接不上，可能有日志被删除或插入。",
    )
