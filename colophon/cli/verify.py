"""`colophon verify`: whether a record is what its manifests say."""

from __future__ import annotations

from colophon.cli.exit_codes import end_with_findings
from colophon.cli.output import JsonOption, RecordArgument, json_text, note, write_text
from colophon.query.session import views_sql
from colophon.record import verify as verification


def verify(record: RecordArgument, json_: JsonOption = False) -> None:
    """Check every file of a record against its manifests; name each one that changed, is missing, or was added."""
    found = verification.verify(record, views_sql)
    if json_:
        write_text(
            json_text(
                {
                    "record": record,
                    "generation": found.manifest.generation,
                    "root_hash": found.manifest.root_hash,
                    "content_hash": found.manifest.content_hash,
                    "files": found.files,
                    "bytes": found.size_bytes,
                    "problems": found.problems,
                    "unfinished": found.unfinished,
                }
            ),
            None,
        )
    if found.unfinished:
        note(
            f"an unfinished command left {len(found.unfinished)} files; "
            "the same `colophon run` or `colophon signals collect` completes it"
        )
    if found.problems:
        listed = "\n".join(f"  - {problem}" for problem in found.problems)
        end_with_findings(f"{record} does not verify:\n{listed}")
    if not json_:
        write_text(
            f"{record} is intact: generation {found.manifest.generation}, {found.files:,} files, "
            f"{found.size_bytes:,} bytes\nroot hash {found.manifest.root_hash}",
            None,
        )
