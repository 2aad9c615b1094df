"""From a query and a unit's text to the snippet that shows why it was found."""

from indexer.normalize import squeezed, with_arabic, fold, squeeze
from indexer.analysis import words
from searcher.highlight import Snippet
from searcher.query import *


class Highlighter:
    def __init__(self, query):
        self.words = []

        def walk(n):
            if isinstance(n, Boolean):
                for x in (*n.must, *n.should):
                    walk(x)
            elif isinstance(n, (Words,)):
                self.words += [w for w in words(fold(n.text)) if len(w) > 1]
            elif isinstance(n, (Phrase, Prefix)):
                self.words.append(squeeze(fold(n.text)))

        walk(query)

    def snippet(self, text):
        f = with_arabic(squeezed(text))
        sp = []
        for w in self.words:
            i = f.text.find(w)
            while i >= 0:
                sp.append(f.source(i, i + len(w)))
                i = f.text.find(w, i + 1)
        sp.sort()
        at = sp[0][0] if sp else 0
        a = max(0, at - 20)
        b = min(len(text), a + 120)
        t = text[a:b].replace("\n", " ")
        m = []
        for x, y in sp:
            if x >= a and y <= b:
                if m and x - a <= m[-1][1]:
                    m[-1] = (m[-1][0], max(y - a, m[-1][1]))
                else:
                    m.append((x - a, y - a))
        return Snippet(t, tuple(m)), at
