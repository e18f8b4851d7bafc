"""Where modules are imported from: never a folder of data, in which a file may bear the name of a module (CWE-427)."""

# This module runs before the search path is safe: it may import nothing but what the interpreter itself has loaded.
import os
import sys


def safe_search_path() -> list[str]:
    """The module search path of this process without its current folder and the folder of its script.

    Both stay where PYTHONPATH names them, and where this package itself lies in them.
    """
    try:
        current = os.getcwd()
    except FileNotFoundError:  # it was deleted, and nothing can be imported from it
        return [entry for entry in sys.path if os.path.isabs(entry)]
    trusted = {os.path.realpath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry}
    trusted.add(os.path.realpath(os.path.join(os.path.dirname(__file__), os.pardir)))
    dropped = {os.path.realpath(current), _script_folder()} - trusted
    return [entry or current for entry in sys.path if os.path.realpath(entry) not in dropped]


def _script_folder() -> str | None:
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    return None if script is None else os.path.dirname(os.path.realpath(script))
