"""Engines are checked before a run: known, understood, and nothing of them is downloaded."""

from __future__ import annotations

import pytest

from colophon.errors import BadArgumentError
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.engines.runners import RUNNERS, require_usable

JOB_SERVER = ("--job_endpoint=localhost:8099", "--environment_type=LOOPBACK")


@pytest.fixture
def program(tmp_path):
    file = tmp_path / "program"
    file.touch()
    return str(file)


@pytest.mark.parametrize("runner", ["local", "FnApiRunner", "BundleBasedDirectRunner"])
def test_runners_of_this_process_need_nothing(runner):
    require_usable(Engine(runner, options=("--direct_running_mode=in_memory",)))
    require_usable(Engine(runner))


@pytest.mark.parametrize("runner", ["PortableRunner", "FlinkRunner", "SparkRunner", "PrismRunner"])
def test_a_job_server_that_runs_is_enough_for_every_portable_runner(runner):
    require_usable(Engine(runner, options=JOB_SERVER))


@pytest.mark.parametrize(
    ("runner", "options"),
    [
        ("FlinkRunner", ("--flink_job_server_jar={}", "--environment_type=LOOPBACK")),
        ("SparkRunner", ("--spark_job_server_jar={}", "--environment_type=LOOPBACK")),
        ("PrismRunner", ("--prism_location={}",)),
    ],
)
def test_a_program_on_this_machine_is_enough_for_the_runner_that_starts_it(runner, options, program):
    require_usable(Engine(runner, options=tuple(o.format(program) for o in options)))
    for lacking in range(len(options)):
        rest = tuple(o.format(program) for n, o in enumerate(options) if n != lacking)
        with pytest.raises(BadArgumentError, match="--job_endpoint and --environment_type after --"):
            require_usable(Engine(runner, options=rest))


@pytest.mark.parametrize("given", ["https://example.org/server.jar", "no/such/file"])
def test_a_program_that_would_be_downloaded_is_refused(given):
    with pytest.raises(BadArgumentError, match="a file on this machine; nothing is downloaded"):
        require_usable(Engine("FlinkRunner", options=(f"--flink_job_server_jar={given}", *JOB_SERVER)))


@pytest.mark.parametrize(
    ("given", "near"), [("FlinkRuner", "FlinkRunner"), ("flink", "FlinkRunner"), ("Local", "local")]
)
def test_an_unknown_runner_is_refused_with_the_names_and_the_nearest(given, near):
    with pytest.raises(BadArgumentError) as refused:
        require_usable(Engine(given))
    assert all(name in str(refused.value) for name in RUNNERS)
    assert str(refused.value).endswith(f"did you mean {near}?")


def test_options_that_beam_does_not_understand_are_refused_with_its_words():
    with pytest.raises(BadArgumentError, match="argument --direct_num_workers: invalid int value: 'many'"):
        require_usable(Engine(options=("--direct_num_workers=many",)))


def test_a_runner_named_among_the_options_of_beam_is_refused():
    with pytest.raises(BadArgumentError, match="the name of the runner before --"):
        require_usable(Engine(options=("--runner=FlinkRunner",)))
