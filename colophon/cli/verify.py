"""`colophon verify`: whether a record is what its manifests say."""

from __future__ import annotations

from colophon.cli.exit_codes import end_with_findings
from colophon.cli.output import JsonOption, RecordArgument, json_text, note, write_text
from colophon.query.session import views_sql
from colophon.record import verify as verification


def verify(record: RecordArgument, json_: JsonOption = False) -> None:
    """Check every file of a record against its manifests; name each one that changed, is missing, or was added."""
    verified = verification.verify(record, views_sql)
    if json_:
        write_text(
            json_text(
                {
                    "record": record,
                    "generation": verified.manifest.generation,
                    "root_hash": verified.manifest.root_hash,
                    "content_hash": verified.manifest.content_hash,
                    "files": verified.files,
                    "bytes": verified.size_bytes,
                    "problems": verified.problems,
                    "unfinished": verified.unfinished,
                }
            ),
            None,
        )
    if verified.unfinished:
        note(
            f"an unfinished command left {len(verified.unfinished)} files; "
            "the same `colophon run` or `colophon signals collect` completes it"
        )
    if verified.problems:
        listed = "\n".join(f"  - {problem}" for problem in verified.problems)
        end_with_findings(f"{record} does not verify:\n{listed}")
    if not json_:
        write_text(
            f"{record} is intact: generation {verified.manifest.generation}, {verified.files:,} files, "
            f"{verified.size_bytes:,} bytes\nroot hash {verified.manifest.root_hash}",
            None,
        )
