from __future__ import annotations

import pytest

from colophon.connectors.rows import Reject, ShardRead
from colophon.errors import ContractBrokenError
from colophon.pipeline.scan import whole_shard
from colophon.vocabulary import RejectReason

ROW = Reject("a.txt", 0, RejectReason.EMPTY, "")
READ = ShardRead(1, 0, ())


def test_a_shard_that_ends_with_its_count_passes_as_it_is() -> None:
    assert list(whole_shard([ROW, READ], "spoken")) == [ROW, READ]


@pytest.mark.parametrize("items", [[], [ROW]])
def test_a_shard_without_its_count_is_a_defect_of_its_connector(items: list[Reject]) -> None:
    with pytest.raises(ContractBrokenError, match=r"^connector spoken ends a shard without ShardRead; this is"):
        list(whole_shard(items, "spoken"))


@pytest.mark.parametrize("more", [ROW, READ])
def test_nothing_may_follow_the_count(more: Reject | ShardRead) -> None:
    with pytest.raises(ContractBrokenError, match="goes on after ShardRead"):
        list(whole_shard([ROW, READ, more], "spoken"))
