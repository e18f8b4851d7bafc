"""`colophon training-use`: what really entered training."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from colophon.cli.output import Numbers, RecordArgument, message_width, note, table_as_text, verbosity_of
from colophon.query.session import open_record
from colophon.training_use.importing import Earlier, Imported, import_training_use
from colophon.vocabulary import Verbosity


def import_(
    context: typer.Context,
    record: RecordArgument,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Training log or mix: .csv, .tsv, .parquet, .yaml.")],
    checkpoint: Annotated[
        str | None,
        typer.Option("--checkpoint", metavar="NAME", help="Checkpoint of rows that name none.", show_default="none"),
    ] = None,
    supersede: Annotated[
        bool, typer.Option("--supersede", help="Let the log replace what was imported of its checkpoints.")
    ] = False,
) -> None:
    """Add what a training log says was used: sources, shards or documents, by checkpoint.

    It is added as one generation, whole or not at all; a log that is in the record already changes nothing. From then
    on only what was used counts as training content.
    """
    earlier = Earlier.SUPERSEDED if supersede else Earlier.KEPT
    imported = import_training_use(record, file, checkpoint, "training-use import", earlier)
    if verbosity_of(context) is not Verbosity.QUIET:
        _close(record, file, imported)


def _close(record: str, file: str, imported: Imported) -> None:
    """What the record says now, to standard error: an import has no data to print."""
    if imported.manifest is None:
        note(f"{record} holds every row of {file} already (rows: {imported.rows_read:,}); nothing was changed")
        return
    generation = imported.manifest.generation
    note(f"{record}, generation {generation}, rows of training use written: {imported.rows_added:,}\n")
    with open_record(record) as opened:
        used = opened.query("report/training_use").table
        against = opened.query("report/used_against_record").table
    shown = used.select(["checkpoint", "source", "named_by", "epochs", "tokens_seen", "documents", "text_bytes"])
    note(table_as_text(shown, title="Used for training", numbers=Numbers.GROUPED, width=message_width()))
    if against.num_rows:
        note(
            table_as_text(
                against, title="Used against what the record says", numbers=Numbers.GROUPED, width=message_width()
            )
        )
        view = "SELECT * FROM used_against_record"
        note(f"which they are: colophon sql {shlex.quote(record)} {shlex.quote(view)}")
    note(f"root hash {imported.manifest.root_hash}")
