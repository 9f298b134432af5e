"""Server-sent events, read incrementally from bytes cut at any place."""

from __future__ import annotations


class SseParser:
    r"""Collects bytes and gives back the data of each complete event.

    Follows the WHATWG event stream format for UTF-8: lines end in LF, CR or CRLF, a blank line ends an event, lines
    that start with a colon are comments, several `data` lines are joined by LF. Event names are kept apart, since a
    provider that names its events repeats the name inside the data. An event without data is dropped, as the format
    says; so is one that the end of the stream cuts off.

    Example:
        >>> parser = SseParser()
        >>> parser.feed(b"data: {1}\n")
        []
        >>> parser.feed(b"\n: ping\n\ndata: [DONE]\r\n\r\n")
        [b'{1}', b'[DONE]']
    """

    __slots__ = ("_after_cr", "_data", "_rest", "_started")

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._started = False
        self._after_cr = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take in bytes and return the data of the events they complete, in order."""
        buffer = self._rest + chunk if self._rest else chunk
        if not self._started:
            if len(buffer) < 3 and b"\xef\xbb\xbf".startswith(buffer):
                self._rest = buffer
                return []
            self._started = True
            buffer = buffer.removeprefix(b"\xef\xbb\xbf")
        if self._after_cr and buffer:
            self._after_cr = False
            buffer = buffer.removeprefix(b"\n")
        if b"\r" in buffer:
            # The LF of a CRLF may come with the next piece: the line has ended either way, the LF is skipped then.
            self._after_cr = buffer.endswith(b"\r")
            buffer = buffer.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = buffer.split(b"\n")
        self._rest = lines.pop()
        return self._events(lines)

    def _events(self, lines: list[bytes]) -> list[bytes]:
        done: list[bytes] = []
        data = self._data
        for line in lines:
            if line.startswith(b"data:"):
                data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif not line:
                if data:
                    done.append(data[0] if len(data) == 1 else b"\n".join(data))
                    data.clear()
            elif line == b"data":
                data.append(b"")
        return done
