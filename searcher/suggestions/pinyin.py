"""Chinese characters and the syllables they are read as, in pinyin without tones. Pure.

GB 2312 has its 3,755 common characters in the order of their pinyin: it is enough to know with
which character each syllable begins. `_MORE` adds second readings and rarer characters that
policy documents use; what stands in neither has no reading here. ``v`` stands for ü.
"""

from __future__ import annotations

import re
from functools import cache

_FIRST = (
    "a啊 ai埃 an鞍 ang肮 ao凹 ba芭 bai白 ban斑 bang邦 bao苞 bei杯 ben奔 beng崩 bi逼 bian鞭 biao标 "
    "bie鳖 bin彬 bing兵 bo玻 bu捕 ca擦 cai猜 can餐 cang苍 cao操 ce厕 ceng层 cha插 chai拆 chan搀 "
    "chang昌 chao超 che车 chen郴 cheng撑 chi吃 chong充 chou抽 chu初 chuai揣 chuan川 chuang疮 "
    "chui吹 chun春 chuo戳 ci疵 cong聪 cou凑 cu粗 cuan蹿 cui摧 cun村 cuo磋 da搭 dai呆 dan耽 dang当 "
    "dao刀 de德 deng蹬 di堤 dian颠 diao碉 die跌 ding丁 diu丢 dong东 dou兜 du督 duan端 dui堆 dun墩 "
    "duo掇 e蛾 en恩 er而 fa发 fan藩 fang坊 fei菲 fen芬 feng丰 fo佛 fou否 fu夫 ga噶 gai该 gan干 "
    "gang冈 gao篙 ge哥 gei给 gen根 geng耕 gong工 gou钩 gu辜 gua刮 guai乖 guan棺 guang光 gui瑰 "
    "gun辊 guo锅 ha哈 hai骸 han酣 hang夯 hao壕 he呵 hei嘿 hen痕 heng哼 hong轰 hou喉 hu呼 hua花 "
    "huai槐 huan欢 huang荒 hui灰 hun荤 huo豁 ji击 jia嘉 jian歼 jiang僵 jiao蕉 jie揭 jin巾 jing荆 "
    "jiong炯 jiu揪 ju鞠 juan捐 jue撅 jun均 ka喀 kai开 kan刊 kang康 kao考 ke坷 ken肯 keng坑 kong空 "
    "kou抠 ku枯 kua夸 kuai块 kuan宽 kuang匡 kui亏 kun坤 kuo括 la垃 lai莱 lan蓝 lang琅 lao捞 le勒 "
    "lei雷 leng棱 li厘 lia俩 lian联 liang粮 liao撩 lie列 lin琳 ling玲 liu溜 long龙 lou楼 lu芦 lv驴 "
    "luan峦 lve掠 lun抡 luo萝 ma妈 mai埋 man瞒 mang芒 mao猫 me么 mei玫 men门 meng萌 mi眯 mian棉 "
    "miao苗 mie蔑 min民 ming明 miu谬 mo摸 mou谋 mu拇 na拿 nai氖 nan南 nang囊 nao挠 ne呢 nei馁 "
    "nen嫩 neng能 ni妮 nian蔫 niang娘 niao鸟 nie捏 nin您 ning柠 niu牛 nong脓 nu奴 nv女 nuan暖 "
    "nve虐 nuo挪 o哦 ou欧 pa啪 pai拍 pan攀 pang乓 pao抛 pei呸 pen喷 peng砰 pi坯 pian篇 piao飘 "
    "pie撇 pin拼 ping乒 po坡 pu扑 qi期 qia掐 qian牵 qiang枪 qiao橇 qie切 qin钦 qing青 qiong琼 "
    "qiu秋 qu趋 quan圈 que缺 qun裙 ran然 rang瓤 rao饶 re惹 ren壬 reng扔 ri日 rong戎 rou揉 ru茹 "
    "ruan软 rui蕊 run闰 ruo若 sa撒 sai腮 san三 sang桑 sao搔 se瑟 sen森 seng僧 sha莎 shai筛 shan珊 "
    "shang墒 shao梢 she奢 shen砷 sheng声 shi师 shou收 shu蔬 shua刷 shuai摔 shuan栓 shuang霜 shui谁 "
    "shun吮 shuo说 si斯 song松 sou搜 su苏 suan酸 sui虽 sun孙 suo蓑 ta塌 tai胎 tan坍 tang汤 tao掏 "
    "te特 teng藤 ti梯 tian天 tiao挑 tie贴 ting厅 tong通 tou偷 tu凸 tuan湍 tui推 tun吞 tuo拖 wa挖 "
    "wai歪 wan豌 wang汪 wei威 wen瘟 weng嗡 wo挝 wu巫 xi昔 xia瞎 xian掀 xiang相 xiao萧 xie楔 xin薪 "
    "xing星 xiong兄 xiu休 xu墟 xuan轩 xue靴 xun勋 ya压 yan焉 yang殃 yao邀 ye椰 yi一 yin茵 ying英 "
    "yo哟 yong拥 you幽 yu迂 yuan鸳 yue曰 yun耘 za匝 zai栽 zan咱 zang赃 zao遭 ze责 zei贼 zen怎 "
    "zeng增 zha扎 zhai摘 zhan瞻 zhang樟 zhao招 zhe遮 zhen珍 zheng蒸 zhi芝 zhong中 zhou舟 zhu珠 "
    "zhua抓 zhuai拽 zhuan专 zhuang桩 zhui椎 zhun谆 zhuo捉 zi兹 zong鬃 zou邹 zu租 zuan钻 zui嘴 "
    "zun尊 zuo昨"
)
_MORE = (
    "an铵 ao鳌 bao薄孢 bei蓓 bi秘匕毕璧 bian匾 biao镖 bin殡 bing禀摒 bo薄剥泊 cang藏 cao漕 cen参 "
    "ceng曾 cha差汊 chai差 chan禅单 chang长娼 chao朝 chen称 cheng盛乘 chi匙 chong重铳种 chu畜 "
    "chuan传 chuo辍 ci祠差 cui萃 dai大 dan弹石 dang挡 dei得 di的地诋荻 dian玷癫 diao调 dou都读 "
    "du都读渎 duo度驮 e恶 fou否 gan泔 ge镉合 geng更 gong供 gu钴 guan莞盥冠 gui鲑 hai还 hang行 "
    "hao昊号 he和吓壑 heng横 hua划 huan还 huang潢 hui会汇洄 huo和 ji给系革稽奇羁亟瘠暨圾矶 jia假 "
    "jian见间 jiang降强 jiao校角觉 jie解结 jin尽禁觐 jing泾阱颈 jue角觉 kao铐 ke恪 kuai会 kui匮 "
    "lan榄 lang螂 lao落络崂 le了乐 lei累 li澧罹锂 liao了 lin遴麟 liu六浏 long弄 lu绿陆泸露 lv率绿 "
    "luo落漯 mai埋霾 man埋鳗 mei没 men们 mi秘 min闵 ming冥 mo没模 mu模 nan难楠 ning宁 nong弄 nu弩 "
    "nve疟 ou区瓯 pao炮 pi否癖 pian便片 piao剽嫖漂 ping屏 po迫泊 pu濮 qi琪杞憩奇 qia卡 qiang强 "
    "qie切 qu曲衢 ren饪任 rui睿 sai塞 san散 sang丧 se塞色 sha厦 shai色 shan单 shang上 shao少 "
    "she折畲 shen参什 sheng省盛乘嵊 shi什识食 shou狩 shu数纾 shuai率 shuan涮 shui说 shuo说数 "
    "si似食伺泗祀 song淞 su宿缩 suo缩 ta拓榻 tai钛 tan弹 ti提 tiao调 ting婷 tuo拓 wan万 "
    "wei为遗诿圩猥 wen汶 wu恶邬 xi系徙曦 xia厦吓瑕 xian见 xiang降巷 xiao校 xie解血泄榭亵 xin馨鑫 "
    "xing省行 xiu宿 xuan渲炫 xue血 xun徇寻鲟 ya轧 yan偃檐 yang烊 yao约要 ye叶 yi驿贻 yin瘾 "
    "ying应颍 yong壅甬 yu与禺 yuan员 yue约乐 yun员 zai载 zang藏 zeng曾 zha扎炸轧 zhai择宅 zhan占粘 "
    "zhang长涨蟑 zhao着朝 zhe折着 zhen圳赈 zheng挣症正筝 zhi识只祉酯 zhong种重中 zhu属 zhuan转传赚 "
    "zhuo着 zi孳 zu足 zuan钻 zuo作"
)
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))


