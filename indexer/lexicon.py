"""Words shared by those who read documents: organs, 文种, and the small patterns around them.

Sources: 文种 of 党政机关公文处理工作条例 (2012, the fifteen of GB/T 9704 practice) and the names of
laws, regulations and rules (立法法; 行政法规制定程序条例; 规章制定程序条例).
"""

from __future__ import annotations

import re

# The fifteen 文种 of the 2012 条例; 函 last among its forms so that the longer word wins.
OFFICIAL_TYPES = (
    "决议 决定 命令 公报 公告 通告 意见 通知 通报 报告 请示 批复 议案 复函 函 纪要".split()
)
# What laws, regulations, rules and judicial interpretations call themselves.
NORMATIVE_TYPES = (
    "修正案 法典 宪法 组织法 条例 规定 办法 细则 规则 准则 守则 规程 规范 章程 解释 解答 批答 标准 "
    "法 令 制度"
).split()
# Other papers an authority issues.
OTHER_TYPES = (
    "答复 纲要 规划 计划 方案 预案 要点 措施 目录 清单 指南 指引 倡议书 告知书 承诺书 公开信 公示 "
    "通稿 声明 建议 政策 意见函 要求 提示 提醒 名单 简报 总结 倡议 指示 讲话 白皮书"
).split()
DOCUMENT_TYPES = tuple(dict.fromkeys([*OFFICIAL_TYPES, *NORMATIVE_TYPES, *OTHER_TYPES]))

# How the name of an organ, office or enterprise ends.
ORGAN_SUFFIXES = (
    "人民代表大会 常务委员会 常委会 人民政府 政府 国务院 委员会 党委 党组 纪委 省委 市委 区委 县委 "
    "州委 旗委 工委 办公厅 办公室 指挥部 领导小组 工作组 专班 小组 人民法院 法院 人民检察院 检察院 "
    "中央军委 军委 部 委 局 厅 署 处 科 司 室 院 会 总局 中心 总队 支队 大队 队 公司 集团 银行 学校 "
    "大学 学院 医院 协会 联合会 总工会 工会 团委 妇联 联席会议 管委会 社 站 所 馆 街道办事处 办 "
    "行 联盟 组 党 总社 总会 基金会 "
    "中央 法制办 国资委 兵团 党校 秘书局 秘书处 组委会 机关"
).split()
