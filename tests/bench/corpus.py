"""Obstacles of building sites as people tell them: the same facts told twice, in other words, order and detail.

Deterministic: the same seed tells the same. A pair of tellings is what the search for similar issues is judged by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

_ROAD_NAMES = """
翔安南路 海翔大道 滨湖北路 莲花东路 新阳大道 孚莲路 灌口中路 集美大道 同集南路 洪塘路 马銮湾路 鼎山中路
文滨路 云龙路 仙岳路 湖滨西路 环岛东路 钟林路 角嵩路 沧虹路 后溪路 杏滨路 银江路 浔江路 石浔路 美溪道
民安大道 新圩路 舫山西路 香山路 鼓锣路 芸溪路 霞飞路 海景路 兑山路 锦亭路 东渡路 嵩屿路 高浦路 西亭路
官浔路 西柯路 祥平路 城南路 五显路 汀溪路 竹坝路 莲河路 内厝路 古宅路 曾厝路 前埔路 洪文路 吕岭路 枋湖路
金尚路 县后路 安兜路 墩上路 高崎路
"""
_ROADS = tuple(_ROAD_NAMES.split())
_FIRMS = """
中建三局 中铁十七局 福建九龙 厦门特房 宏盛建工 中交一公局 联发物业 安能水电 翔宇幕墙 金龙机电 源昌劳务
鹭岛市政 恒晟土方 启明消防 思总建设 海投工程 万安监理 港务疏浚 华润燃气 永固桩基 明达智能 长泰钢构
建发房产 闽兴路桥 捷安电梯 轨道置业 五洲园林 瑞景装饰 同创测绘 鼎立吊装
"""
_COMPANIES = tuple(_FIRMS.split())
_SIDES = ("东侧", "西侧", "南门", "北门", "东门", "西门", "路口", "对面")
_COUNTED = ("号楼", "号地块", "标段", "号基坑")
_THINGS = {  # what it is, and what people also call it: its troubles
    "塔吊|塔式起重机": ("停电", "限位失灵", "被居民阻拦"),
    "施工电梯|人货梯": ("停运", "没通过检测", "停电"),
    "临时变压器|临时配电箱变": ("停电", "容量不够", "没批下来"),
    "高压电缆|高压线": ("没迁走", "被挖断", "离得太近"),
    "给水管|自来水管": ("爆裂", "没接通", "水压不够"),
    "雨水管|排水管": ("堵塞", "没接通", "爆裂"),
    "污水管|污水管道": ("堵塞", "没接通", "没迁走"),
    "燃气管线|煤气管": ("没迁走", "离得太近", "被挖断"),
    "通信光缆|光缆": ("没迁走", "被挖断", "没人管"),
    "路灯杆|灯杆": ("没迁走", "挡住出入口", "没人管"),
    "行道树|大榕树": ("没迁走", "挡住出入口", "没批下来"),
    "围挡|围墙": ("倒塌", "被居民阻拦", "没批下来"),
    "渣土车|土方车": ("进不来", "被居民阻拦", "没批下来"),
    "混凝土泵车|泵车": ("进不来", "被居民阻拦", "占道被罚"),
    "施工便道|临时道路": ("积水", "挡住出入口", "没批下来"),
    "老房子|未拆的民房": ("没签协议", "离得太近", "没拆完"),
    "祖坟|坟墓": ("没签协议", "没迁走", "没人管"),
    "菜地|青苗": ("没签协议", "补偿没到位", "被居民阻拦"),
    "违章建筑|违建": ("没拆完", "没人管", "挡住出入口"),
    "施工许可证|施工许可": ("没批下来", "卡在图审", "材料被退回"),
    "消防验收|消防验收手续": ("没通过", "材料被退回", "排不上期"),
    "规划核实|规划验收": ("没通过", "材料被退回", "排不上期"),
    "人防验收|人防手续": ("没通过", "材料被退回", "排不上期"),
    "工程进度款|进度款": ("没付", "卡在审核", "被扣下"),
    "农民工工资|工人工资": ("没付", "被扣下", "卡在审核"),
    "结算款|竣工结算款": ("没付", "卡在审核", "材料被退回"),
    "深基坑|基坑": ("渗水", "离得太近", "没通过检测"),
    "幕墙|玻璃幕墙": ("没通过检测", "渗水", "材料被退回"),
    "地下室|地下车库": ("渗水", "积水", "没通过"),
    "公交站台|公交站": ("没迁走", "挡住出入口", "没人管"),
}
_OTHERWISE = {  # a trouble, in other words
    "停电": ("停电", "没有电", "断电", "停了电"),
    "限位失灵": ("限位失灵", "限位器失灵", "限位坏了"),
    "被居民阻拦": ("被居民阻拦", "遭居民阻拦", "居民拦着不让做"),
    "停运": ("停运", "停运了", "停用"),
    "没通过检测": ("没通过检测", "检测没通过", "检测不合格"),
    "容量不够": ("容量不够", "容量不足", "容量太小"),
    "没批下来": ("没批下来", "一直没批", "还没批下来"),
    "没迁走": ("没迁走", "还没迁走", "没有迁改", "迟迟没迁"),
    "被挖断": ("被挖断", "挖断了", "让挖机挖断"),
    "离得太近": ("离得太近", "距离太近", "离得近"),
    "爆裂": ("爆裂", "爆了", "爆管"),
    "没接通": ("没接通", "还没接通", "接不通"),
    "水压不够": ("水压不够", "水压不足", "水压太低"),
    "堵塞": ("堵塞", "堵住了", "堵了"),
    "没人管": ("没人管", "没有人管", "无人管理"),
    "挡住出入口": ("挡住出入口", "挡了出入口", "把出入口挡住"),
    "倒塌": ("倒塌", "倒了", "塌了"),
    "进不来": ("进不来", "进不了场", "开不进来"),
    "占道被罚": ("占道被罚", "因占道被罚", "占道挨罚"),
    "积水": ("积水", "积水严重", "全是积水"),
    "没签协议": ("没签协议", "协议没签", "还没签协议"),
    "没拆完": ("没拆完", "没有拆完", "拆了一半"),
    "补偿没到位": ("补偿没到位", "补偿款没到位", "补偿还没到"),
    "卡在图审": ("卡在图审", "图审卡住", "图审没过"),
    "材料被退回": ("材料被退回", "材料退回", "退回了材料"),
    "没通过": ("没通过", "没有通过", "通不过"),
    "排不上期": ("排不上期", "排不上", "排不到期"),
    "没付": ("没付", "没有付", "拖着没付", "未付"),
    "卡在审核": ("卡在审核", "审核卡住", "一直在审核"),
    "被扣下": ("被扣下", "扣着", "被扣"),
    "渗水": ("渗水", "渗水严重", "一直渗水"),
}
_EFFECTS = ("现场停工", "工期要拖", "工人都在等", "没法施工", "后面工序做不了", "")
_WISHES = ("请尽快协调", "麻烦帮忙看看", "盼有人来处理", "请专班协调", "急", "")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is wrong where, since when. `thing` as in `_THINGS`: its names."""

    road: str
    side: str
    number: int
    counted: str
    thing: str
    trouble: str
    days: int
    company: str


