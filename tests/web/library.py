"""Documents written for the tests of the web: versions of a law, a hostile text, a repeat."""

from __future__ import annotations

_LAW = """青山市城市绿化条例
（{passed}）

第一章　总则
第一条　为了加强城市绿化，改善生态环境，根据《中华人民共和国森林法》，制定本条例。
第二条　本市城市绿化的规划、建设和管理适用本条例。
第三条　市园林部门负责城市绿化工作，{duty}。
第二章　{chapter}
第四条　任何单位和个人不得擅自砍伐城市树木。
第五条　违反本条例第四条规定的，处{fine}罚款。
{more}第{last}条　本条例自{since}起施行。
"""

OLD_LAW = _LAW.format(
    passed="2008年5月1日青山市第二届人民代表大会常务委员会第三次会议通过",
    duty="区园林部门予以协助",
    chapter="管理",
    fine="一千元以上五千元以下",
    more="",
    last="六",
    since="2008年7月1日",
)
NEW_LAW = _LAW.format(
    passed="2008年5月1日青山市第二届人民代表大会常务委员会第三次会议通过　2019年8月1日"
    "青山市第四届人民代表大会常务委员会第九次会议修订",
    duty="区园林部门按照职责分工负责有关工作",
    chapter="管理",
    fine="五千元以上二万元以下",
    more="第六条　鼓励社会力量认养城市绿地。\n",
    last="七",
    since="2019年10月1日",
)

HOSTILE = """关于<script>alert(1)</script>有关问题的通知
青政发〔2021〕5号

各区人民政府：
一、严禁使用</mark><img src=x onerror=alert(2)>等标记
=HYPERLINK("http://evil.example","点我")不是公式。\u202e倒写的文字\u202c也是文字。
二、"引号"与'撇号'&amp;实体
照抄即可，不得转义两次。
青山市人民政府
2021年3月4日
"""

CITING = """青山市人民政府关于贯彻《青山市城市绿化条例》的实施意见
青政发〔2020〕9号

各区人民政府：
为贯彻《青山市城市绿化条例》和《中华人民共和国城乡规划法》，提出如下意见：
一、提高认识
（一）充分认识城市绿化的重要意义。
（二）落实《青山市城市绿化条例》第五条，严肃责任追究。
二、抓好落实
各区要在2020年底前制定方案。
青山市人民政府
2020年6月8日
"""

WEB_LIBRARY = {
    "law/青山市城市绿化条例(2008-05-01).txt": OLD_LAW,
    "law/青山市城市绿化条例(2019-08-01).txt": NEW_LAW,
    "notice/hostile.txt": HOSTILE,
    "notice/第1#2号 意见.txt": CITING,
}

OLD_ID = "docs/law/青山市城市绿化条例(2008-05-01).txt"
NEW_ID = "docs/law/青山市城市绿化条例(2019-08-01).txt"
HOSTILE_ID = "docs/notice/hostile.txt"
CITING_ID = "docs/notice/第1#2号 意见.txt"
