"""Makes ``indexer/text/data/traditional.txt``, the table by which traditional characters fold.

Run ``python tests/bench/traditional.py`` after a new release of OpenCC. Indexes made before that
fold differently: raise ``RULES`` in `indexer.text.analysis`, so that they ask to be rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from indexer.text.characters import BASE, TRADITIONAL, common_han

HEADER = """\
# Traditional characters, each before the simplified one that it folds to. From OpenCC's t2s (Apache
# License 2.0), {package} {version}; tests/bench/traditional.py makes this file. A character of
# GB 2312 is not in it, for it stays as it is (乾隆, 著作), nor one that OpenCC makes several of.
"""
PACKAGE = "opencc-purepy"


def pairs() -> Iterator[str]:
    """Yields each traditional character with its simplified one, in the order of Unicode."""
    from opencc_purepy import OpenCC

    han = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    # A character of GB 2312 would fold by the words around it, were it folded.
    han = [char for char in han if char not in common_han()]
    # One character a line: the converter works on phrases, and a phrase ends with its line.
    simplified = OpenCC("t2s").convert("\n".join(han)).split("\n")
    table = {a: b for a, b in zip(han, simplified, strict=True) if b != a and len(b) == 1}
    for char, simple in table.items():
        last = table.get(simple, simple)  # 薴 is 苧, and 苧 is 苎: folding again changes nothing
        if BASE.get(ord(char)) != last:
            yield char + last


if __name__ == "__main__":
    text = HEADER.format(package=PACKAGE, version=version(PACKAGE)) + "\n".join(pairs()) + "\n"
    TRADITIONAL.write_text(text, encoding="utf-8")