def facts(random: Random) -> Facts:
    """One obstacle."""
    thing = random.choice(_NAMES)
    return Facts(
        road=random.choice(_ROADS),
        side=random.choice(_SIDES),
        number=random.randint(1, 60),
        counted=random.choice(_COUNTED),
        thing=thing,
        trouble=random.choice(_THINGS[thing]),
        days=random.randint(2, 40),
        company=random.choice(_COMPANIES),
    )


def telling(random: Random, of: Facts) -> str:
    """One of the ways to say it: where and what in either order, other words, more or less beside it."""
    where = f"{of.road}{of.side}" if random.random() < 0.8 else of.road
    what = f"{random.choice(of.thing.split('|'))}{random.choice(_OTHERWISE[of.trouble])}"
    place, who = (
        f"{of.number}{of.counted}",
        random.choice((f"{of.company}的", f"{of.company}报，", f"我是{of.company}的，")),
    )
    first = random.choice(
        (f"{who}{where}{place}{what}", f"{place}{who}{what}，在{where}", f"{where}，{place}，{who}{what}")
    )
    since = random.choice((f"已经{of.days}天", f"{of.days}天了", ""))
    more = [part for part in (since, random.choice(_EFFECTS), random.choice(_WISHES)) if part]
    return "，".join([first, *more])


_NAMES: Sequence[str] = tuple(_THINGS)
