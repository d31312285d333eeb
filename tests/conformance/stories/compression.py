"""Content codings (RFC 9110 sections 8.4, 8.8.3 and 12.5.3)."""

from __future__ import annotations

from brine.service.compression.compressor import BodyCompressor
from tests.conformance.stories.wording import FRESH, OLD, date
from tests.conformance.story import NOT_MODIFIED, fetch, hit, reply, story

TEXT = b"Each client gets the same words, some of them in fewer bytes. " * 40
TYPE = "Content-Type: text/plain"
TAG = 'ETag: "a"'
WHOLE = reply(FRESH, TAG, TYPE, body=TEXT)
VARIES = "Vary: Accept-Encoding"
MODIFIED = date("Last-Modified", -86_400)

GZIP, BR, ZSTD = (BodyCompressor().coded(TEXT, coding, is_kept=False) for coding in ("gzip", "br", "zstd"))
AS_GZIP = ("Content-Encoding: gzip", 'ETag: W/"a~gzip"', VARIES, f"Content-Length: {len(GZIP)}")
AS_BR = ("Content-Encoding: br", 'ETag: W/"a~br"', VARIES, f"Content-Length: {len(BR)}")
AS_ZSTD = ("Content-Encoding: zstd", 'ETag: W/"a~zstd"', VARIES, f"Content-Length: {len(ZSTD)}")
PLAIN = (TAG, VARIES, f"Content-Length: {len(TEXT)}")

