"""Speak Beatport: load and play events, stream addresses, audio, search, playlists.

Addresses are those of the catalogue's evidence. The bodies of the two events are not public: what
stands here is a guess that holds the track only.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from synthetic.playing import Playback, Set
from synthetic.sending import Send, get, post

_API = "api.beatport.com"
_HEADERS = (("User-Agent", "libbeatport/v2.8.2 (invented)"), ("Authorization", "Bearer INVENTED"))


def speak(told: Set, seed: int) -> Iterator[Send]:
    """Yield what is sent: which tracks are loaded and played, what is searched, playlists."""
    first = Random(seed).randrange(10**7, 10**8)
    yield _signed(get(1.0, _API, "/v4/auth/o/introspect/"))
    for one in told.playbacks:
        yield from _loading(one, first + 7 * one.number)
    for at, word in told.searches:
        yield _signed(get(at, _API, "/v4/catalog/search/", q=word, per_page=20))
    for at in told.edits:
        track = {"track_ids": [first]}
        yield _signed(post(at, _API, "/v4/my/playlists/7/tracks/bulk/", track))


def _loading(one: Playback, track: int) -> Iterator[Send]:
    yield _signed(post(one.loaded + 0.1, _API, "/v4/events/load/", {"track_id": track}))
    yield _signed(get(one.loaded + 0.2, _API, f"/v4/catalog/tracks/{track}/stream-sdk/"))
    start = f"/1_invented/4/3/a/{track:032x}.128k.aac"
    yield get(one.loaded + 0.3, "needledrop.beatport.com", f"{start}.m3u8", start=0, end=372000)
    for number in range(3):
        yield get(
            one.loaded + 0.5 + number / 10, "needledrop.beatport.com", f"{start}-{number}.aac"
        )
    yield _signed(post(one.start + 0.1, _API, "/v4/events/play/", {"track_id": track}))


def _signed(one: Send) -> Send:
    return Send(one.at, one.host, one.path, one.body, headers=(*one.headers, *_HEADERS))
