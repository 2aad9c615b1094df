"""The lists of a Word 97 document, after [MS-DOC] 2.9.147 (LVL) and 2.9.150 (LSTF).

They are turned into the elements of numbering.xml, so that one interpreter counts for both formats.
"""

from __future__ import annotations

import struct
from xml.etree.ElementTree import Element, SubElement

from indexer.formats.numbering import Numbering

_LISTS, _OVERRIDES = 0x2E2, 0x2EA  # places in the FIB
_LIST_SIZE, _LEVEL_SIZE, _OVERRIDE_SIZE = 28, 28, 16
_LEVELS = 9
_SUFFIXES = ("tab", "space", "nothing")
# The number formats that differ from digits, by their code in the file.
_FORMATS = {
    1: "upperRoman",
    2: "lowerRoman",
    3: "upperLetter",
    4: "lowerLetter",
    10: "ideographDigital",
    11: "japaneseCounting",
    14: "decimalFullWidth",
    17: "japaneseDigitalTenThousand",
    18: "decimalEnclosedCircle",
    19: "decimalFullWidth2",
    22: "decimalZero",
    23: "bullet",
    26: "decimalEnclosedFullstop",
    27: "decimalEnclosedParen",
    28: "decimalEnclosedCircleChinese",
    29: "ideographEnclosedCircle",
    30: "ideographTraditional",
    31: "ideographZodiac",
    33: "taiwaneseCounting",
    34: "ideographLegalTraditional",
    35: "taiwaneseCountingThousand",
    36: "taiwaneseDigital",
    37: "chineseCounting",
    38: "chineseLegalSimplified",
    39: "chineseCountingThousand",
    255: "none",
}


def read_lists(main: bytes, table: bytes) -> Numbering:
    """Returns the lists that paragraphs name by number, from 1 on.

    ``main`` and ``table`` are the streams WordDocument and 0Table or 1Table. Raises struct.error or
    IndexError for damage.
    """
    root = Element("numbering")
    start, size = struct.unpack_from("<II", main, _LISTS)
    if size >= 2:
        _add_lists(root, table, start, start + size)
    start, size = struct.unpack_from("<II", main, _OVERRIDES)
    if size >= 4:
        _add_overrides(root, table, start)
    return Numbering(root, {})


def _add_lists(root: Element, table: bytes, start: int, at: int) -> None:
    """Adds the lists at ``start``, whose levels begin at ``at``."""
    (count,) = struct.unpack_from("<H", table, start)
    for number in range(count):
        place = start + 2 + _LIST_SIZE * number
        (id,) = struct.unpack_from("<i", table, place)
        simple = table[place + 26] & 1
        abstract = SubElement(root, "abstractNum", abstractNumId=str(id))
        for depth in range(1 if simple else _LEVELS):
            at = _add_level(abstract, depth, table, at)


def _add_level(parent: Element, depth: int, table: bytes, at: int) -> int:
    """Adds the level at ``at`` and return the place behind it."""
    first, code, flags = struct.unpack_from("<iBB", table, at)
    follows = table[at + 15]
    characters, paragraphs = table[at + 24], table[at + 25]
    at += _LEVEL_SIZE + characters + paragraphs
    length: int = struct.unpack_from("<H", table, at)[0]
    text = table[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
    level = SubElement(parent, "lvl", ilvl=str(depth))
    SubElement(level, "start", val=str(first))
    SubElement(level, "numFmt", val=_FORMATS.get(code, "decimal"))
    if flags & 0x4:
        SubElement(level, "isLgl")
    SubElement(level, "suff", val=_SUFFIXES[min(follows, 2)])
    # A character below 9 stands for the number of that level.
    shown = "".join(f"%{ord(char) + 1}" if ord(char) < _LEVELS else char for char in text)
    SubElement(level, "lvlText", val=shown)
    return at + 2 + 2 * length


def _add_overrides(root: Element, table: bytes, start: int) -> None:
    """Adds what paragraphs refer to: lists with levels that start or look otherwise."""
    (count,) = struct.unpack_from("<I", table, start)
    at = start + 4 + _OVERRIDE_SIZE * count
    for number in range(min(count, len(table) // _OVERRIDE_SIZE)):
        place = start + 4 + _OVERRIDE_SIZE * number
        (id,) = struct.unpack_from("<i", table, place)
        found = SubElement(root, "num", numId=str(number + 1))
        SubElement(found, "abstractNumId", val=str(id))
        at += 4
        for _ in range(table[place + 12]):
            first, flags = struct.unpack_from("<iI", table, at)
            at += 8
            depth = flags & 0xF
            override = SubElement(found, "lvlOverride", ilvl=str(depth))
            if flags & 0x20:
                at = _add_level(override, depth, table, at)
            elif flags & 0x10:
                SubElement(override, "startOverride", val=str(first))
