"""The words on what was saved and what was signed: 节能成效, and the scale of custody."""

from __future__ import annotations

from custody.briefs.facts import EnergySaved, More, Savings
from custody.briefs.wording.amounts import area, money, tonnes, use
from custody.briefs.wording.sentences import Paragraph, listed, percent_words
from custody.dashboard.rules import ProgrammeFacts


def contracts_words(facts: ProgrammeFacts, more: More) -> str:
    """合同总额、投资、面积、单位; empty where contracts were not asked for."""
    held = more.contracts
    if held is None:
        return ""
    if not held.count:
        return "目前尚未签订整区托管合同。"
    where = f"，涉及{len(held.regions)}个地区" if facts.scope_kind != "region" else ""
    words = f"目前已签订且在合同期内的托管合同共{held.count}份{where}"
    if held.total:
        words += f"，合同总额{money(held.total)}"
    if held.investment:
        words += f"，节能服务公司计划投资{money(held.investment)}"
    scale = []
    if held.floor_area:
        scale.append(f"建筑面积{area(held.floor_area)}")
    if held.institutions:
        scale.append(f"公共机构{held.institutions}家")
    return f"{words}{'，纳入托管的' + '、'.join(scale) if scale else ''}。"


def savings(facts: ProgrammeFacts, more: More) -> tuple[Paragraph, ...]:
    """What can be told, or plainly that nothing can."""
    found = more.savings
    if found is None:
        return ()
    if not found.known:
        return (Paragraph("savings.none", "savings", "", _none_words(facts, found)),)
    paragraphs = [Paragraph("savings.total", "savings", "", _total_words(facts, found))]
    kinds = [one for one in found.energies if round(abs(one.saved))]
    if kinds:
        told = "；".join(_energy_words(one) for one in kinds)
        paragraphs.append(Paragraph("savings.energies", "savings", "", f"分品种看，{told}。"))
    return tuple(paragraphs)


def _none_words(facts: ProgrammeFacts, found: Savings) -> str:
    if facts.scope_kind == "region":
        if not found.regions:
            return "能源基准尚未采用，节能量暂无法核算。"
        return f"能源基准已采用，但{found.months_words}没有可以核算的账单，节能量暂无法核算。"
    count = len(facts.regions)
    if not found.regions:
        who = f"{count}个地区均" if count > 1 else f"{facts.regions[0].name}"
        return f"{who}尚未采用能源基准，节能量暂无法核算。"
    return (
        f"{_adopted_words(facts, found)}，"
        f"但{found.months_words}没有可以核算的账单，节能量暂无法核算。"
    )


def _adopted_words(facts: ProgrammeFacts, found: Savings) -> str:
    names = [one.name for one in found.regions]
    many = f"{len(names)}个地区" if len(names) > 1 else ""
    return f"{len(facts.regions)}个地区中，{listed(names)}{many}已采用能源基准"


def _total_words(facts: ProgrammeFacts, found: Savings) -> str:
    if facts.scope_kind == "region" or len(facts.regions) == 1:
        who = f"按已采用的能源基准核算，{found.months_words}，"
    else:
        who = f"{_adopted_words(facts, found)}。按基准核算，{found.months_words}，上述地区"
    return f"{who}{effect_words(found)}"


def effect_words(found: Savings) -> str:
    """共节约能源…吨标准煤（当量值，±…）: with caliber, uncertainty and coverage always beside it."""
    verb = "节约能源" if found.coal >= 0 else "能耗高于基准"
    words = f"{verb}{tonnes(abs(found.coal))}标准煤（{found.caliber}）"
    if found.percent is not None:
        rate = "节能率" if found.percent >= 0 else "高出"
        words += f"，{rate}{percent_words(abs(found.percent))}"
    if found.band is None:
        words += "，部分户号的核算方法无法给出不确定度"
    else:
        words += f"，90%置信水平下的不确定度为±{tonnes(found.band)}标准煤"
    words += "；" + "，".join(
        (
            f"{'减少' if found.carbon >= 0 else '增加'}二氧化碳排放{tonnes(abs(found.carbon))}",
            f"按基准期价格{'节约' if found.cost >= 0 else '增加'}能源费用{money(abs(found.cost))}",
        )
    )
    if found.coverage is not None:
        words += f"；数据覆盖率{percent_words(found.coverage)}"
    doubtful = found.band is not None and abs(found.coal) <= found.band
    return words + ("。上述数值未超过其不确定度，尚不能认定为实际成效。" if doubtful else "。")


def _energy_words(one: EnergySaved) -> str:
    verb = "节约" if one.saved >= 0 else "多用"
    notes = []
    if one.band is not None:
        notes.append(f"±{use(one.band, one.unit)}")
    if one.percent is not None:
        notes.append(f"{'节能率' if one.percent >= 0 else '高出'}{percent_words(abs(one.percent))}")
    words = f"{verb}{one.label}{use(abs(one.saved), one.unit)}"
    return words + (f"（{'，'.join(notes)}）" if notes else "")


def energy_caveats(facts: ProgrammeFacts, more: More) -> list[str]:
    """How far the figures of energy reach."""
    found = more.savings
    if found is None or not found.known:
        return []
    words = [
        f"节能量由系统按已采用的能源基准和{found.months_words}已入库的账单核算，未经第三方审计；"
        f"折标准煤按{found.caliber}，水不折标准煤"
    ]
    if facts.scope_kind != "region" and len(found.regions) < len(facts.regions):
        words.append(
            f"未采用能源基准的{len(facts.regions) - len(found.regions)}个地区不在节能量统计之内"
        )
    if found.unpriced:
        words.append(f"{found.unpriced}个户号没有基准期价格，未计入节约费用")
    return [f"{'；'.join(words)}。"]
