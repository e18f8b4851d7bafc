"""Time of `colophon run` for 8 times the documents, on one core, the time of an almost empty run taken off both.

The documents are short, so that their number and not their text decides: reading grows in proportion anyway.
"""

from __future__ import annotations

from benchmarks.arguments import arguments
from benchmarks.corpus import Plan, corpus
from benchmarks.measuring import Value, alternately, ratio, report, require
from benchmarks.whole_run import Job, check_answers

_TIMES = 8


def main() -> None:
    """Time in turns, check, report."""
    given = arguments()
    file_documents = min(100_000, given.documents)
    many = corpus(
        Plan(_TIMES * given.documents, least_words=60, most_words=160, file_documents=file_documents), given.data
    )
    few = many.first_files(given.documents // file_documents)
    scratch = given.scratch("growth")
    nothing = Job(corpus(Plan(1_000), given.data), scratch / "nothing", 1)
    small, large = Job(few, scratch / "small", 1), Job(many, scratch / "large", 1)
    nothing.run()
    start, once, times = alternately(given.repeats, nothing.run, small.run, large.run)
    check_answers(small)
    check_answers(large)
    small_time, large_time = once.less(start), times.less(start)
    long_enough = small_time.seconds >= given.least_seconds
    require(long_enough, f"the small run took {small_time.seconds:.1f} s: too short to compare")
    report(
        [
            *ratio("growth", large_time, small_time),
            Value("small_seconds", small_time.seconds),
            Value("large_seconds", large_time.seconds),
            Value("small_documents", few.documents),
        ]
    )


if __name__ == "__main__":
    main()
