"""Colophon makes and proves the record of what a model was trained on."""

# What this module imports is imported before the command line has made the search path safe: nothing, therefore.
TYPE_CHECKING = False  # as type checkers know it, without the module typing
if TYPE_CHECKING:
    from colophon.query.session import Record, open_record

__version__ = "0.1.0"

__all__ = ["Record", "__version__", "open_record"]


def __getattr__(name: str) -> object:
    # DuckDB and Arrow are imported when a record is opened, not by every worker that imports a part of this package.
    if name in {"Record", "open_record"}:
        from colophon.query import session as database

        return getattr(database, name)
    raise AttributeError(name)
