"""Check what a session left behind.

During a session all of this is wanted. Afterwards it is a danger (whoever has the authority's
key can read the traffic of this machine) or cuts programs off (a proxy that runs no more).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.doctor.facts import Listener, Machine, ProxySetting, Store, System
from auditor.doctor.finding import Finding, Level
from auditor.doctor.stores import NODE_VARIABLE
from auditor.doctor.words import address, is_loopback, is_private, short

_UNSET: Mapping[System, str] = {
    "linux": f"Run `unset {NODE_VARIABLE}`. Remove it from the start files of your shell, too.",
    "macos": f"Run `unset {NODE_VARIABLE}` and `launchctl unsetenv {NODE_VARIABLE}`.",
    "windows": f"Run `reg delete HKCU\\Environment /v {NODE_VARIABLE} /f`. Open a new terminal.",
}


def check_leftovers(machine: Machine, after: bool) -> list[Finding]:
    """Say what is still there; `after` a session that is a problem, before it only a note."""
    level: Level = "problem" if after else "note"
    return [
        *_certificates(machine, level),
        *_variable(machine, level),
        *_proxies(machine, level),
        *_listening(machine.listeners, level),
    ]


def _certificates(machine: Machine, level: Level) -> Iterator[Finding]:
    own = machine.authority.certificate
    clean = True
    for store in machine.stores:
        for one in store.found if store.found and store.kind != "node" else ():
            clean = False
            whose = "this" if own and one.sha256 == own.sha256 else "another"
            yield Finding(
                "leftovers.trust",
                level if whose == "this" or level == "problem" else "warning",
                f"{store.name} trusts {whose} authority of mitmproxy ({short(one.sha256)}).",
                _when(level, store.remove.format(sha1=one.sha1)),
            )
    unread = [store for store in machine.stores if store.found is None and _matters(store)]
    for store in unread:
        step = "If you trusted an authority there: " + store.remove.format(sha1="SHA1")
        yield Finding("leftovers.trust", "note", f"{store.name} could not be read.", step)
    if clean:
        text = "No store that could be read trusts an authority of mitmproxy."
        yield Finding("leftovers.trust", "ok", text)


def _when(level: Level, step: str) -> str:
    """Before a session the same is wanted; then the step is for later."""
    return step if level == "problem" else f"After the session: {step[0].lower()}{step[1:]}"


def _matters(store: Store) -> bool:
    """Tell whether an unreadable store is worth a word: a missing file of a variable is not."""
    return store.kind in ("system", "browser")


def _variable(machine: Machine, level: Level) -> Iterator[Finding]:
    """Look at the name, too: the file may be gone and the variable still set."""
    value = machine.environment.get(NODE_VARIABLE, "")
    held = any(store.found for store in machine.stores if store.kind == "node")
    if held or "mitmproxy" in value:
        text = f"`{NODE_VARIABLE}` makes Node and Electron programs trust `{value}`."
        step = _when(level, _UNSET[machine.system])
        yield Finding("leftovers.node", level, text, step)
    else:
        text = f"`{NODE_VARIABLE}` does not lead to an authority of mitmproxy."
        yield Finding("leftovers.node", "ok", text)


def _proxies(machine: Machine, level: Level) -> Iterator[Finding]:
    local = [one for one in machine.proxies if is_loopback(one.host)]
    for one in local:
        dead = _is_dead(one, machine.listeners)
        worse = "warning" if dead and level == "note" else level
        where = address(one.host, one.port)
        text = f"{one.place} sends traffic to {where}"
        text += ", where nothing listens." if dead else "."
        yield Finding("leftovers.proxy", worse, text, _when(level, one.remove))
    if not local:
        yield Finding("leftovers.proxy", "ok", "No setting that we know points to a local proxy.")


def _is_dead(one: ProxySetting, listeners: Sequence[Listener] | None) -> bool:
    if listeners is None or one.port is None:
        return False
    return all(listener.port != one.port for listener in listeners)


def _listening(listeners: Sequence[Listener] | None, level: Level) -> Iterator[Finding]:
    if listeners is None:
        text = "The system did not tell which programs listen."
        step = "Look in its process list for mitmdump, mitmproxy and mitmweb, and end them."
        yield Finding("leftovers.listening", "note", text, step)
        return
    running = [one for one in listeners if one.is_mitmproxy]
    for one in running:
        where = address(one.host, one.port)
        text = f"{one.program} (process {one.process}) listens on {where}."
        if not is_private(one.host):
            text += " Other machines can use it."
        step = _when(level, "End it with Ctrl-C in its terminal.")
        yield Finding("leftovers.listening", level, text, step)
    if not running:
        yield Finding("leftovers.listening", "ok", "No mitmproxy that we can see is listening.")
