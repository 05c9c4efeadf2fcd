"""What a server holds of uploads: in memory only, and few of each visitor.

Streamlit keeps whatever a browser sends, also what no page asked for.
"""

from collections.abc import Callable

from starlette.formparsers import MultiPartParser
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

MOST = 4
"""Files of one visitor: a photo, a shot, a saved picture, and one that is on its way."""


def bound() -> None:
    """Keep uploads out of temporary files, and of each visitor only the `MOST` newest.

    Streamlit's server would put an upload of over a megabyte into a file. What it takes at once is
    bounded by `server.maxUploadSize`.
    """
    MultiPartParser.spool_max_size = 0  # never
    if not hasattr(MemoryUploadedFileManager.add_file, "__wrapped__"):
        MemoryUploadedFileManager.add_file = _newest(MemoryUploadedFileManager.add_file)


def _newest(add: Callable) -> Callable:
    def add_file(manager, session_id, file) -> None:
        add(manager, session_id, file)
        for older in list(manager.file_storage[session_id])[:-MOST]:
            manager.remove_file(session_id, older)

    add_file.__wrapped__ = add
    return add_file
