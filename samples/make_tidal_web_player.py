"""Re-make samples/tidal-web-player: record TIDAL's published web player on loopback.

    python samples/make_tidal_web_player.py NEW_FOLDER

Needs node with npm, ffmpeg and Chromium, and takes about eight minutes. Nothing leaves loopback but
npm's download of the packages that samples/stage/package.json names.
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from playwright.sync_api import Browser, sync_playwright
from stage.dj_set import COUNTS, TRACKS, draw
from stage.djing import Deck, Marker, perform

SAMPLES = Path(__file__).resolve().parent
ADDONS = SAMPLES.parent / "addons"
PROXY, PAGES = 8897, 8898
"""Ports. The pages' port is part of their origin, so it stands in the recording."""

TAIL_S = 40
"""Rest after the last action; the player sends its events every 30 s."""

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

_QUIET = (
    f"--proxy-server=127.0.0.1:{PROXY}",
    # The browser's own requests to its maker: past the recording, to a port where nobody listens.
    "--proxy-bypass-list=*.google.com;*.googleapis.com;*.gvt1.com",
    "--host-resolver-rules=MAP * 127.0.0.1:9, EXCLUDE 127.0.0.1",
    "--ignore-certificate-errors",
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-component-update",
    "--disable-sync",
)


def main() -> None:
    """Build, record, and say what was recorded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="new session folder")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--tracks", type=int, default=len(TRACKS), help="fewer: a shorter set")
    parser.add_argument("--build", type=Path, default=SAMPLES.parent / "out" / "tidal-stage")
    told = parser.parse_args()
    pages, media = build_pages(told.build), build_media(told.build)
    session = told.build / "session.json"
    session.write_text(json.dumps(facts(told.seed, told.tracks)))
    with proxy(told.folder, session, media), serve(pages), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(_QUIET))
        mark = Marker(f"http://127.0.0.1:{PROXY}")
        decks = (open_deck(browser, "A", mark), open_deck(browser, "B", mark))
        time.sleep(8)
        perform(draw(told.seed, told.tracks), decks, mark)
        time.sleep(TAIL_S)
        browser.close()
    print("marks:", dict(mark.counts))


def chromium() -> str:
    """Return the browser's path."""
    found = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    if not found:
        raise SystemExit("No Chromium found: install it, for example with apt install chromium.")
    return found


def browser_version() -> str:
    """Return the browser's name and version as it says itself."""
    said = subprocess.run([chromium(), "--version"], capture_output=True, text=True, check=True)
    return " ".join(said.stdout.split()[:2])


def facts(seed: int, tracks: int) -> dict[str, object]:
    """Return what session.yaml shall say."""
    return {
        "title": "TIDAL’s published web player, played like a DJ",
        "app": {
            "name": "@tidal-music/player",
            "version": "0.11.3",
            "kind": "published client",
            "parts": ["@tidal-music/event-producer 2.4.1", browser_version()],
        },
        "services": ["tidal"],
        "system": "Linux, headless Chromium",
        "synthetic": False,
        "provenance": (
            "TIDAL’s own published web player ran in headless Chromium and was driven by a script "
            "that acts like a DJ on two decks. A canned server on loopback answered; account, ids "
            "and token are invented, the music is a made-up tone. It is not a DJ application: that "
            "one drives the service in this way is not known."
        ),
        "canned_server": True,
        "protocol": {
            "name": "two-deck set",
            "seed": seed,
            "tracks": tracks,
            "planned": COUNTS if tracks == len(TRACKS) else {},
            "tail_s": TAIL_S,
            "batch_interval_s": 30,
        },
        "secrets": [account()["token"]],
    }


def account() -> dict[str, object]:
    """Return the invented account; the token has the shape of a real one and says what it is."""
    parts = (
        {"alg": "none", "typ": "JWT", "kid": "INVENTED"},
        {"type": "o2_access", "uid": "INVENTED-19004117", "scope": "r_usr w_usr", "cc": "DE"},
    )
    spelled = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    return {
        "clientId": "INVENTEDclient1",
        "clientUniqueKey": "INVENTED-device-0001",
        "userId": "INVENTED-19004117",
        "token": ".".join([*(one.decode() for one in spelled), "INVENTED_SIGNATURE"]),
        "requestedScopes": ["r_usr", "w_usr"],
        "grantedScopes": ["r_usr", "w_usr"],
    }


