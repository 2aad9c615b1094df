"""Chinese characters that are mistaken for one another by their shape. Data only.

Groups written for this project: what differs by a stroke (己已, 末未) or by a radical beside the
same part (缴徼, 管菅, 检捡), as typing by shape and scanned print confuse them. What sounds alike
`searcher.suggestions.pinyin` tells.
"""

from __future__ import annotations

from functools import cache

_GROUPS = """
己已巳 末未 日曰 人入八 土士 干千于 午牛 大太犬 天夫 刀力 戊戌戍 今令 贝见 兔免 鸟乌 拔拨 折拆析
侯候 货贷 住往 代伐 坏怀环 抢枪 扰优 拦栏 晴睛清请情 徼缴激邀 管菅 官宫 检捡撿险验 沦论抡轮 债责绩
赏赔偿 陪倍部 陷馅 诬巫 减咸 竟竞 境镜 辨辩辫 汛讯迅 防妨访仿 法怯 治冶 始治 例列烈 拒柜 拘构购沟
权杈 证怔征 政证 税悦锐说脱 资姿咨 贪贫 赢羸 幕墓慕募暮 模摸膜漠 享亨 哀衰衷 裁载栽戴 仪义议 从丛
犯范 扶抚 抗坑杭 批比 技枝 抄炒 投役 护沪户 拟似 抵低底 招昭照 挂桂 挡档 损捐 换涣焕 据剧锯 授受
掌常 排徘 措错借惜 揭竭渴喝 摘滴 播插 操燥躁澡 敦郭 斤斥 诉斥 族旅旋 旱早 昌冒 暂斩 暑署著 期欺
朝潮 材村 极级圾 枚牧 某谋 染柒 栋拣练炼 株珠 样祥详 核该孩刻 格恪 桥侨轿 粱梁 棵课裸 植值殖置
椎推堆 概慨溉 榜膀傍 糟槽遭 歧岐 殴欧 段假 母毋 汁汗污 池地他 沙砂 沿沼 波坡破 注住柱驻 泽择 洗选
活话 派脉 浅线残践贱 测侧则 浓农 海悔侮 消销削 深探 混棍 湿温 源原愿 滥监蓝 灾灭 炭碳 焚梵 煤媒谋
熟热 版板返 特持待侍诗 壮状 狠狼很 猎借 玩完 理埋 球求 瑞端 由田甲申电 留贸 疫投 登凳 盗盆 短矩
磁滋 祝说 票栗 禽离 科料 秒抄 租祖组阻 程呈 突窃 站粘 章竟 符付 第弟 等寺 策束 简间 籍藉 粹碎
纷份粉 纪记 纳呐 绍招 经径轻劲 结洁 洽给 络洛 绿录 编偏骗 缘象 罚罪 群郡 耕耘 职识织积 股服 肥把
胁协 脑恼 脏赃 腐府 般股 船般 若苦 茶荼 荐存 营菅 落洛 葬莽 蒙梦 蓄畜 蔽弊 薄簿 融隔 街衔 衡冲
裕浴 规观视现 触独 计汁 讨付 许午 评苹 诊珍 诈作 译泽 试拭 诚城 询旬 诱透 谈淡 谨勤 贩版 贯惯 贴帖
赁凭 赋武 赌堵 懒赖 赠增 赶起 趋起 跌铁 跟限 转传 载裁 较校 输愉 边过 达迭 迁千 近进 迟尺 迫追
迷谜 送关 逃桃 途徒 速束 遗遣 避壁僻 邮油 酒洒 释译 量重 针计 钢纲岗 链连 锁琐 镇填 闭闲 问间 闹闻
阅阀 附付 降锋 院完 除徐 随隋 雇顾 须预 颁领 频颇 额客 饰饬 驳驶 鲜解 帐账胀 拉垃 冻陈 幅副福 侵浸
侦贞 促捉 保堡 休体 健建 偷愉 催摧 充允 党堂常 兵乓 典曲 册删 况祝 准淮 函涵 切功 刑形 判叛 到倒
刺剌 券卷 勘堪 区医 升开 单草 即既 历厉 厦夏 友发 取趣 各名 合台 吉古 向问 味未 命令 哲誓 嘱属
因困固 园圆 圈卷 坚竖 垫执 域或 声产 复夏 失矢 奖浆 季委 妥安 姓性 娶聚 宜宣 实买 审宙 密蜜 察蔡
寸才 封卦 尊遵 局居 展辰 州洲 巨臣 差羞 市布 帅师 席度 座坐 庭廷 延诞 弃异 引弘 弥称 影景 彻切
循盾 微徵 治洽 决快 申甲 受爱 设没 诉拆 权叔 措借 侍待 债偾 骗编 官管 全金 厂广 处外 自白目 王玉
木本术 元无天 夫失 儿几凡 九丸 方万 叉又 叹汉 仅权 办为 头买 令合 工土 米来 束柬 丁于 乏之 仓仑
专传 勿匆 北此 占古 布有
"""


@cache
def _alike() -> dict[str, str]:
    found: dict[str, str] = {}
    for group in _GROUPS.split():
        for char in group:
            found[char] = found.get(char, "") + group.replace(char, "")
    return found


def looking_like(char: str) -> str:
    """The characters that ``char`` may be a misreading of, if any."""
    return _alike().get(char, "")
