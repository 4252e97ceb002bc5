"""What goes to others than the streaming service: telemetry SDKs, and calls to the DJ vendor.

None of it holds anything that was done with the music.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from auditor.selftest import wire
from synthetic.recording import BEGAN
from synthetic.sending import Send, get, ms, post

_PAGES = ("browse", "mixer", "settings", "help")
_EVERY_S = 87.0
"""Between two usage events: no divisor of any protocol's pace."""


def _moments(seconds: float) -> list[tuple[float, str]]:
    count = int((seconds - 20) // _EVERY_S)
    return [(9 + number * _EVERY_S, _PAGES[number % len(_PAGES)]) for number in range(count)]


def _iso(at: float) -> str:
    return datetime.datetime.fromtimestamp(BEGAN + at, datetime.UTC).isoformat()


def sentry(seconds: float) -> Iterator[Send]:
    """Yield app sessions and one error."""
    head = {"sdk": {"name": "invented"}, "sent_at": _iso(3)}
    session = {"sid": "00000000000040008000000000000001", "init": True, "status": "ok"}
    session |= {"started": _iso(3), "attrs": {"release": "invented@1.0"}}
    error: dict[str, object] = {
        "level": "error",
        "message": "picture could not be loaded",
        "release": "invented@1.0",
    }
    error |= {"timestamp": BEGAN + seconds / 2, "contexts": {"os": {"name": "none"}}}
    for at, kind, payload in ((3.0, "session", session), (seconds / 2 + 2, "event", error)):
        lines = [wire.json_bytes(one) for one in (head, {"type": kind}, payload)]
        host = "o1.ingest.sentry.io"
        yield Send(at, host, "/api/1/envelope/?sentry_key=INVENTED", b"\n".join(lines))


def segment(seconds: float) -> Iterator[Send]:
    """Yield pages that were opened in the program."""
    for at, page in _moments(seconds):
        one = {"type": "track", "event": "screen_opened", "properties": {"screen": page}}
        one |= {
            "userId": "invented-user-1",
            "timestamp": _iso(at),
            "context": {"os": {"name": "none"}},
        }
        yield post(at, "api.segment.io", "/v1/batch", {"batch": [one], "writeKey": "INVENTED"})


def amplitude(seconds: float) -> Iterator[Send]:
    """Yield pages that were opened in the program."""
    for at, page in _moments(seconds):
        one = {
            "event_type": "screen_opened",
            "time": ms(BEGAN + at),
            "device_id": "invented-device-1",
        }
        one |= {"event_properties": {"screen": page}, "platform": "none"}
        value = {"api_key": "INVENTED", "events": [one]}
        yield post(at, "api2.amplitude.com", "/2/httpapi", value)


def firebase(seconds: float) -> Iterator[Send]:
    """Yield the registration of this installation, and one error report to Bugsnag."""
    path = "/v1/projects/invented/installations"
    body = {"fid": "inventedinstallation01", "authVersion": "FIS_v2", "appId": "1:1:none:1"}
    yield post(3.0, "firebaseinstallations.googleapis.com", path, {**body, "sdkVersion": "w:0.6"})
    yield from bugsnag(seconds)


def bugsnag(seconds: float) -> Iterator[Send]:
    """Yield one error."""
    one: dict[str, object] = {
        "exceptions": [{"errorClass": "Error", "message": "picture could not be loaded"}]
    }
    one |= {"severity": "warning", "user": {"id": "invented-user-1"}, "device": {"osName": "none"}}
    value = {"apiKey": "INVENTED", "payloadVersion": "4", "events": [one]}
    yield post(seconds / 2 + 2, "notify.bugsnag.com", "/", value)


def serato(program: str) -> Iterator[Send]:
    """Yield activation and messages; the login refuses our certificate, playlists are let through."""
    yield Send(1.2, "id.serato.com", kind="refuse")
    body = {"action": "activate", "app_name": program, "app_version": "0.invented"}
    body |= {"host_machine_id": "INVENTED-SYS~INVENTED-DISK", "system_time": "2026-11-21 19:00:01"}
    yield post(1.6, "license.serato.com", "/api/v1/me/licenses/authorizations", body)
    asked = {"host_app_name": f"serato_{program}", "host_app_version": "0.invented"}
    yield get(2.0, "notifications.serato.com", "/api/v1/notifications", **asked, host_app_os="none")
    yield Send(2.2, "playlists.serato.com", "/api/v1/invented", b"{}", "pass")


def rekordbox() -> Iterator[Send]:
    """Yield the account check, which refuses our certificate, and the cloud, which is let through."""
    yield Send(1.2, "cloud.kuvo.com", kind="refuse")
    yield get(1.8, "cdn.rekordbox.com", "/files/20260101000000/invented.json")
    yield Send(2.2, "rb-share.kuvo.com", "/invented", b"{}", "pass")


def djay() -> Iterator[Send]:
    """Yield the check of the purchase; iCloud refuses our certificate or is let through."""
    yield Send(1.2, "gateway.icloud.com", kind="refuse")
    receipt = {"receipt-data": "SU5WRU5URUQ="}
    yield post(1.6, "app.algoriddim.com", "/api/v1/validate-receipt", receipt)
    yield Send(2.2, "p01-ckdatabase.icloud.com", "/invented", b"{}", "pass")
