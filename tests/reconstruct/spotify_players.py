"""The made-up set as Spotify's players would report it, in four forms."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tests.reconstruct.players import Deck, Request, ms, post


def spotify_pieces(decks: Sequence[Deck]) -> list[Request]:
    url = "https://gew1-spclient.spotify.com/gabo-receiver-service/v3/events"
    events = [
        {
            "event_name": "RawCoreStreamSegment",
            "fragments": {
                "message": {
                    "playback_id": deck.session,
                    "start_position": ms(one.start_s),
                    "end_position": ms(one.end_s),
                    "start_timestamp": ms(one.start),
                    "end_timestamp": ms(one.end),
                    "content_uri": deck.track,
                }
            },
        }
        for deck in decks
        for one in deck.pieces
    ]
    return [post(decks[-1].now + 60, url, {"events": events})]


def spotify_binary(decks: Sequence[Deck]) -> list[Request]:
    """Encode the same as protobuf: an id in bytes, and no place at all where it is 0."""
    url = "https://spclient.wg.spotify.com/gabo-receiver-service/v3/events/"
    body = b""
    for number, deck in enumerate(decks):
        for one in deck.pieces:
            message = _chunk(1, bytes([7 + number, 129, 200, 3] * 4))
            numbers = ((2, one.start_s), (3, one.end_s), (8, one.start), (9, one.end))
            message += b"".join(_tag(tag, 0) + _varint(ms(n)) for tag, n in numbers if n)
            message += _chunk(15, deck.track.encode())
            name = _chunk(2, b"RawCoreStreamSegment")
            body += _chunk(1, name + _chunk(3, _chunk(1, b"message") + _chunk(2, message)))
    headers = {"content-type": "application/x-protobuf"}
    return [(decks[-1].now + 60, "POST", url, headers, body)]


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _tag(tag: int, kind: int) -> bytes:
    return _varint(tag << 3 | kind)


def _chunk(tag: int, data: bytes) -> bytes:
    return _tag(tag, 2) + _varint(len(data)) + data


def spotify_state(decks: Sequence[Deck]) -> list[Request]:
    """One state at every change, sent at once."""
    requests = []
    for deck in decks:
        for one in deck.pieces:
            edges = [(one.start, one.start_s, False)]
            edges += [(one.end, one.end_s, True)] if one.why in {"pause", "end"} else []
            for when, place, paused in edges:
                state = {
                    "timestamp": ms(when),
                    "position_as_of_timestamp": ms(place),
                    "playback_id": deck.session,
                    "track": {"uri": deck.track},
                    "is_playing": True,
                    "is_paused": paused,
                }
                url = "https://gew1-spclient.spotify.com/connect-state/v1/devices/hobs_example"
                document = {"device": {"player_state": state}}
                sent = (when + 0.05, "PUT", url, {"content-type": "application/json"})
                requests.append((*sent, json.dumps(document).encode()))
    return sorted(requests)


def spotify_web(decks: Sequence[Deck]) -> list[Request]:
    """One state at every change: what happened stands in it, and where the player was before."""
    url = "https://gew1-spclient.spotify.com/track-playback/v1/devices/{}/state"
    requests = []
    for number, deck in enumerate(decks):
        device = f"{number}123456789abcdef0123456789abcdef01234567"
        before = 0.0
        for one in deck.pieces:
            told = [("started_playing" if not before else "seek", one.start, one.start_s, False)]
            if before and deck.pieces[deck.pieces.index(one) - 1].why != "seek":
                told = [("resume", one.start, one.start_s, False)]
            if one.why in {"pause", "end"}:
                told.append(("pause", one.end, one.end_s, True))
            for source, when, place, paused in told:
                document = {
                    "state_ref": {"state_id": deck.track, "paused": paused},
                    "sub_state": {"position": ms(place), "playback_speed": 1},
                    "previous_position": ms(before),
                    "debug_source": source,
                }
                headers = {"content-type": "application/json"}
                body = json.dumps(document).encode()
                requests.append((when, "PUT", url.format(device), headers, body))
            before = one.end_s
    return sorted(requests)
