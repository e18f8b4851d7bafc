from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import types
from numba.core import caching

from colophon.dedup.sketch.compilation import compiled, reads, writes

_KEYS = """
import numpy as np
from colophon.dedup.sketch.bands import band_keys
from colophon.dedup.sketch.scheme import Scheme
print(int(band_keys(np.zeros((1, 112), np.uint16), Scheme())[0, 0]))
"""


def _double(values: Any, out: Any) -> None:
    for i in range(values.size):
        out[i] = values[i] + values[i]


def _run() -> list[int]:
    compiled.cache_clear()
    out = np.zeros(2, np.int64)
    compiled(_double, types.void, reads(types.int64), writes(types.int64))(np.array([1, 2]), out)
    return out.tolist()  # type: ignore[no-any-return]


def test_without_a_folder_for_the_cache_the_kernel_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    assert _run() == [2, 4]


def test_without_room_for_the_cache_the_kernel_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(caching.IndexDataCacheFile, "save", full)
    assert _run() == [2, 4]


def test_read_only_input_is_accepted() -> None:
    values = np.array([3, 4])
    values.flags.writeable = False
    out = np.zeros(2, np.int64)
    compiled(_double, types.void, reads(types.int64), writes(types.int64))(values, out)
    assert out.tolist() == [6, 8]


def test_processes_that_compile_at_once_leave_a_good_cache(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", _KEYS]
    first = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(3)]
    answers = {process.communicate()[0] for process in first}
    later = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    assert answers == {later}
    assert list(tmp_path.rglob("*.nbi"))
    assert not list(tmp_path.rglob("*.tmp.*"))
