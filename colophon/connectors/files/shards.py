"""Cutting and bundling: from a list of files to shards of about equal size, the same for the same list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from colophon.connectors.rows import MAX_BUNDLE_FILES, SHARD_BYTES, InputFile, Shard

#: Begin and end of each range of a large file; none where it is read whole.
Ranges = Callable[[InputFile], Sequence[tuple[int, int]]]


def shards_of(files: Iterable[InputFile], ranges: Ranges) -> Iterator[Shard]:
    """Shards in the order of their first path. Files of at least SHARD_BYTES go alone, in the ranges that `ranges`
    gives; smaller ones are bundled up to SHARD_BYTES or MAX_BUNDLE_FILES, in path order."""
    ordered = sorted(files, key=lambda file: file.path)
    large = [shard for file in ordered if file.size >= SHARD_BYTES for shard in _cut(file, ranges(file))]
    bundles = [Shard(bundle) for bundle in _bundles(f for f in ordered if f.size < SHARD_BYTES)]
    yield from sorted(large + bundles, key=lambda shard: (shard.path, shard.begin or 0))


def byte_ranges(file: InputFile) -> Sequence[tuple[int, int]]:
    """Ranges of SHARD_BYTES bytes; the last one is shorter."""
    return [(begin, min(begin + SHARD_BYTES, file.size)) for begin in range(0, file.size, SHARD_BYTES)]


def uncut(_file: InputFile) -> Sequence[tuple[int, int]]:
    """No ranges: the file is read whole."""
    return ()


def _cut(file: InputFile, ranges: Sequence[tuple[int, int]]) -> Iterator[Shard]:
    if len(ranges) < 2:  # noqa: PLR2004  # one range is the whole file
        yield Shard((file,))
        return
    for begin, end in ranges:
        yield Shard((file,), begin, end)


def _bundles(files: Iterable[InputFile]) -> Iterator[tuple[InputFile, ...]]:
    bundle: list[InputFile] = []
    size = 0
    for file in files:
        if bundle and (size + file.size > SHARD_BYTES or len(bundle) == MAX_BUNDLE_FILES):
            yield tuple(bundle)
            bundle, size = [], 0
        bundle.append(file)
        size += file.size
    if bundle:
        yield tuple(bundle)
