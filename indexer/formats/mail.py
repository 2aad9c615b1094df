"""Mails (.eml) and web archives (.mht, which are mails that hold one page)."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from pathlib import Path

from indexer.errors import SourceError, SourceTooLarge
from indexer.formats.html import read_html
from indexer.formats.limits import Limits
from indexer.formats.source import Source, Warnings
from indexer.formats.text import decode

_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError, KeyError)
_EMBEDDED = ("image/", "text/css", "application/javascript", "text/javascript", "font/")


def read_mail(data: bytes, path: Path, limits: Limits) -> Source:
    """Returns a mail's subject, body and attachments, or the page of a web archive.

    The body is the HTML part of a web archive and the plain text of a mail, where it has one.
    An attachment follows under a line with its name; one that cannot be read is told of in a
    warning. Raises SourceError for a mail that is broken or nested beyond ``limits``.
    """
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return _Reader(path, limits).source(message)
    except RecursionError as error:
        raise SourceTooLarge(path, "parts nested too deep") from error
    except _BROKEN as error:
        raise SourceError(path, f"broken mail ({error})") from error


class _Reader:
    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self._warnings = Warnings()

    def source(self, message: EmailMessage) -> Source:
        archive = message.get_content_type() == "multipart/related" and not message["From"]
        page = archive or message["Snapshot-Content-Location"] or not message["Subject"]
        order = ("html", "plain") if page else ("plain", "html")
        body = message.get_body(order) or _first_text(message)
        shown = self._text(body) if body is not None else ""
        pieces = [shown] if page and shown else [f"{_subject(message)}\n", shown]
        if not archive:
            pieces += self._attachments(message, body)
        text = "".join(piece for piece in pieces if piece.strip())
        return Source(text, "mail", warnings=self._warnings.all())

    def _text(self, part: MIMEPart) -> str:
        payload = _payload(part)
        charset = part.get_content_charset()
        if part.get_content_type() == "text/html":
            page = read_html(payload, self._path, self._limits, charset)
            self._warnings.extend(page.warnings, "the page")
            return page.text
        text, _ = decode(payload, self._path, charset, self._warnings)
        lines = (line.rstrip() for line in text.splitlines())
        return "".join(f"{line}\n" for line in lines if line)

    def _attachments(self, message: EmailMessage, body: MIMEPart | None) -> list[str]:
        texts: list[str] = []
        parts = [part for part in message.walk() if not part.is_multipart() and part is not body]
        for count, part in enumerate(parts):
            if count == self._limits.parts:
                raise SourceTooLarge(self._path, f"over {self._limits.parts:,} attachments")
            name = part.get_filename()
            kind = part.get_content_type()
            if (not name and kind.startswith("text/html")) or kind.startswith(_EMBEDDED):
                continue  # the other form of the body, or its furniture
            texts.append(self._attachment(part, name or f"附件{len(texts) + 1}"))
            if sum(map(len, texts)) > self._limits.text_chars:
                limit = self._limits.text_chars
                raise SourceTooLarge(self._path, f"over {limit:,} characters of text")
        return texts

    def _attachment(self, part: MIMEPart, name: str) -> str:
        from indexer.formats.read import read_source

        if self._limits.nesting == 0:
            self._warnings.add("no-part", detail=name)
            return f"{name}\n"
        title = name if part.get_filename() else ""
        path = self._path / (name if title else f"{name}.txt")
        inner = replace(self._limits, nesting=self._limits.nesting - 1)
        try:
            source = read_source(path, _payload(part), limits=inner)
        except SourceError as error:
            self._warnings.add("no-part", detail=f"{name} ({error.reason})")
            return f"{title}\n"
        self._warnings.extend(source.warnings, name)
        text = source.text.rstrip("\n") + "\n"
        return f"{title}\n{text}" if title else text


def _first_text(message: EmailMessage) -> MIMEPart | None:
    kinds = ("text/html", "text/plain")
    return next((part for part in message.walk() if part.get_content_type() in kinds), None)


def _payload(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _subject(message: EmailMessage) -> str:
    return " ".join(str(message["Subject"] or "").split())
