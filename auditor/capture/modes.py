"""Choose how the traffic gets into the proxy, and say why.

`local` takes the named processes only, also what they send past the proxy settings; `regular` takes
whatever follows the proxy settings; `wireguard` takes another computer. A regular proxy on loopback
always runs too: marks and the positive control come in by it.

Tried by us: choosing, on all systems, with made-up facts; that mitmproxy 11 and 12 read the modes; and
regular on Linux. Never run by us: local mode anywhere, and anything on macOS or Windows; what is said
about them comes from mitmproxy's documentation and issues.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from auditor.capture import settings
from auditor.capture.settings import Instruction
from auditor.capture.system import Rights, System
from auditor.catalogue.model import Application, Process
from auditor.errors import AuditorError

Mode = Literal["local", "regular", "wireguard"]
Wanted = Literal["auto", "local", "regular", "wireguard"]

PORT = 8080

_MITMPROXY = (12, 0)
"""The first version that can take single processes on Linux."""

_KERNEL = (6, 8)

_LINUX_NAME = 15
"""Characters of a process name that Linux keeps."""

_EVERYWHERE = "0.0.0.0"  # noqa: S104
"""Another computer has to get in: asking for WireGuard is asking for that."""

_WIREGUARD_PORT = 51820

_NAMES = {"macos": "macOS", "windows": "Windows", "linux": "Linux"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A mode, why it was taken, and what the tester has to do for it."""

    mode: Mode
    modes: tuple[str, ...]
    """mitmproxy's specifications; a name with spaces stays one piece and needs no quotes."""
    processes: tuple[str, ...]
    """Taken by local mode; empty in others."""
    reason: str
    steps: tuple[Instruction, ...]
    undo: tuple[Instruction, ...]
    warnings: tuple[str, ...]


def choose(
    wanted: Wanted, system: System, rights: Rights, app: Application, port: int = PORT
) -> Choice:
    """Return the mode to record this application with.

    Raises AuditorError when local mode was asked for by name and cannot work: another mode would
    record something else than the tester expects.
    """
    if wanted == "wireguard":
        return _wireguard(system, port)
    obstacle = _obstacle(system, rights, app)
    if wanted == "regular":
        return _regular(system, app, port, "Regular proxy, because you asked for it.")
    if wanted == "local":
        if obstacle:
            raise AuditorError(
                f"Local mode cannot work here: {obstacle}",
                "Use --mode regular, and enter the proxy settings that are shown then.",
            )
        return _local(system, rights, app, port, "Local mode, because you asked for it.")
    if not obstacle and system.os == "linux" and not rights.root:
        obstacle = "on Linux it needs root."
    if obstacle:
        return _regular(
            system, app, port, f"Regular proxy. Local mode cannot work here: {obstacle}"
        )
    reason = f"Local mode: on {_NAMES[system.os]} it takes the named processes and nothing else."
    return _local(system, rights, app, port, reason)


def _obstacle(system: System, rights: Rights, app: Application) -> str:
    """Return why local mode cannot work, as the end of a sentence; empty when it can."""
    if system.os not in _NAMES:
        return "mitmproxy has it for macOS, Windows and Linux only."
    if system.os not in app.processes:
        return f"no process of {app.name} on {_NAMES[system.os]} is known. Give its name to --app."
    if system.os == "linux":
        found = _linux_obstacle(system, rights)
        if found:
            return found
    return system.redirector


def _linux_obstacle(system: System, rights: Rights) -> str:
    if _version(system.mitmproxy) < _MITMPROXY:
        return f"on Linux it needs mitmproxy 12, and this is {system.mitmproxy}."
    if "microsoft" in system.release.lower():
        return "the Windows Subsystem for Linux is not supported."
    if _version(system.release) < _KERNEL:
        return f"it needs Linux 6.8 or later, and this is {system.release}."
    if not rights.sudo:
        return "the program sudo is missing. mitmproxy calls it, even when root runs it."
    return ""


def _version(text: str) -> tuple[int, ...]:
    """Return the first two numbers of a version, also of one such as `6.8-rc1`."""
    return tuple(int(one) for one in re.findall(r"\d+", text)[:2])


def _local(system: System, rights: Rights, app: Application, port: int, reason: str) -> Choice:
    processes = app.processes[system.os]
    names = tuple(_spelled(one.name, system) for one in processes)
    return Choice(
        mode="local",
        modes=(f"local:{','.join(names)}", _loopback(port)),
        processes=names,
        reason=reason,
        steps=(
            *_PERMIT.get(system.os, ()),
            *_trust_steps(system, processes, port),
            Instruction(
                f"Quit {app.name} and its helpers, start recording, then start {app.name} again."
            ),
        ),
        undo=(*_UNPERMIT.get(system.os, ()), *_undo(system, processes)),
        warnings=(
            *_local_warnings(system, rights, processes),
            *_trust_warnings(system, app),
        ),
    )