def build_pages(build: Path) -> Path:
    """Bundle the deck's page from npm; return the folder to serve."""
    pages = build / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "deck.js"):
        shutil.copy(SAMPLES / "stage" / name, build / name)
    if not (build / "node_modules").is_dir():
        run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], build)
    bundler = build / "node_modules" / ".bin" / "esbuild"
    out = f"--outfile={pages / 'deck.js'}"
    run([str(bundler), "deck.js", "--bundle", "--format=esm", "--log-level=error", out], build)
    (pages / "account.json").write_text(json.dumps(account()))
    (pages / "deck.html").write_text(
        '<!doctype html><meta charset="utf-8"><title>deck</title>'
        '<script type="module" src="/deck.js"></script>'
    )
    return pages


def build_media(build: Path) -> Path:
    """Make the music: four quiet minutes of a sine tone in DASH segments of 10 s."""
    media = build / "media"
    if not (media / "tone.mpd").is_file():
        media.mkdir(parents=True, exist_ok=True)
        tone = ["-f", "lavfi", "-i", "sine=frequency=220:duration=240", "-filter:a", "volume=0.1"]
        dash = ["-f", "dash", "-seg_duration", "10", "-use_timeline", "0", "-use_template", "1"]
        rate = ["-c:a", "aac", "-b:a", "24k", "-ar", "44100", "-ac", "2"]
        names = ["-init_seg_name", "init.mp4", "-media_seg_name", "seg-$Number$.m4s"]
        run(["ffmpeg", "-v", "error", "-y", *tone, *rate, *dash, *names, "tone.mpd"], media)
    return media


def run(command: list[str], folder: Path) -> None:
    """Run a program and stop when it fails."""
    subprocess.run(command, cwd=folder, check=True)


@contextmanager
def proxy(folder: Path, session: Path, media: Path) -> Iterator[None]:
    """Run mitmdump with the capture addon and the stage; wait until it records."""
    options = {
        "auditor_dir": folder,
        "auditor_session": session,
        "stage_media": media,
        "connection_strategy": "lazy",
        "ssl_insecure": "true",
    }
    stage = SAMPLES / "stage" / "tidal_stage.py"
    addons = (ADDONS / "auditor_capture.py", ADDONS / "auditor_marks.py", stage)
    scripts = [part for addon in addons for part in ("-s", str(addon))]
    sets = [part for name, value in options.items() for part in ("--set", f"{name}={value}")]
    command = [str(Path(sys.executable).with_name("mitmdump")), "-q"]
    where = ["--listen-host", "127.0.0.1", "--listen-port", str(PROXY)]
    with subprocess.Popen([*command, *where, *scripts, *sets]) as process:
        try:
            wait_for_proxy(process)
            yield
        finally:
            process.terminate()
            process.wait(30)


def wait_for_proxy(process: subprocess.Popen[bytes]) -> None:
    """Ask the addon until it answers."""
    opener = build_opener(ProxyHandler({"http": f"http://127.0.0.1:{PROXY}"}))
    while process.poll() is None:
        try:
            with opener.open("http://auditor.invalid/", timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit("mitmdump did not start; its message stands above.")


@contextmanager
def serve(pages: Path) -> Iterator[None]:
    """Serve the page on loopback, past the proxy."""

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", PAGES), partial(Silent, directory=str(pages)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def open_deck(browser: Browser, name: str, mark: Marker) -> Deck:
    """Open a deck in its own browser context, so that the event queues are apart."""
    page = browser.new_context(ignore_https_errors=True).new_page()
    page.on("pageerror", lambda error: print(f"deck {name}: {error}", file=sys.stderr))
    page.goto(f"http://127.0.0.1:{PAGES}/deck.html")
    page.wait_for_function("document.title === 'ready'")
    return Deck(name, page, mark)


if __name__ == "__main__":
    main()
