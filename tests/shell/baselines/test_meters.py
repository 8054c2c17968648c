"""The meters of a version over HTTP: both methods, the choice, the quota, the filter."""

from __future__ import annotations

from decimal import Decimal

from custody.baselines.models import Line
from custody.infra.db import Database
from tests.conftest import SignIn
from tests.critic import page
from tests.factories.baseline_pages import draft, events, lines, row, text


def test_both_methods_stand_side_by_side(metered: int, sign_in: SignIn, database: Database) -> None:
    number = draft(database)
    words = text(sign_in("leader"), f"/baselines/{number}")
    power, water = lines(database, number)
    for line in (power, water):
        assert f"{line.rule_use:,.0f}" in words
        assert f"{line.model_use:,.0f}" in words
    card = text(sign_in("leader"), f"/baselines/{number}/institutions/{metered}")
    for told in ("惯例法", "回归法", "CV(RMSE)", "NMBE", "FSU", "波动在允许范围内", "2025年12月止"):
        assert told in card, told
    assert "保存选用" not in card


def test_a_meter_s_method_is_chosen_with_a_word(
    metered: int, sign_in: SignIn, database: Database
) -> None:
    number, officer = draft(database), sign_in("yixing")
    power, _ = lines(database, number)
    path = f"/baselines/{number}/institutions/{metered}"
    prefix = f"m{power.id}-"
    choosing = {f"{prefix}chosen": "regression"}
    url = f"/baselines/{number}/lines/{power.id}/choose"
    version_ = {f"{prefix}version": str(row(database, number).version), f"{prefix}seen": "rule"}
    refused = officer.send(url, {**version_, **choosing})
    assert refused.status_code == 422
    assert "请写明选用理由" in refused.text
    assert "保存选用" in refused.text
    told = {**version_, **choosing, f"{prefix}words": "气温影响明显"}
    assert officer.send(url, told).status_code == 303
    assert officer.send(url, told).status_code == 303  # a double click
    chosen = lines(database, number)[0]
    assert (chosen.chosen, chosen.words) == ("regression", "气温影响明显")
    assert events(database).count("baseline.chosen") == 1
    assert "气温影响明显" in text(officer, path)

    # Somebody decided the other meter meanwhile: nobody's way is barred …
    other = lines(database, number)[1]
    about = f"m{other.id}-"
    stale = {**version_, f"{about}version": version_[f"{prefix}version"], f"{about}seen": "rule"}
    answer = officer.send(
        f"/baselines/{number}/lines/{other.id}/choose",
        {**stale, f"{about}chosen": "regression", f"{about}words": "同上"},
    )
    assert answer.status_code == 303
    # … but of the same meter both opinions are shown.
    clash = officer.send(url, {**version_, f"{prefix}chosen": "", f"{prefix}words": "停用"})
    assert clash.status_code == 409
    words = page(clash).text()
    assert "不采用" in words
    assert "气温影响明显" in words
    assert lines(database, number)[0].chosen == "regression"


def test_a_method_is_chosen_for_an_energy_at_once(
    metered: int, sign_in: SignIn, database: Database
) -> None:
    number, officer = draft(database), sign_in("yixing")
    seen = officer.get(f"/baselines/{number}")
    without = officer.press(seen, "统一选用", {"energy": "electricity"})
    assert (without.status_code, "请写明选用理由" in without.text) == (422, True)
    answer = officer.press(
        seen, "统一选用", {"energy": "electricity", "chosen": "regression", "words": "按气温"}
    )
    assert answer.status_code == 303
    assert [one.chosen for one in lines(database, number)] == ["regression", "rule"]
    stale = officer.press(seen, "统一选用", {"chosen": "rule", "words": "改回"})
    assert stale.status_code == 409
    assert "您的选择仍在下面" in stale.text
    assert "改回" in stale.text


def test_a_quota_is_entered_where_bills_do_not_suffice(
    poor: tuple[int, int], sign_in: SignIn, database: Database
) -> None:
    number, line = poor
    officer = sign_in("yixing")
    with database.reader() as session:
        owner = session.get_one(Line, line).institution_id
    path = f"/baselines/{number}/institutions/{owner}"
    seen = officer.get(path)
    words = page(seen).text()
    assert "不足以建立基准" in words
    assert "没有一个完整的基准年" in words
    prefix = f"q{line}-"
    button = "录入定额"
    refused = officer.press(seen, button, {f"{prefix}quota": "约一万"})
    assert refused.status_code == 422
    assert "约一万" in refused.text
    answer = officer.press(
        refused, button, {f"{prefix}quota": "12,000", f"{prefix}source": "DB32/T 4001 表3"}
    )
    assert answer.status_code == 303
    assert "录入定额" in text(officer, f"/baselines/{number}")  # in its history
    with database.reader() as session:
        found = session.get_one(Line, line)
        assert (found.chosen, found.quota) == ("quota", Decimal(12000))
    assert "DB32/T 4001 表3" in text(officer, path)
    stale = officer.press(seen, button, {f"{prefix}quota": "9000", f"{prefix}source": "会议纪要"})
    assert stale.status_code == 409
    assert "12000" in page(stale).text().replace(",", "")


def test_the_list_is_filtered_by_what_to_look_at(poor: tuple[int, int], sign_in: SignIn) -> None:
    number, _ = poor
    client = sign_in("yixing")
    whole = text(client, f"/baselines/{number}")
    assert "未定基准 1 户" in whole
    assert "共 2 家" in whole
    for query in ("mark=undecided", "mark=stopped", "q=新建"):
        some = text(client, f"/baselines/{number}?{query}")
        assert "共 1 家" in some, query
    assert "没有符合条件的机构" in text(client, f"/baselines/{number}?energy=coal")
    assert "共 2 家" in text(client, f"/baselines/{number}?mark=odd&energy=odd")
