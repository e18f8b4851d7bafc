"""`colophon run` with deduplication only: one pinned core against two, the same bytes, whole processes, in turns."""

from __future__ import annotations

from benchmarks.arguments import arguments
from benchmarks.corpus import Plan, corpus
from benchmarks.measuring import Value, alternately, report, require
from benchmarks.whole_run import Job, check_answers
from colophon import open_record


def main() -> None:
    """Time in turns, check that both wrote the same, report."""
    given = arguments()
    data = corpus(Plan(given.documents), given.data)
    scratch = given.scratch("run_two_cores")
    one, two = Job(data, scratch, 1), Job(data, scratch, 2)
    Job(corpus(Plan(1_000), given.data), scratch / "warm", 1).run()
    alone, together = alternately(given.repeats, one.run, two.run)
    check_answers(one)
    check_answers(two)
    with open_record(str(one.record)) as first, open_record(str(two.record)) as second:
        require(first.manifest.root_hash == second.manifest.root_hash, "one and two cores wrote different records")
    report(
        [
            Value("speed_up", alone.seconds / together.seconds),
            Value("one_core_megabytes_per_second", data.text_bytes / alone.seconds / 1e6),
            Value("two_cores_megabytes_per_second", data.text_bytes / together.seconds / 1e6),
            Value("processor_time_of_two_over_one", together.cpu_seconds / alone.cpu_seconds),
        ]
    )


if __name__ == "__main__":
    main()
