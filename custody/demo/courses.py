"""How each region fares in the demonstration year, as data.

A course is the life of one milestone in a line of marks, each a day (MMDD of 2026) and what happened:

    1026:35    the officer reports 35 percent          1109!     attaches evidence and submits
    1109!20241018  … what was done on that day         1109n     claims that it does not apply
    1110w      withdraws                               1112c     the city passes it on
    1118p      the province confirms                   1118rc    the city returns it (rp: the province)
    0706o      the province opens it again             1028>1222 the officer forecasts 22 December
    1029=1115  the province sets another due date

What a region does not spell out is drawn from the seed, `pace` days before the plan (Plan.pace).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise


class Mark(StrEnum):
    UPDATE = ":"
    SUBMIT = "!"
    CLAIM = "n"
    WITHDRAW = "w"
    PASS = "c"  # noqa: S105 - a step, not a password
    CONFIRM = "p"
    RETURN_CITY = "rc"
    RETURN_PROVINCE = "rp"
    REOPEN = "o"
    FORECAST = ">"
    REPLAN = "="


@dataclass(frozen=True, slots=True)
class Step:
    on: date
    mark: Mark
    percent: int = 0
    day: date | None = None
    """What was done on it (SUBMIT), the new forecast or the new due date."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One region's year. `rest` and `gate`: when what is open by then is handed in; None: not this
    year. `silent`: months without even 「本月无变化」."""

    courses: dict[str, str]
    pace: int = 0
    rest: str | None = "1126"
    gate: str | None = "1211"
    silent: tuple[int, ...] = ()
    never: tuple[str, ...] = ()
    """Milestones that stay open all year."""

    @classmethod
    def pilot(cls, courses: dict[str, str]) -> Plan:
        return cls(courses, rest="1209", gate="1221")

    @classmethod
    def build(cls, courses: dict[str, str]) -> Plan:
        return cls(courses, rest="1126", gate="1217", never=("M18",))


_STEP = re.compile(r"(\d{4})(:|!|n|w|c|p|rc|rp|o|>|=)(\d*)")
YEAR = 2026


def day(text: str, *, after: date | None = None) -> date:
    """MMDD of the year, or of the next where that would lie before `after`; YYYYMMDD as it stands."""
    if len(text) == 8:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    found = date(YEAR, int(text[:2]), int(text[2:]))
    return found.replace(year=YEAR + 1) if after and found < after else found


def parse(text: str) -> list[Step]:
    """The steps of a course. ValueError for a line that is not one: it is our own data."""
    steps = []
    for word in text.split():
        match = _STEP.fullmatch(word)
        if not match:
            raise ValueError(f"not a step: {word!r}")
        on, mark = day(match[1]), Mark(match[2])
        if mark is Mark.UPDATE:
            steps.append(Step(on, mark, percent=int(match[3])))
        else:
            told = day(match[3], after=on) if match[3] else None
            steps.append(Step(on, mark, day=told))
    if any(a.on >= b.on for a, b in pairwise(steps)):
        raise ValueError(f"not in order: {text!r}")
    return steps


PLANS: dict[str, Plan] = {
    # -- first batch: the pilots close their year ------------------------------------------------
    "320282": Plan.pilot(  # 宜兴市: on course
        {
            "M12": "0112!20241016 0113c 0115p",
            "M13": "0112!20241108 0113c 0115p",
            "M14": "0112!20241125 0113c 0115p",
            "M15": "0114!20241220 0116c 0120p",
            "M16": "0119!20250626 0121c 0123p",
            "M17": "0119!20250815 0121c 0123p",
            "M20": "0226!20250901 0302c 0305p",
            "M18": "0225:85 0330:95 0415! 0417c 0421p",
            "M19": "0506:40 0526:80 0610! 0612c 0616p",
            "M21": "1020n 1022c 1026p",
            "M22": "0428:15 0629:40 0827:65 0922:80 1026:92 1105! 1109c 1112p",
            "M23": "0331:25 0630:50 0930:75 1118:90",
            "M24": "1026:20 1118:45",
            "G-A": "1118>1225",
        },
    ),
    "320582": Plan.pilot(  # 张家港市: on course, nothing new this month
        {
            "M12": "0113!20241105 0115c 0119p",
            "M13": "0113!20241129 0115c 0119p",
            "M14": "0113!20241216 0115c 0119p",
            "M15": "0115!20250116 0119c 0122p",
            "M16": "0120!20250718 0122c 0127p",
            "M17": "0120!20250829 0122c 0127p",
            "M20": "0304!20250915 0306c 0310p",
            "M18": "0227:80 0327:90 0428! 0430c 0507p",
            "M19": "0512:50 0611! 0615c 0617p",
            "M21": "1030n 1103c",
            "M22": "0427:15 0624:40 0826:65 0917:80 1023! 1027c 1030p",
            "M23": "0330:25 0629:50 0928:75 1030:88",
            "M24": "1030:30",
            "G-A": "1030>1222",
        },
    ),
    "320904": Plan.pilot(  # 盐城市大丰区: the yearly verification came back and is late
        {
            "M12": "0114!20241121 0116c 0120p",
            "M13": "0114!20241212 0116c 0120p",
            "M14": "0114!20241230 0116c 0120p",
            "M15": "0116!20250224 0120c 0123p",
            "M16": "0121!20250812 0123c 0128p",
            "M17": "0121!20250919 0123c 0128p",
            "M20": "0310!20251001 0312c 0317p",
            "M18": "0305:70 0414:85 0521! 0525c 0528p",
            "M19": "0528:30 0618:75 0629! 0701rc 0706! 0708c 0710p",
            "M22": "0525:20 0727:45 0922:65 1023:80 1113! 1117c 1119rp",
            "M23": "0403:25 0703:50 1010:72 1112:85",
            "M24": "1112:20",
            "G-A": "1112>1230",
        },
    ),
    # -- second batch: the platforms are being built ---------------------------------------------
    "320211": Plan.build(  # 无锡市滨湖区: due soon
        {
            "M12": "0112!20250916 0114c 0116p",
            "M13": "0112!20251020 0114c 0116p",
            "M14": "0112!20251106 0114c 0116p",
            "M15": "0226:60 0318! 0320c 0324p",
            "M16": "0420:30 0528:50 0630:70 0730:85 0818! 0820c 0825p",
            "M17": "0922:45 1026:80 1030:88",
            "M18": "0625:15 0828:30 1030:45",
            "G-B": "1030>1222",
        },
    ),
    "320322": Plan(  # 沛县: the platform is months late and nobody reports
        {
            "M12": "0119!20251024 0121c 0126p",
            "M13": "0119!20251128 0121c 0126p",
            "M14": "0119!20251215 0121c 0126p",
            "M15": "0312:40 0415! 0417c 0422p",
            "M16": "0512:20 0615:35 0730:50 0921:65 1020:75",
            "M17": "1020:10",
            "M18": "0921:10",
            "G-B": "1020>0131",
        },
        rest=None,
        gate=None,
        silent=(11, 12),
        never=("M18",),
    ),
    "320412": Plan.build(  # 常州市武进区: handed in, waits for the city
        {
            "M12": "0113!20250828 0115c 0119p",
            "M13": "0113!20250926 0115c 0119p",
            "M14": "0113!20251017 0115c 0119p",
            "M15": "0224:70 0316! 0318c 0320p",
            "M16": "0416:35 0525:60 0629:80 0810! 0812rc 0817! 0819c 0821p",
            "M17": "0918:40 1023:80 1102! 1103w 1117!",
            "M18": "0610:20 0827:40 1023:55",
            "G-B": "1023>1218",
        },
    ),
    "321003": Plan.build(  # 扬州市邗江区: due soon, nothing new this month
        {
            "M12": "0114!20250922 0116c 0121p",
            "M13": "0114!20251030 0116c 0121p",
            "M14": "0114!20251114 0116c 0121p",
            "M15": "0303:50 0325! 0327c 0331p",
            "M16": "0422:25 0527:50 0626:65 0728:85 0820! 0824c 0827p",
            "M17": "0917:45 1019:75 1030:86",
            "M18": "0717:20 0917:35 1030:40",
            "G-B": "1030>1225",
        },
    ),
    "321283": Plan.build(  # 泰兴市: falls behind
        {
            "M12": "0115!20251013 0119c 0122p",
            "M13": "0115!20251117 0119c 0122p",
            "M14": "0115!20251203 0119c 0122p",
            "M15": "0306:55 0327! 0331c 0403p",
            "M16": "0428:30 0608:50 0709:65 0811:85 0831! 0903rc 0909! 0911c 0915p",
            "M17": "0928:40 1113:70",
            "M18": "0811:15 1113:25",
            "G-B": "1113>1230",
        },
    ),
    # -- 2026: twenty-four on their way to the tender --------------------------------------------
    "320104": Plan(  # 南京市秦淮区
        {
            "M10": "1021:30 1103:65 1112! 1116c",
            "M11": "1026:40 1116!",
            "G-C": "1028>1222",
        },
        pace=8,
    ),
    "320205": Plan({"M10": "1020:40 1029:75", "M11": "1027:70 1117!", "G-C": "1029>1218"}, pace=6),
    "320206": Plan(  # 无锡市惠山区: the tender pack came back, the intention notice waits
        {
            "M10": "1019:35 1104:80 1111! 1113c 1118rp",
            "M11": "1023:40 1105:65 1118!",
            "G-C": "1105>1223",
        },
        pace=7,
    ),
    "320281": Plan(  # 江阴市: everything confirmed, the gate is next
        {
            "M10": "1014:45 1026:80 1103! 1105c 1110p",
            "M11": "1015:50 1104! 1106c 1110p",
            "G-C": "1028>1210",
        },
        pace=14,
    ),
    "320303": Plan({"M10": "1022:35 1030:80", "M11": "1030:68", "G-C": "1030>1221"}, pace=5),
    "320324": Plan(  # 睢宁县: the plan came back in October, silence since
        {
            "M06": "0908:30 0922:70 0929! 1009c 1014rp",
            "M07": "1012:20",
            "M08": "1012:10",
            "M09": "1013:30",
            "M10": "",
            "M11": "",
            "G-C": "1013>0115",
        },
        pace=1,
        rest=None,
        gate=None,
        silent=(11, 12),
    ),
    "320404": Plan(  # 常州市钟楼区: the gate waits for the province
        {
            "M10": "1009:50 1019:85 1026! 1027c 1029p",
            "M11": "1012:60 1026! 1027c 1029p",
            "G-C": "1030:60 1106:90 1110! 1112c",
        },
        pace=17,
    ),
    "320413": Plan({"M10": "1023:30 1109:55", "M11": "1109:50", "G-C": "1109>1228"}, pace=4),
    "320583": Plan(  # 昆山市: first through the gate
        {
            "M10": "0928:55 1012:85 1016! 1019c 1021p",
            "M11": "1012:70 1019! 1020c 1022p",
            "G-C": "1026:70 1102! 1105c 1116p",
            "M12": "1130:20 1221:35",
        },
        pace=21,
        never=("M12",),
    ),
    "320505": Plan(  # 苏州高新区: the gate's self-assessment is being written
        {
            "M10": "1015:45 1027:85 1102! 1104c 1106p",
            "M11": "1016:60 1103! 1105c 1109p",
            "G-C": "1117:40",
        },
        pace=13,
        gate="1204",
    ),
    "320623": Plan({"M10": "1021:30 1030:72", "M11": "1028:68", "G-C": "1030>1223"}, pace=7),
    "320681": Plan(  # 启东市: the fiscal commitment was put off once and is late again
        {
            "M08": "1012:30 1026:60 1029=1115 1030:80",
            "M10": "1030:70",
            "M11": "1030:66",
            "G-C": "1030>1229",
        },
        pace=3,
    ),
    "320682": Plan(
        {
            "M10": "1019:40 1102:75 1110!",
            "M11": "1020:50 1103! 1106c 1110p",
            "G-C": "1103>1215",
        },
        pace=8,
    ),
    "320685": Plan({"M10": "1022:35 1028:75", "M11": "1028:70", "G-C": "1028>1218"}, pace=6),
    "320671": Plan({"M10": "1026:70", "M11": "1030:75", "G-C": "1030>1222"}, pace=5),
    "320722": Plan(  # 东海县: the audit was late, the baseline still is
        {
            "M04": "0615:30 0720:60 0817! 0824p",
            "M05": "0825:30 0928:55 1022:70 1118:85",
            "M06": "1022:30 1118:50",
            "M07": "",
            "M08": "1118:15",
            "M09": "1118:30",
            "M10": "",
            "M11": "",
            "G-C": "1022>0120",
        },
        pace=3,
        rest=None,
        gate=None,
    ),
    "320871": Plan(
        {
            "M07": "1013n 1016c 1021p",
            "M10": "1023:40 1030:74",
            "M11": "1029:68",
            "G-C": "1030>1224",
        },
        pace=6,
    ),
    "320921": Plan(  # 响水县: stuck in the audit, silent since September
        {
            "M03": "0520:50 0622! 0625c 0629p",
            "M04": "0703:20 0730:45 0828:60 0924:75",
            "M05": "0924:20",
            "M06": "",
            "M07": "",
            "M08": "",
            "M09": "",
            "M10": "",
            "M11": "",
            "G-C": "0924>0210",
        },
        pace=-4,
        rest=None,
        gate=None,
        silent=(10, 11, 12),
    ),
    "320923": Plan(
        {
            "M10": "1021:45 1030:70 1106! 1110c 1113p",
            "M11": "1030:70 1118!",
            "G-C": "1106>1216",
        },
        pace=5,
    ),
    "321084": Plan(
        {
            "M03": "0512:60 0520! 0522c 0526p 0706o 0713! 0715c 0717p",
            "M10": "1016:40 1030:80 1109! 1112c",
            "M11": "1020:50 1105! 1109c 1112p",
            "G-C": "1105>1214",
        },
        pace=9,
    ),
    "321181": Plan(  # 丹阳市: approved late, waits for the city
        {
            "M07": "1014:30 1029:70 1110!",
            "M10": "1030:68 1110:75",
            "M11": "1110:70",
            "G-C": "1110>1229",
        },
        pace=4,
    ),
    "321202": Plan(
        {
            "M10": "1020:40 1104:75 1119!",
            "M11": "1021:45 1109! 1113c",
            "G-C": "1109>1221",
        },
        pace=7,
    ),
    "321204": Plan(  # 泰州市姜堰区: was quick, has gone silent
        {
            "M07": "1009:60 1012! 1014c 1016p",
            "M08": "1009:55 1012! 1014c 1016p",
            "M09": "1009:70 1012! 1014c 1016p",
            "M10": "1014:52",
            "M11": "1014:48",
            "G-C": "1014>1230",
        },
        pace=10,
        silent=(11, 12),
    ),
    "321323": Plan(  # 泗阳县: starts the tender pack late, has not reported this month
        {"M10": "1026:15", "M11": "", "G-C": "1029>0108"},
        pace=3,
        rest="1214",
        gate="1225",
        silent=(11,),
    ),
}
