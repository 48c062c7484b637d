"""The obstacles of the corpus as people tell them whom the search was never tuned on: other names, other words, other sentences.

Held out: nothing of `storage/repositories/search.py` was chosen by what it finds here. Deterministic like `corpus.py`, from
the same facts.
"""

from random import Random

from tests.bench.corpus import Facts

_NAMED = {  # by the first name the corpus has for it
    "塔吊": ("吊机", "塔机", "塔吊设备"),
    "施工电梯": ("施工升降机", "工地电梯"),
    "临时变压器": ("临变", "施工变压器"),
    "高压电缆": ("高压电缆线", "高压线路"),
    "给水管": ("供水管", "给水管道"),
    "雨水管": ("雨水管网", "雨水管道"),
    "污水管": ("污水管网", "排污管"),
    "燃气管线": ("燃气管", "天然气管道"),
    "通信光缆": ("通讯光缆", "通信线缆"),
    "路灯杆": ("路灯", "路灯柱"),
    "行道树": ("路边的树", "绿化树"),
    "围挡": ("施工围挡", "挡板"),
    "渣土车": ("拉渣土的车", "运土车"),
    "混凝土泵车": ("混凝土车", "砼泵车"),
    "施工便道": ("便道", "临时便道"),
    "老房子": ("旧房", "老民房"),
    "祖坟": ("坟", "老坟"),
    "菜地": ("村民菜地", "青苗地"),
    "违章建筑": ("违章搭盖", "违建房"),
    "施工许可证": ("施工证", "施工许可手续"),
    "消防验收": ("消防那块验收", "消防"),
    "规划核实": ("规划条件核实", "规划"),
    "人防验收": ("人防", "人防工程验收"),
    "工程进度款": ("工程款", "进度款项"),
    "农民工工资": ("农民工的钱", "民工工资"),
    "结算款": ("结算", "结算尾款"),
    "深基坑": ("基坑边坡", "深基坑支护"),
    "幕墙": ("外立面幕墙", "幕墙工程"),
    "地下室": ("地下室底板", "负一层地下室"),
    "公交站台": ("公交候车亭", "公交站点"),
}
_WRONG = {
    "停电": ("跳闸没电用", "电停了"),
    "限位失灵": ("限位不灵", "限位出故障"),
    "被居民阻拦": ("居民不让动", "小区居民来阻工"),
    "停运": ("停着不能用", "不运行了"),
    "没通过检测": ("检测过不了", "检测结果不行"),
    "容量不够": ("容量跟不上", "不够用"),
    "没批下来": ("批不下来", "审批没下文"),
    "没迁走": ("没人来迁", "迁改没动"),
    "被挖断": ("给挖断了", "施工挖断"),
    "离得太近": ("靠得太近", "间距不足"),
    "爆裂": ("破裂漏水", "裂了"),
    "没接通": ("还没通", "接入没做"),
    "水压不够": ("没水压", "压力上不去"),
    "堵塞": ("堵死", "不通"),
    "没人管": ("找不到人管", "没单位管"),
    "挡住出入口": ("堵在出入口", "出入口给挡了"),
    "倒塌": ("倒下来", "垮塌"),
    "进不来": ("开不进场", "不能进场"),
    "占道被罚": ("占道吃了罚单", "占道要罚款"),
    "积水": ("水排不掉", "都是水"),
    "没签协议": ("协议签不下来", "不肯签协议"),
    "没拆完": ("还剩没拆", "拆除没完成"),
    "补偿没到位": ("补偿款没发", "说补偿没给够"),
    "卡在图审": ("图审过不去", "图审没出来"),
    "材料被退回": ("材料又被打回", "报的材料退了"),
    "没通过": ("过不了", "没能通过"),
    "排不上期": ("约不到时间", "一直排队"),
    "没付": ("到现在没给", "一分没付"),
    "卡在审核": ("审核走不完", "审核没批"),
    "被扣下": ("让人扣了", "扣住不放"),
    "渗水": ("在渗水", "漏水渗水"),
}
_HASH = {"号楼": "#楼", "号地块": "号地", "标段": "标", "号基坑": "#基坑"}
_SO = ("已经影响进度", "做不下去了", "班组都停了", "业主一直催", "")
_PLEASE = ("领导看看怎么办", "希望能解决", "麻烦协调下", "在线等", "", "")


def retold(random: Random, of: Facts) -> str:
    """Told by somebody else, who need not say who builds there."""
    what = random.choice(_NAMED[of.thing.split("|")[0]]) + random.choice(_WRONG[of.trouble])
    where = of.road + random.choice((of.side, f"靠{of.side}", "那边", "上", ""))
    counted = _HASH[of.counted] if random.random() < 0.3 else of.counted
    place = f"{of.number}{counted}"
    who = random.choice((f"{of.company}施工", f"{of.company}", f"{of.company}这个工地", ""))
    told = random.choice(
        (
            f"{what}！{where}{place}，{who}",
            f"{who}{place}的{what}（{where}）",
            f"反映一下{where}{who}{place}，{what}",
            f"{place}这里{what}，位置{where}，{who}",
        )
    )
    since = random.choice((f"都{of.days}天了", f"快{of.days}天", "好久了", ""))
    return "，".join(part for part in (told.strip("，"), since, random.choice(_SO), random.choice(_PLEASE)) if part)
