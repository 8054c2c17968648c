"""The year's 督办单 and problems, as they are told.

The life of each is a line of marks, each a day (MMDD of 2026) and what happened:

    i  drafted and issued (e: entered, for problems)     d  drafted only
    r  阶段反馈; r>0930: with this new date               a  answers and asks for 销号
    c  the city passes on        p  the province closes
    R  the city returns          Q  the province returns
    o  reopened                  u  rises one level, unanswered
"""

from __future__ import annotations

from dataclasses import dataclass

from custody.supervision.rules import Level, Source


@dataclass(frozen=True, slots=True)
class Tale:
    """One order or problem. `source`: a problem, found this way; else an order."""

    region: str
    milestone: str
    life: str
    words: str
    """What the region answers, step by step, parted by |."""
    reason: str = ""
    """Why it came back or was opened again."""
    source: Source | None = None
    title: str = ""
    what: str = ""
    level: Level = Level.YELLOW
    due: str = ""


TALES = (
    # -- orders from lights, in the order of the year ---------------------------------------------
    Tale(
        "321084",
        "M03",
        "0708i 0713a 0715c 0720p",
        "三家医院的户号已补绑，近三年账单补齐并逐户核对，附归集清单。",
    ),
    Tale(
        "320722",
        "M04",
        "0805i 0807r>0817 0825a 0828p",
        "审计机构人手不足，已协调增派一个小组，两个乡镇的现场勘察本周完成。"
        "|能源审计报告已通过评审并提交，附评审意见。",
    ),
    Tale(
        "320322",
        "M16",
        "0818i 0820r>0930 0922r>1031",
        "计量器具到货晚于计划，已与节能服务公司约定分批供货，先装行政中心和医院。"
        "|学校片区施工受开学影响，改为周末进场，倒排工期至十月底。",
    ),
    Tale(
        "320921",
        "M04",
        "0819i 0821r>0925 0924r>1031",
        "账单归集滞后影响审计进度，已请市级统一调取供电、供水数据。"
        "|审计报告初稿已形成，两家单位数据复核中。",
    ),
    Tale("320921", "M05", "0916i 0922u", ""),
    Tale(
        "320722",
        "M05",
        "0917i 0921r>1031 1022r>1130",
        "费用基准涉及十一家学校的食堂用气，正与教育部门核对口径。"
        "|财政、教育两部门已原则同意基准口径，正在逐户签认。",
    ),
    Tale(
        "320904",
        "M22",
        "1012i 1015r>1110 1110a 1112c 1117p 1120o",
        "核证机构已进场补测两处非常规调整项目。|年度节能量核定报告已出具，附核证意见。",
        reason="核定材料已被退回补正，节能量仍未核定完成，请继续整改。",
    ),
    Tale(
        "320303",
        "M09",
        "1019i 1022a 1023R 1026a 1029c 1102p",
        "授权委托书已收齐四分之三，其余单位本月内签署完毕。"
        "|授权委托书已全部收齐，附逐单位清单和扫描件。",
        reason="清单与名录核定的单位数不一致，请核对后补齐。",
    ),
    Tale("320324", "M06", "1020i 1026u", ""),
    Tale(
        "321181",
        "M07",
        "1104i 1106r>1110 1112a",
        "常务会议议题已排期，会前材料补充完毕。|常务会议已审定通过，会议纪要已印发并提交审核。",
    ),
    Tale(
        "321283",
        "M17",
        "1105i 1109r>1215",
        "省平台对接接口联调中断两周，已安排厂家驻场，每周调度一次。",
    ),
    Tale(
        "320904",
        "M23",
        "1105i 1111a 1116c",
        "三季度结算单已补签，节能服务公司考核扣减意见已确认，附结算单和支付凭证。",
    ),
    Tale("320681", "M08", "1117i", ""),
    Tale("321323", "M10", "1117i 1123u", ""),
    Tale("320623", "M10", "1118i", "", level=Level.BLUE),
    Tale(
        "320322",
        "",
        "1119i",
        "",
        title="沛县连续未填报进展督办",
        what="沛县自2026年10月20日后未再更新里程碑进展，11月也未报告“本月无变化”。",
        due="1202",
    ),
    Tale("320413", "M11", "1120d", ""),
    # -- problems found otherwise -------------------------------------------------------------
    Tale(
        "320282",
        "M17",
        "0122e 0210a 0212c 0224p",
        "两处冷热量表已加装并接入平台，数据连续上传十日，附接入截图。",
        source=Source.ACCEPTANCE,
        title="人民医院两处冷热量表未接入平台",
        what="平台验收时发现人民医院门诊楼、住院楼两处冷热量表未接入，影响分项计量。",
        due="0213",
    ),
    Tale(
        "320582",
        "M19",
        "0616e 0701a 0703c 0707p",
        "竣工图和隐蔽工程影像已补齐归档，附目录。",
        source=Source.CHECK,
        title="改造项目竣工资料归档不全",
        what="监督检查发现空调改造项目缺少竣工图和隐蔽工程影像资料。",
        due="0710",
    ),
    Tale(
        "320211",
        "M17",
        "1030e 1110a 1112R",
        "已补装通信模块，接入率提高到百分之九十四。",
        reason="接入率仍低于验收方案要求的百分之九十五，请继续补装后再报。",
        source=Source.ACCEPTANCE,
        title="平台计量点接入率未达到验收要求",
        what="预验收时计量点接入率为百分之九十二，低于验收方案要求。",
        level=Level.RED,
        due="1120",
    ),
    Tale(
        "321003",
        "M17",
        "1109e 1117a",
        "两所学校已移交配电房钥匙并签订进场施工协议，附交接单。",
        source=Source.COMPANY,
        title="两所学校配电房未移交，影响采集终端安装",
        what="节能服务公司反映两所学校未移交配电房钥匙，采集终端无法安装。",
        due="1120",
    ),
    Tale(
        "320282",
        "",
        "1119e",
        "",
        source=Source.CHECK,
        title="图书馆夜间用电偏高原因未查明",
        what="监督检查发现图书馆闭馆后用电负荷仍占日间三成以上，运行记录中没有说明。",
        level=Level.BLUE,
        due="1204",
    ),
    Tale(
        "320412",
        "M17",
        "1116e 1119r>1130",
        "断传点位已定位为网关老化，正在更换，已更换七台。",
        source=Source.ACCEPTANCE,
        title="试运行期间个别采集点断传",
        what="试运行期间十二个采集点累计断传超过二十四小时，断点补传不完整。",
        due="1204",
    ),
    Tale(
        "320412",
        "M17",
        "1118E",
        "",
        source=Source.ACCEPTANCE,
        title="等级保护备案回执未上传",
        what="平台验收资料中缺少等级保护备案回执。",
        level=Level.BLUE,
        due="1127",
    ),
)
