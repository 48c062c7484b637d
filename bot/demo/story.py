"""The main job, from a photo in the mud to a row of the weekly digest: scene by scene, for the script and the guided tour."""

from bot.demo import scenes
from bot.demo.cast import Cast
from bot.demo.narrator import Narrator
from bot.demo.stage import Stage
from bot.demo.tale import NUMBER, START, ZONE, Scene, Tale

__all__ = ["NUMBER", "SCENES", "START", "ZONE", "play", "tell"]


async def play(stage: Stage, narrator: Narrator) -> tuple[Cast, str]:
    """The whole story; gives who played, and the digest's words. Raises ActError where it doesn't go as told."""
    narrator.act("Everybody opens their invitation")
    cast = await Cast.enter(stage, narrator)
    return cast, await tell(Tale(stage, narrator, cast))


async def tell(tale: Tale) -> str:
    """Every scene in turn; gives the digest's words."""
    for number, scene in enumerate(SCENES, 1):
        tale.narrator.act(f"{number} · {scene.english[0]}")
        await scene.play(tale)
    return tale.digest


SCENES: tuple[Scene, ...] = (
    Scene(
        "scan",
        ("扫服务卡", "工地围挡上贴着服务卡。老耿扫一扫，项目就选好了：马銮湾医院。"),
        ("Scan the service card", "A card hangs at the gate. 老耿 scans it, and the project is chosen: the hospital."),
        ("worker",),
        scenes.scan,
    ),
    Scene(
        "photograph",
        ("拍照说明", "三张照片一句话，发出去就成了一份草稿，不用填表。"),
        ("Photos and a sentence", "Three photos, one sentence: that is a draft already. No form to fill in."),
        ("worker",),
        scenes.photograph,
    ),
    Scene(
        "submit",
        ("提交", "按「提交」：草稿卡原地变成问题卡，得到编号；专班同时收到。"),
        ("Submit", "One press: the draft becomes the issue's card in place, with a number; the desk is told."),
        ("worker", "clerk"),
        scenes.submit,
    ),
    Scene(
        "register",
        ("专班入账", "黎晓舟看到照片和文字，核对后按「入账」，问题进入总台账。"),
        ("The desk registers it", "黎晓舟 sees photos and text, and takes the issue into the one ledger."),
        ("clerk", "worker"),
        scenes.register,
    ),
    Scene(
        "assign",
        ("交办到人", "选责任单位、选经办人，期限按工作日自动算好（国庆假期不算，调休的周六要算）。"),
        (
            "Assign to a person",
            "A unit, a person; the deadline is counted in working days, holidays and make-up days included.",
        ),
        ("clerk", "assignee"),
        scenes.assign,
    ),
    Scene(
        "accept",
        ("单位接收", "雷万钧按「接收」，所有人手机上的卡片都在原地更新。"),
        ("The unit accepts", "雷万钧 accepts; the card changes in place on every phone that shows it."),
        ("assignee", "clerk"),
        scenes.accept,
    ),
    Scene(
        "wait",
        ("时间过去", "时钟拨过国庆：到期前3天、前1天、当天，上班时间各提醒一次。"),
        (
            "Time passes",
            "The clock turns past National Day: three days before, one day before, on the day, in office hours.",
        ),
        ("assignee",),
        scenes.wait,
    ),
    Scene(
        "overdue",
        ("逾期上报领导", "逾期一个工作日：单位领导滕国安收到，逐级协调从这里开始。"),
        ("Late: the next level up", "One working day late: the head of the unit hears of it. The ladder begins here."),
        ("assignee", "head"),
        scenes.overdue,
    ),
    Scene(
        "resolve",
        ("单位办结", "办结要有证据：照片、说明、用了哪一招（九手段）。"),
        ("The unit resolves it", "With proof: a photo, a sentence, and which of the nine means was used."),
        ("assignee", "worker"),
        scenes.resolve,
    ),
    Scene(
        "confirm",
        ("现场确认", "老耿说了算：「已解决」「满意」。要是没解决，按「未解决」就退回重办。"),
        ("The site confirms", "老耿 has the say: solved, and satisfied. If it weren't, one press would reopen it."),
        ("worker", "clerk"),
        scenes.confirm,
    ),
    Scene(
        "strike_off",
        ("对账销号", "单位、现场、专班三方一致，黎晓舟按「销号」，这一行才算办结。"),
        ("Strike it off", "Unit, site and office agree; only now the line is struck off and counts as solved."),
        ("clerk", "worker"),
        scenes.strike_off,
    ),
    Scene(
        "subscribe",
        ("每周周报", "把机器人拉进工作群，订阅周报；时钟拨到周五16:00，周报准时到。"),
        ("The weekly digest", "The bot joins the group, which subscribes; on Friday at 16:00 the digest is there."),
        ("clerk", "head"),
        scenes.subscribe,
    ),
)
