import pytest
from tests.handlers.conftest import *
from tests.conftest import *
def out(p, name):
    for n in sorted(p.room.shown):
        s=p.room.shown[n]
        print(f"[{name} #{n}]", f"<{len(s.media)} media>" if s.media else ""); print(s.text)
        for row in s.keyboard: print("   ", " | ".join(k["text"] for k in row))
        print()
@pytest.mark.parametrize("lang",["zh","en"])
async def test_story(world, worker, clerk, assignee, lang, store):
    if lang=="en":
        for p in (worker,clerk,assignee):
            await p.sends("/language"); await p.presses("English"); p.room.shown.clear()
    W=(lambda z,e: z if lang=="zh" else e)
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption="3号塔吊没有供电，施工电源还没接通")
    await worker.presses(W("提交","Submit"))
    await worker.sends_photo(caption="4号塔吊也没有供电，施工电源还没接通")
    await worker.presses(W("提交","Submit"))
    out(clerk,"clerk new"); clerk.room.shown.clear()
    await clerk.sends("/desk"); out(clerk,"clerk"); 
    await clerk.presses(W("期限","Deadline")); out(clerk,"clerk deadline"); await clerk.presses(W("返回","Back"))
    await clerk.presses(W("入账","Register")); print("TOAST",clerk.toast.text); await clerk.presses(W("交办","Assign")); out(clerk,"clerk assign")
    await clerk.presses("市供电公司");out(clerk,"clerk assign"); await clerk.presses("蔡明");print("TOAST",clerk.toast.text); out(clerk,"clerk assigned"); out(assignee,"assignee")
    await assignee.presses(W("接收","Accept"));print("TOAST",assignee.toast.text)
    assignee.room.shown.clear() if False else None
    await assignee.presses(W("办结","Resolve")); print(assignee.last().text)
    await assignee.sends_photo(caption="电缆已接通，塔吊恢复供电"); await assignee.presses(W("先行指导","Early guidance")); print(assignee.last().text); print(assignee.last().buttons)
    await assignee.presses(W("提交办结","Submit proof"));print("TOAST",assignee.toast.text)
    out(assignee,"assignee after"); out(worker,"worker")
    await worker.presses(W("未解决","Not solved")); print(worker.last().text, worker.last().buttons); await worker.sends("还是没电"); out(worker,"worker disputed"); print("A:",assignee.heard); print("C:",clerk.heard)
    await assignee.presses(W("办结","Resolve")); await assignee.sends_photo(caption="再次接通"); await assignee.presses(W("先行指导","Early guidance"));await assignee.presses(W("提交办结","Submit proof"))
    await worker.presses(W("已解决","Solved")); await worker.presses(W("满意","Satisfied")); print("C:",clerk.heard); out(worker,"worker")
    await clerk.presses(W("销号","Clear")); print("W:",worker.heard); print("A:",assignee.heard); out(clerk,"clerk end")
    await assignee.sends("/tasks"); print(assignee.heard)