@cache
def _common() -> str:
    """The common characters of GB 2312 in its order: that of their pinyin."""
    rows = bytes(b for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for b in (high, low))
    return rows.decode("gb2312", "ignore")


@cache
def _by_syllable() -> dict[str, str]:
    common = _common()
    firsts = re.findall(r"([a-z]+)(\S)", _FIRST)
    starts = [common.index(first) for _, first in firsts] + [len(common)]
    found = {
        syllable: common[start:end]
        for (syllable, _), start, end in zip(firsts, starts, starts[1:], strict=False)
    }
    for syllable, more in re.findall(r"([a-z]+)(\S+)", _MORE):
        known = found.get(syllable, "")
        found[syllable] = known + "".join(char for char in more if char not in known)
    return found


@cache
def _by_character() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for syllable, characters in _by_syllable().items():
        for char in characters:
            found[char] = (*found.get(char, ()), syllable)
    return found


@cache
def _by_sound() -> dict[str, str]:
    found: dict[str, str] = {}
    for syllable, characters in _by_syllable().items():
        found[sound(syllable)] = found.get(sound(syllable), "") + characters
    return found


def readings(char: str) -> tuple[str, ...]:
    """The syllables a character is read as."""
    return _by_character().get(char, ())


def characters(syllable: str) -> str:
    """The characters that are read so, in the order of GB 2312."""
    return _by_syllable().get(syllable, "")


def sounding_like(syllable: str) -> str:
    """The characters whose readings many speakers do not tell from ``syllable``, its own too."""
    return _by_sound().get(sound(syllable), "")


def sound(syllable: str) -> str:
    """A syllable with z for zh, c for ch, s for sh and l for n in front, n for ng at its end."""
    for written, spoken in _INITIALS:
        if syllable.startswith(written):
            syllable = spoken + syllable[len(written) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


def split_pinyin(text: str) -> list[str] | None:
    """The syllables of ``text``, letters in lower case with blanks or ' between some; or None.

    Where it can be cut in several ways: the fewest syllables, the first ones longest
    (xian is one, xi'an two).
    """
    syllables: list[str] = []
    for part in re.split(r"[\s']+", text.strip()):
        found = _split(part)
        if found is None:
            return None
        syllables += found
    return syllables


def _split(letters: str) -> list[str] | None:
    known = _by_syllable()
    # best[i]: how to cut what begins at i
    best: list[list[str] | None] = [None] * len(letters) + [[]]
    for start in range(len(letters) - 1, -1, -1):
        for end in range(min(len(letters), start + 6), start, -1):
            rest = best[end]
            syllable = letters[start:end]
            if rest is None or syllable not in known:
                continue
            chosen = best[start]
            if chosen is None or len(rest) + 1 < len(chosen):
                best[start] = [syllable, *rest]
    return best[0]
