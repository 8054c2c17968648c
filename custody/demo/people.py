"""The demonstration's people: made-up names, at least one for every role, one password for all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from custody.accounts.rules import Place, Role

PASSWORD = "Yanshi-2026"  # noqa: S105 - printed on the sign-in page, of the demonstration only
PROVINCE = "320000"
ADMIN = "admin"
COORDINATORS = ("shengju1", "shengju2")
"""Two, because nobody reviews what they handed in themselves and one may be away."""


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    name: str
    role: Role
    place: Place
    where: str
    """The place's name, for the list of accounts."""
    unit: str
    phone: str
    address: str
    """Where their sign-ins seem to come from: 192.0.2.0/24 is reserved for documentation."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A region's officer before they are put together from the lists below."""

    code: str
    slug: str
    region: str
    city: str
    officer: str


_CITIES = {
    "320100": ("nanjing", "南京市", "江望舒"),
    "320200": ("wuxi", "无锡市", "顾南星"),
    "320300": ("xuzhou", "徐州市", "孟云起"),
    "320400": ("changzhou", "常州市", "陆清和"),
    "320500": ("suzhou", "苏州市", "沈知秋"),
    "320600": ("nantong", "南通市", "范海晏"),
    "320700": ("", "连云港市", ""),
    "320800": ("huaian", "淮安市", "韩淮月"),
    "320900": ("yancheng", "盐城市", "程鹤鸣"),
    "321000": ("yangzhou", "扬州市", "柳春台"),
    "321100": ("zhenjiang", "镇江市", "郑北山"),
    "321200": ("taizhou", "泰州市", "钱溱湖"),
    "321300": ("", "宿迁市", ""),
}
"""Code → user name, name, reviewer. Two cities have none: their submissions go to the province."""

_SEATS = """
320282 yixing 宜兴市 林望山
320582 zhangjiagang 张家港市 许沙洲
320904 yancheng-dafeng 盐城市大丰区 丁麋源
320211 wuxi-binhu 无锡市滨湖区 秦鼋渚
320322 peixian 沛县 樊歌风
320412 changzhou-wujin 常州市武进区 季延陵
321003 yangzhou-hanjiang 扬州市邗江区 徐瓜洲
321283 taixing 泰兴市 殷银杏
320104 nanjing-qinhuai 南京市秦淮区 王淮舟
320205 wuxi-xishan 无锡市锡山区 华鹅湖
320206 wuxi-huishan 无锡市惠山区 冯阳山
320281 jiangyin 江阴市 赵澄江
320303 xuzhou-yunlong 徐州市云龙区 苏放鹤
320324 suining 睢宁县 周白塘
320404 changzhou-zhonglou 常州市钟楼区 荆川南
320413 changzhou-jintan 常州市金坛区 段茅山
320583 kunshan 昆山市 归玉峰
320505 suzhou-snd 苏州高新区 申虎丘
320623 rudong 如东县 曹小洋
320681 qidong 启东市 施东疆
320682 rugao 如皋市 冒水绘
320685 haian 海安市 韩曲塘
320671 nantong-netda 南通经济技术开发区 张通达
320722 donghai 东海县 石晶川
320871 huaian-hetda 淮安经济技术开发区 左新城
320921 xiangshui 响水县 陈灌河
320923 funing 阜宁县 杨射湖
321084 gaoyou 高邮市 秦文游
321181 danyang 丹阳市 吕凤鸣
321202 taizhou-hailing 泰州市海陵区 储凤城
321204 taizhou-jiangyan 泰州市姜堰区 黄溱潼
321323 siyang 泗阳县 杨绿都
"""


def seats() -> Iterator[Seat]:
    for line in _SEATS.split("\n"):
        if line:
            code, slug, region, officer = line.split()
            yield Seat(code, slug, region, f"{code[:4]}00", officer)


def officers() -> dict[str, str]:
    """Region → who signs in for it."""
    return {seat.code: seat.slug for seat in seats()}


def lead_unit(region: str) -> str:
    """The region's lead unit as general as the notice has it: no real office is named."""
    return f"{region}机关事务主管部门"


_SHOWN = 10
"""The officer who comes first: 无锡市惠山区 has something returned, waiting and to come."""


def everybody() -> list[Person]:
    """All accounts; the first of each role come first, as the sign-in page lists them."""
    bureau = "江苏省机关事务管理局"
    province = Place(PROVINCE)
    officers = list(_officers())
    reviewers = list(_reviewers())
    wuxi, yixing = Place(PROVINCE, "320200"), Place(PROVINCE, "320200", "320282")
    rows: list[tuple[str, str, Role, Place, str, str]] = [
        (COORDINATORS[0], "苏采薇", Role.COORDINATOR, province, "江苏省", bureau),
        reviewers.pop(1),
        officers.pop(_SHOWN),
        ("lingdao", "方致远", Role.LEADER, province, "江苏省", bureau),
        ("shenji", "宋明鉴", Role.AUDITOR, province, "江苏省", bureau),
        (ADMIN, "魏守正", Role.SYSADMIN, province, "江苏省", bureau),
        (COORDINATORS[1], "梅子青", Role.COORDINATOR, province, "江苏省", bureau),
        ("lingdao-wuxi", "蒋太初", Role.LEADER, wuxi, "无锡市", "无锡市机关事务管理局"),
        ("lingdao-yixing", "史荆溪", Role.LEADER, yixing, "宜兴市", lead_unit("宜兴市")),
        *reviewers,
        *officers,
    ]
    return [
        Person(*row, phone=f"000-0000-{number:04d}", address=f"192.0.2.{number % 250}")
        for number, row in enumerate(rows, 101)
    ]


def _reviewers() -> Iterator[tuple[str, str, Role, Place, str, str]]:
    for code, (slug, city, name) in _CITIES.items():
        if slug:
            place = Place(PROVINCE, code)
            yield slug, name, Role.CITY_REVIEWER, place, city, f"{city}机关事务管理局"


def _officers() -> Iterator[tuple[str, str, Role, Place, str, str]]:
    for seat in seats():
        place = Place(PROVINCE, seat.city, seat.code)
        unit = lead_unit(seat.region)
        yield seat.slug, seat.officer, Role.OFFICER, place, seat.region, unit


FORMER = Person(
    "nanjing-qinhuai-old",
    "谢旧巷",
    Role.OFFICER,
    Place(PROVINCE, "320100", "320104"),
    "南京市秦淮区",
    lead_unit("南京市秦淮区"),
    "000-0000-0100",
    "192.0.2.100",
)
"""Somebody who changed office: the account was closed in summer."""


def reviewer_of(city: str) -> str:
    """The user name of the city's reviewer; empty where the city has none."""
    return _CITIES[city][0]


def listed() -> list[dict[str, str]]:
    """For the sign-in page and the shell, from this file alone: no password comes from a database.

    `first` is filled for the first account of each role.
    """
    firsts = {person.role: person.username for person in reversed(everybody())}
    return [
        {
            "username": person.username,
            "password": PASSWORD,
            "role": person.role.label,
            "name": person.name,
            "place": person.where,
            "first": "1" if firsts[person.role] == person.username else "",
        }
        for person in everybody()
    ]
