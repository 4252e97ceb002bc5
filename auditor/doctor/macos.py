"""Parse what the programs of macOS print.

Written from their manuals and from output that others published; never run on macOS.
"""

from __future__ import annotations

import re

_PAIR = re.compile(r"\s*(\w+) : (.*)")
_KINDS = (("http", "HTTP"), ("https", "HTTPS"), ("socks", "SOCKS"))
_CERTIFICATE = re.compile(r"\s*Cert \d+: (.*)")
_SERVER_TLS = ("ssl", "1.2.840.113635.100.1.3", "basicx509", "basic x509", "basic")
"""Policies that matter for TLS, as `security` spells them in different versions."""


def parse_scutil(text: str) -> tuple[tuple[str, str, int | None], ...]:
    """Read `scutil --proxy`: (scheme, host or URL, port) of what is switched on."""
    values = dict(_PAIR.findall(text))
    found: list[tuple[str, str, int | None]] = []
    for scheme, key in _KINDS:
        host = values.get(f"{key}Proxy", "").strip()
        if values.get(f"{key}Enable", "0").strip() == "1" and host:
            found.append((scheme, host, _port(values.get(f"{key}Port", ""))))
    if values.get("ProxyAutoConfigEnable", "0").strip() == "1":
        found.append(("automatic", values.get("ProxyAutoConfigURLString", "").strip(), None))
    return tuple(found)


def parse_services(text: str) -> tuple[str, ...]:
    """Read `networksetup -listallnetworkservices`: a heading, then names.

    A star marks a service that is switched off; its settings come back with it.
    """
    lines = [line.strip() for line in text.splitlines()[1:]]
    return tuple(line.removeprefix("*").strip() for line in lines if line)


def parse_service_proxy(text: str) -> tuple[str, int | None] | None:
    """Read `networksetup -getwebproxy SERVICE`: (host, port), or None when it is off."""
    values = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    host = values.get("Server", "").strip()
    if values.get("Enabled", "").strip() != "Yes" or not host:
        return None
    return host, _port(values.get("Port", ""))


def parse_trust_settings(text: str) -> frozenset[str]:
    """Read `security dump-trust-settings`: the names of certificates trusted for TLS.

    A certificate without any settings is trusted for everything. One with settings is trusted
    when a setting that concerns TLS says so or says nothing; “deny” takes the trust away.
    """
    trusted: set[str] = set()
    name, settings = "", ""
    for line in [*text.splitlines(), "Cert 0: "]:
        if match := _CERTIFICATE.fullmatch(line):
            if name and _trusts(settings):
                trusted.add(name)
            name, settings = match[1].strip(), ""
        else:
            settings += line + "\n"
    return frozenset(trusted)


def _trusts(settings: str) -> bool:
    parts = re.split(r"\s*Trust Setting \d+:", settings)[1:]
    if not parts:
        return True
    for_tls = [part.lower() for part in parts if _concerns_tls(part)]
    if any("resultdeny" in part for part in for_tls):
        return False
    return any("result type" not in part or "trust" in _result(part) for part in for_tls)


def _concerns_tls(part: str) -> bool:
    policy = re.search(r"Policy OID\s*:\s*(.+)", part)
    return policy is None or policy[1].strip().lower() in _SERVER_TLS


def _result(part: str) -> str:
    match = re.search(r"result type\s*:\s*ksectrustsettingsresult(\w+)", part)
    return match[1] if match else ""


def parse_lsof(text: str) -> tuple[tuple[str, int, int, str], ...]:
    """Read `lsof -nP -iTCP -sTCP:LISTEN -Fpcn`: (host, port, process, program).

    This one also exists on Linux, where it was tried.
    """
    found, process, program = [], 0, ""
    for line in text.splitlines():
        kind, value = line[:1], line[1:]
        if kind == "p" and value.isdecimal():
            process = int(value)
        elif kind == "c":
            program = value
        elif kind == "n":
            host, _, port = value.rpartition(":")
            if port.isdecimal():
                found.append((host.strip("[]"), int(port), process, program))
    return tuple(found)


def parse_commands(text: str) -> dict[int, str]:
    """Read `ps -ww -o pid=,command=`: the command line of each process."""
    pairs = (line.strip().partition(" ") for line in text.splitlines())
    return {int(process): command.strip() for process, _, command in pairs if process.isdecimal()}


def _port(text: str) -> int | None:
    bare = text.strip()
    return int(bare) if bare.isdecimal() and bare != "0" else None
