from __future__ import annotations

import subprocess
import sys

import pytest

LEAVING = """
import atexit, sys
from colophon.process import begin, leave
begin()
atexit.register(print, "registered")
print("written")
{before}
leave({code})
"""


def left(before, code=0, **streams):
    program = LEAVING.format(before=before, code=code)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    return subprocess.run([sys.executable, "-c", program], **streams, text=True, check=False)


@pytest.mark.parametrize("code", [0, 1, 130])
def test_a_process_leaves_with_its_code_after_all_that_it_wrote_and_registered(code):
    ended = left("", code)
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, "written\nregistered\n", "")


def test_a_process_leaves_quietly_when_its_reader_has_gone():
    ended = left("import os; os.close(sys.stdout.fileno()); sys.stderr.close()", 3)
    assert (ended.returncode, ended.stderr) == (3, "")


def test_a_process_leaves_though_a_thread_still_works():
    ended = left("import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()", 2)
    assert ended.returncode == 2
