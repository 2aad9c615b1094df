"""Removes the words of a text that only make it a question."""

from __future__ import annotations

import re
from functools import lru_cache

# These words can be asked about anything and so find nothing: left in, 怎么办 would rank sections
# by 办. Modal verbs (可以, 应当, 有权) stay: laws are made of them. 吗啡 and 呢绒 are nouns.
_ASKING = re.compile(
    "请问|怎么办|怎么样|怎么|怎样|如何|为什么|为何|是什么|什么是|什么|有何|何种|"
    "哪些|哪个|哪种|哪里|哪|多少|是否|是不是|能不能|可不可以|会不会|有没有|要不要|"
    "需不需要|算不算|吗(?!啡)|呢(?!绒)|[?？]"
)
# Questions for a definition, which are answered in the words "X是指…" or "本法所称X是…".
_DEFINITION = re.compile(r"(?:什么是|何谓|何为)([^?？,，。;；]+)")


def without_asking(text: str) -> str:
    """Returns ``text`` with a blank in the place of each question word."""
    return _ASKING.sub(" ", text)


@lru_cache(256)  # a search asks for it several times
def what_is_asked(text: str) -> str:
    """Returns ``text`` without its question words; unchanged if it has no other words.

    什么是X is put in the words of its answer, X是.
    """
    asked = without_asking(_DEFINITION.sub(r"\1是", text))
    return asked if re.search(r"\w", asked) else text
