"""How much of the files that people have is read, by format, and what PDF costs.

    python tests/bench/formats.py --files DIR [--missing] [--speed]

``DIR`` holds expected.tsv (columns: file, phrase; a header line) and files/, a folder for each
format. A phrase counts as found if it stands in the file's text, blanks apart, or, for an archive,
in the names or texts of its members. ``--speed`` sets the processor time of reading each PDF beside
that of PDFium's own call for the text of its pages.
"""

from __future__ import annotations

import argparse
import csv
import resource
import time
from collections import Counter
from pathlib import Path

from indexer.errors import SourceError, UnsupportedFormat
from indexer.formats import members, read_member, read_source


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--files", type=Path, required=True)
    parser.add_argument("--missing", action="store_true", help="name what was not found, and why")
    parser.add_argument("--speed", action="store_true", help="time PDFs beside PDFium itself")
    arguments = parser.parse_args()
    score(arguments.files, arguments.missing)
    if arguments.speed:
        for path in sorted((arguments.files / "files").rglob("*.pdf")):
            compare_with_pdfium(path)


def score(folder: Path, missing: bool) -> None:
    """Print the share of phrases found in each format, and in those that have a reader."""
    found: Counter[str] = Counter()
    all_: Counter[str] = Counter()
    readable = readable_found = 0
    with (folder / "expected.tsv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    for name, phrase, *_ in rows:
        kind = name.partition("/")[0]
        text, reason, read = shown(folder / "files" / name)
        hit = bare(phrase) in bare(text)
        found[kind] += hit
        all_[kind] += 1
        readable += read
        readable_found += hit and read
        if missing and not hit:
            print(f"not found: {name}: {phrase} ({reason or 'read'})")
    for kind, count in sorted(all_.items()):
        print(f"{kind:12} {found[kind]:3} of {count:3}")
    print(f"with a reader {readable_found} of {readable} ({readable_found / readable:.3f})")
    print(f"all          {found.total()} of {all_.total()} ({found.total() / all_.total():.3f})")


def shown(path: Path) -> tuple[str, str, bool]:
    """Return what is read of a file, why it is not, and whether there is a reader for it."""
    try:
        if path.suffix.lower() == ".zip" and (inside := members(path)):
            parts = [name + "\n" + shown_member(path / name) for name in inside.names]
            return "\n".join((*parts, *(str(error) for error in inside.failed))), "", True
        return read_source(path).text, "", True
    except UnsupportedFormat as error:
        return "", error.reason, False
    except SourceError as error:
        return "", error.reason, "OCR" not in error.reason


def shown_member(path: Path) -> str:
    """Return what is read of an archive's member, nothing where it is not."""
    try:
        return read_source(path, read_member(path)).text
    except SourceError:
        return ""


def bare(text: str) -> str:
    """Return ``text`` without blanks."""
    return "".join(text.split())


def compare_with_pdfium(path: Path) -> None:
    """Print the processor time of PDFium's text call, of the reader, and their ratio."""
    import pypdfium2

    start = time.process_time()
    for page in pypdfium2.PdfDocument(path):
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    own = time.process_time() - start
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.process_time()
    try:
        count = len(read_source(path).text)
    except SourceError:
        return
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    whole = child + time.process_time() - start
    print(f"{path.name}: {count:,} characters, PDFium {own:.2f} s, read in {whole:.2f} s", end="")
    print(f" ({whole / own:.1f} times)")


if __name__ == "__main__":
    main()
