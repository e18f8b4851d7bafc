"""Which runners of Beam can be named, and what each must be given so that it fetches nothing from the network."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions

from colophon.config.problems import nearest
from colophon.errors import BadArgumentError
from colophon.pipeline.engines.beam import LOCAL, Engine

#: Options of Beam that name a program; where one is missing, Beam downloads it.
_PROGRAMS = ("flink_job_server_jar", "spark_job_server_jar", "prism_location")

#: A job server that runs already. Beam fetches a container image where nothing says how its workers start.
_JOB_SERVER = ("job_endpoint", "environment_type")

#: Runners by name, each with the sets of options that suffice. Beam's `DirectRunner` is none of them: it chooses one
#: silently, and may download it. Nor are those that see no folder of this machine.
RUNNERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    LOCAL: ((),),
    "FnApiRunner": ((),),
    "BundleBasedDirectRunner": ((),),
    "PortableRunner": (_JOB_SERVER,),
    "FlinkRunner": (("flink_job_server_jar", "environment_type"), _JOB_SERVER),
    "SparkRunner": (("spark_job_server_jar", "environment_type"), _JOB_SERVER),
    "PrismRunner": (("prism_location",), _JOB_SERVER),
}


def require_usable(engine: Engine) -> None:
    """Check an engine before anything is written. Raises BadArgumentError.

    Its runner is known, its options are such as Beam understands, and no program that it needs would be downloaded.
    """
    if engine.runner not in RUNNERS:
        near = nearest(engine.runner, RUNNERS)
        hint = f"; did you mean {near}?" if near else ""
        raise BadArgumentError("--runner", engine.runner, f"one of {', '.join(RUNNERS)}{hint}")
    given = _given(engine)
    for name in _PROGRAMS:
        if given.get(name) is not None and not Path(str(given[name])).is_file():
            raise BadArgumentError(f"--{name}", str(given[name]), "a file on this machine; nothing is downloaded")
    ways = RUNNERS[engine.runner]
    if not any(all(given.get(name) for name in way) for way in ways):
        listed = ", or ".join(" and ".join(f"--{name}" for name in way) for way in ways)
        raise BadArgumentError("--runner", engine.runner, f"{listed} after --; nothing is downloaded")


def _given(engine: Engine) -> Mapping[str, object]:
    """The options as Beam reads them, with its defaults. Raises BadArgumentError."""
    if not engine.options:
        return {}
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            options: Mapping[str, object] = PipelineOptions(list(engine.options)).get_all_options()
    except SystemExit:
        problem = said.getvalue().strip().rpartition("error: ")[2]
        raise BadArgumentError("--", " ".join(engine.options), f"options that Beam understands: {problem}") from None
    if options.get("runner"):
        raise BadArgumentError("--", f"--runner={options['runner']}", "the name of the runner before --")
    return options