def _regular(system: System, app: Application, port: int, reason: str) -> Choice:
    processes = app.processes.get(system.os, ())
    program = processes[0].name if processes else "PROGRAM"
    return Choice(
        mode="regular",
        modes=(_loopback(port),),
        processes=(),
        reason=reason,
        steps=(
            *settings.proxy_on(system.os, port, program),
            *_trust_steps(system, processes, port),
        ),
        undo=(*settings.proxy_off(system.os), *_undo(system, processes)),
        warnings=(
            "Programs that ignore the proxy settings, UDP and QUIC go past a regular proxy.",
            "Close other programs: what follows the same proxy settings is recorded with it.",
            *_trust_warnings(system, app),
        ),
    )


def _wireguard(system: System, port: int) -> Choice:
    return Choice(
        mode="wireguard",
        modes=(f"wireguard@{_EVERYWHERE}:{_WIREGUARD_PORT}", _loopback(port)),
        processes=(),
        reason="WireGuard, because you asked for it: it records another computer.",
        steps=(
            Instruction("Install WireGuard on the other computer."),
            Instruction("Import there the file wireguard.conf that appears in the session folder."),
            Instruction("Open http://mitm.it on the other computer, and trust the certificate."),
        ),
        undo=(
            Instruction("Remove the WireGuard connection on the other computer."),
            Instruction("Remove the certificate named mitmproxy on the other computer."),
        ),
        warnings=(
            f"WireGuard listens on every address of this computer, on UDP port {_WIREGUARD_PORT}.",
            "It cannot record programs of this computer itself.",
            "Everything the other computer sends is recorded, whatever program sends it.",
        ),
    )


def _loopback(port: int) -> str:
    return f"regular@127.0.0.1:{port}"


def _spelled(name: str, system: System) -> str:
    """Return the name as mitmproxy needs it; raise AuditorError when it would read something else."""
    if not name or re.search(r"[,@]", name) or name.startswith("!"):
        raise AuditorError(
            f"`{name}` cannot be the name of a process in local mode.",
            "Give a part of it that has no comma, no @ and no ! at its beginning.",
        )
    return name[:_LINUX_NAME] if system.os == "linux" else name


def _trust_steps(
    system: System, processes: tuple[Process, ...], port: int
) -> tuple[Instruction, ...]:
    electron = any(one.trust == "electron" for one in processes)
    return (
        settings.get_certificate(port),
        *settings.CERTIFICATE.get(system.os, ()),
        *((settings.NODE[system.os],) if electron else ()),
    )


def _undo(system: System, processes: tuple[Process, ...]) -> tuple[Instruction, ...]:
    electron = any(one.trust == "electron" for one in processes)
    return (
        *settings.CERTIFICATE_AWAY.get(system.os, ()),
        *(settings.NODE_AWAY[system.os] if electron else ()),
        settings.CHECK,
    )


def _trust_warnings(system: System, app: Application) -> tuple[str, ...]:
    trust = app.trust.get(system.os)
    if trust is None:
        return ()
    if trust.how == "own-bundle":
        return (
            f"{app.name} is known to refuse our certificate here.",
            "Its connections will be counted as refused, not as silence.",
        )
    if trust.how == "unknown":
        return (f"Nobody knows yet which certificates {app.name} accepts. {trust.note}",)
    return (trust.note,)


def _local_warnings(
    system: System, rights: Rights, processes: tuple[Process, ...]
) -> tuple[str, ...]:
    shared = tuple(
        f"{one.name} works for other programs too: their traffic is recorded with it."
        for one in processes
        if one.shared
    )
    cut = tuple(
        f"Linux keeps {_LINUX_NAME} characters of a name: “{one.name}” becomes "
        f"“{one.name[:_LINUX_NAME]}”."
        for one in processes
        if system.os == "linux" and len(one.name) > _LINUX_NAME
    )
    password = ("sudo will ask for your password.",) if _asks(system, rights) else ()
    return (*shared, *cut, *password, *_TRAPS.get(system.os, ()))


def _asks(system: System, rights: Rights) -> bool:
    return system.os == "linux" and not rights.root


_PERMIT = {
    "macos": (
        Instruction("At the first start macOS asks about “Mitmproxy Redirector”: allow it."),
        Instruction(
            "If it does not ask: System Settings › General › Login Items & Extensions › "
            "Network Extensions."
        ),
    ),
    "windows": (
        Instruction("At the start Windows asks whether the redirector may change things: say yes."),
    ),
}

_UNPERMIT = {
    "macos": (Instruction("Move “Mitmproxy Redirector” from the folder Applications to the bin."),),
}

_TRAPS = {
    "macos": (
        "A managed Mac may forbid the extension. Then use --mode regular.",
        "In some versions local mode fell silent after an hour. Watch that data keeps coming.",
    ),
    "windows": (
        "The redirector has crashed for some people. Watch that data keeps coming.",
        "After an hour Windows may lose its network address, and file shares may not answer.",
    ),
    "linux": (
        "Only what leaves this computer is taken; programs in containers are not.",
        "Broadcasts of other programs may appear in the capture.",
    ),
}
"""What users of mitmproxy reported about local mode."""