STORIES = (
    story(
        "one response in each coding",
        "RFC 9110 8.4",
        fetch(WHOLE, "Accept-Encoding: gzip", body=GZIP, gives=AS_GZIP, sent=("Accept-Encoding: gzip",)),
        hit("Accept-Encoding: br", body=BR, gives=AS_BR),
        hit("Accept-Encoding: zstd", body=ZSTD, gives=AS_ZSTD),
        hit("Accept-Encoding: gzip", body=GZIP, gives=AS_GZIP),
        hit(gives=PLAIN, lacks=("Content-Encoding",)),
        hit("Accept-Encoding: deflate", gives=PLAIN, lacks=("Content-Encoding",)),
    ),
    story(
        "weights of codings",
        "RFC 9110 12.5.3",
        fetch(WHOLE, "Accept-Encoding: gzip, deflate, br, zstd", body=ZSTD, gives=AS_ZSTD),
        hit("Accept-Encoding: gzip, br", body=BR, gives=AS_BR),
        hit("Accept-Encoding: br;q=0.1, gzip;q=0.2", body=GZIP, gives=AS_GZIP),
        hit("Accept-Encoding: gzip;q=0.1", "Accept-Encoding: br;q=0.2", body=BR, gives=AS_BR),
        hit("Accept-Encoding: gzip;q=0, *", gives=PLAIN),
        hit("Accept-Encoding: identity;q=1, *;q=0", gives=PLAIN),
        hit("Accept-Encoding: identity;q=0, *", body=GZIP, gives=AS_GZIP),
        hit("Accept-Encoding:", gives=PLAIN),
    ),
    story(
        "a compressed answer has fields of its own",
        "RFC 9110 8.8.3.3",
        fetch(
            reply(FRESH, TYPE, TAG, "Vary: Accept", "Repr-Digest: sha-256=:AA==:", "Accept-Ranges: bytes", body=TEXT)
        ),
        hit(
            "Accept-Encoding: gzip",
            body=GZIP,
            gives=("Content-Encoding: gzip", "Vary: Accept, Accept-Encoding"),
            lacks=("Repr-Digest", "Accept-Ranges"),
        ),
        hit(gives=("Repr-Digest: sha-256=:AA==:", "Accept-Ranges: bytes", "Vary: Accept, Accept-Encoding")),
    ),
    story(
        "the tag of a compressed answer",
        "RFC 9110 13.1.2",
        fetch(WHOLE, "Accept-Encoding: gzip", body=GZIP),
        hit(
            "Accept-Encoding: gzip",
            'If-None-Match: W/"a~gzip"',
            status=304,
            gives=('ETag: W/"a~gzip"', VARIES),
            lacks=("Content-Encoding",),
        ),
        hit("Accept-Encoding: br", 'If-None-Match: W/"a~gzip"', body=BR, gives=AS_BR),
        hit('If-None-Match: W/"a~gzip"', gives=PLAIN),
        hit("Accept-Encoding: gzip", 'If-None-Match: "a"', status=304, gives=(TAG, VARIES)),
    ),
    story(
        "validation of a compressed answer",
        "RFC 9111 4.3",
        fetch(reply(FRESH, OLD, TAG, TYPE, body=TEXT), "Accept-Encoding: gzip", body=GZIP),
        fetch(
            NOT_MODIFIED,
            "Accept-Encoding: gzip",
            'If-None-Match: W/"a~gzip"',
            sent=('If-None-Match: "a"',),
            status=304,
            gives=('ETag: W/"a~gzip"',),
        ),
    ),
    story(
        "a condition of a change",
        "RFC 9110 13.1.1",
        fetch(WHOLE, "Accept-Encoding: gzip", body=GZIP),
        fetch(
            reply(status=204),
            'If-Match: W/"a~gzip"',
            method="PUT",
            content=b"new",
            sent=('If-Match: W/"a~gzip", "a"',),
        ),
    ),
    story(
        "ranges have no coding",
        "RFC 9110 14.2",
        fetch(WHOLE, "Accept-Encoding: gzip", body=GZIP),
        hit("Accept-Encoding: gzip", "Range: bytes=5-10", status=206, body=b"client", gives=(TAG, VARIES)),
        hit("Accept-Encoding: gzip", "Range: bytes=5-10", 'If-Range: "a"', status=206, body=b"client"),
        hit("Accept-Encoding: gzip", "Range: bytes=5-10", 'If-Range: W/"a~gzip"', body=GZIP, gives=AS_GZIP),
        hit("Accept-Encoding: gzip", "Range: bytes=5-10", 'If-Range: "a~gzip"', body=GZIP, gives=AS_GZIP),
    ),
    story(
        "no range is joined by a date",
        "RFC 9110 13.1.5",
        fetch(reply(FRESH, MODIFIED, TYPE, body=TEXT), "Accept-Encoding: gzip", body=GZIP, gives=(MODIFIED,)),
        hit("Accept-Encoding: gzip", f"If-Modified-Since: {MODIFIED.partition(': ')[2]}", status=304),
        hit(lacks=("ETag",)),
    ),
    story(
        "head of a compressed answer",
        "RFC 9110 9.3.2",
        fetch(WHOLE),
        hit("Accept-Encoding: gzip", method="HEAD", gives=AS_GZIP[:3]),
        hit(method="HEAD", gives=PLAIN),
    ),
    story(
        "no-transform",
        "RFC 9111 5.2.2.6",
        fetch(
            reply(f"{FRESH}, no-transform", TAG, TYPE, body=TEXT), "Accept-Encoding: gzip", lacks=("Content-Encoding",)
        ),
        hit("Accept-Encoding: gzip", gives=(TAG,), lacks=("Content-Encoding", "Vary")),
    ),
    story(
        "no-transform of a client",
        "RFC 9111 5.2.1.6",
        fetch(WHOLE),
        hit("Accept-Encoding: gzip", "Cache-Control: no-transform", gives=PLAIN, lacks=("Content-Encoding",)),
    ),
    story(
        "an origin that compresses",
        "RFC 9110 8.4.1",
        fetch(
            reply(FRESH, 'ETag: "z"', TYPE, VARIES, "Content-Encoding: gzip", body=GZIP),
            "Accept-Encoding: gzip, br",
            gives=('ETag: "z"', "Content-Encoding: gzip", VARIES),
        ),
        hit("Accept-Encoding: br, gzip", gives=('ETag: "z"', "Content-Encoding: gzip")),
        fetch(reply(FRESH, TAG, TYPE, VARIES, body=TEXT), "Accept-Encoding: br", body=BR, gives=AS_BR),
    ),
    story(
        "what does not shrink",
        "RFC 9110 8.4 (types)",
        fetch(reply(FRESH, TAG, "Content-Type: image/png", body=TEXT), "Accept-Encoding: gzip", gives=(TAG,)),
        hit("Accept-Encoding: gzip", lacks=("Content-Encoding", "Vary")),
    ),
    story(
        "what is small",
        "RFC 9110 8.4 (sizes)",
        fetch(reply(FRESH, TAG, TYPE, body=TEXT[:1023]), "Accept-Encoding: gzip", gives=(TAG,)),
        hit("Accept-Encoding: gzip", lacks=("Content-Encoding", "Vary")),
    ),
    story(
        "responses that are not stored",
        "RFC 9110 8.4 (passing)",
        fetch(reply("Cache-Control: no-store", TYPE, body=TEXT), "Accept-Encoding: br", body=BR, gives=(VARIES,)),
        fetch(reply(TYPE, body=TEXT), "Accept-Encoding: br", method="POST", content=b"x", body=BR, gives=(VARIES,)),
        fetch(reply(TYPE, status=404, body=TEXT), "Accept-Encoding: br", body=BR, gives=("Content-Encoding: br",)),
    ),
)
