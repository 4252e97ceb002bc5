"""Read DJ libraries: what the tester knows to be in them can then be searched for in traffic.

A library is only read, never written, and told by content. Readers yield records one by one;
what cannot be read is a `Bad` record and never an exception. No application was run for this:
the formats come from public descriptions, and the tests build their own files.
"""

from auditor.library.model import Bad, CuePoint, Item, Loop, Playlist, Track
from auditor.library.recognise import read_library

__all__ = ["Bad", "CuePoint", "Item", "Loop", "Playlist", "Track", "read_library"]
