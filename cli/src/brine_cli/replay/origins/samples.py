"""Samples of responses: the status and the fields that an origin sent for some targets, in a file of JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.replay.rows import Lines

VERSION: Final = 1
KEPT: Final = frozenset(
    {
        *("age", "cache-control", "cdn-cache-control", "content-encoding", "content-language", "content-type", "date"),
        *("etag", "expires", "last-modified", "pragma", "set-cookie", "vary"),
        *("cache-tag", "surrogate-key", "xkey", "accept-ranges"),
    }
)
"""The fields of a response that decide about its storing. The value of Set-Cookie is left out."""


@dataclass(frozen=True, slots=True)
class OriginSample:
    """One response of an origin. `seconds`: how long it took."""

    status: int
    fields: Lines
    size: int
    seconds: float


@dataclass(slots=True)
class Samples:
    """Samples by target of the log. A target without a sample gets that of the one with the most path in common."""

    by_target: dict[str, OriginSample] = field(default_factory=dict)
    _nearest: dict[str, OriginSample | None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.by_target)

    def of(self, target: str) -> OriginSample | None:
        """Return the sample for a target, or None."""
        if not self.by_target:
            return None
        sample = self.by_target.get(target)
        if sample is not None:
            return sample
        path = target.partition("?")[0]
        folder = path.rpartition("/")[0]
        if folder not in self._nearest:
            self._nearest[folder] = self._near(path)
        return self._nearest[folder]

    def _near(self, path: str) -> OriginSample | None:
        """Return the sample of the target with the most segments in common, if it has at least the first one."""
        wanted = path.split("/")[1:]
        best, most = None, 0
        for target, sample in self.by_target.items():
            count = 0
            for one, other in zip(target.partition("?")[0].split("/")[1:], wanted, strict=False):
                if one != other:
                    break
                count += 1
            if sample.status < 400 and count > most:
                best, most = sample, count
        return best

    def write(self, file: Path) -> None:
        """Write the samples to a file. Raises CommandError."""
        samples = {
            target: {
                "status": sample.status,
                "fields": [list(line) for line in sample.fields],
                "bytes": sample.size,
                "seconds": round(sample.seconds, 3),
            }
            for target, sample in sorted(self.by_target.items())
        }
        try:
            file.write_text(json.dumps({"version": VERSION, "responses": samples}, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{file}: the samples cannot be written: {error.strerror}. Name another file.") from None


def read_samples(file: Path) -> Samples:
    """Return the samples in a file. Raises CommandError."""
    try:
        return _samples(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise CommandError(f"{file}: the samples cannot be read: {error.strerror}. Make them with --probe.") from None
    except (KeyError, TypeError, ValueError) as error:
        raise CommandError(
            f"{file}: this is not a file of samples: {error}. Delete it, and make it anew with --probe."
        ) from None


def kept_fields(lines: Lines) -> Lines:
    """Return the fields of a response that samples keep."""
    kept = ((name.lower(), value) for name, value in lines if name.lower() in KEPT)
    return tuple((name, "left-out=1" if name == "set-cookie" else value) for name, value in kept)


def _samples(document: dict[str, Any]) -> Samples:
    """Return the samples in a document. Raises ValueError for another version."""
    if document["version"] != VERSION:
        raise ValueError(f"version {document['version']!r}, and {VERSION} is read")
    return Samples({target: _sample(one) for target, one in document["responses"].items()})


def _sample(one: dict[str, Any]) -> OriginSample:
    fields = tuple((str(name), str(value)) for name, value in one["fields"])
    return OriginSample(int(one["status"]), fields, int(one["bytes"]), float(one["seconds"]))
