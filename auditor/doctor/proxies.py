"""Find every place that sends traffic to a proxy.

KDE's settings, proxies inside an application, and WinHTTP's on Windows are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from auditor.doctor import linux, macos, windows
from auditor.doctor.facts import ProxySetting, System
from auditor.doctor.programs import output_of

VARIABLES = ("http_proxy", "https_proxy", "all_proxy")

_SERVICE = (
    ("http", "-getwebproxy", "-setwebproxystate"),
    ("https", "-getsecurewebproxy", "-setsecurewebproxystate"),
    ("socks", "-getsocksfirewallproxy", "-setsocksfirewallproxystate"),
)


def find_proxies(system: System, environment: Mapping[str, str]) -> tuple[ProxySetting, ...]:
    """Return the proxies of the environment and of the system."""
    of_system = {"linux": gnome, "macos": of_macos, "windows": of_windows}[system]
    return (*of_environment(environment, system), *of_system())


def of_environment(environment: Mapping[str, str], system: System) -> Iterator[ProxySetting]:
    """Return the proxies that variables name, in either spelling, without their passwords."""
    for name, value in sorted(environment.items()):
        if name.lower() in VARIABLES and value:
            host, port = split(value)
            yield ProxySetting(
                f"`{name}` in this terminal",
                host,
                port,
                _unset(name, system),
            )


def _unset(name: str, system: System) -> str:
    if system == "windows":
        return (
            f"Run `reg delete HKCU\\Environment /v {name} /f`. Open a new terminal; "
            f"in this one run `Remove-Item Env:{name}`."
        )
    return f"Run `unset {name}`. Remove it from the start files of your shell, too."


def gnome() -> Iterator[ProxySetting]:
    """Return the proxies of the GNOME desktop."""
    text = output_of(("gsettings", "list-recursively", "org.gnome.system.proxy"))
    for scheme, host, port in linux.parse_gsettings(text or ""):
        step = "Run `gsettings set org.gnome.system.proxy mode none`."
        yield _setting(f"GNOME ({scheme})", (host, port), step)


def of_macos() -> Iterator[ProxySetting]:
    """Return the proxies of every network service, and what else is in use.

    Proxies belong to a service (Wi-Fi, Ethernet): those of a service that is not connected come
    back with it. Written from documentation; never run on macOS.
    """
    seen = set()
    names = output_of(("networksetup", "-listallnetworkservices")) or ""
    for service in macos.parse_services(names):
        for scheme, ask, switch in _SERVICE:
            answer = macos.parse_service_proxy(output_of(("networksetup", ask, service)) or "")
            if answer:
                seen.add((scheme, *answer))
                step = f"Run `networksetup {switch} '{service}' off`."
                yield _setting(f"The network service {service} ({scheme})", answer, step)
    for scheme, host, port in macos.parse_scutil(output_of(("scutil", "--proxy")) or ""):
        if (scheme, host, port) not in seen:
            step = "Open System Settings, Network, Details, Proxies, and switch it off."
            yield _setting(f"The network settings of macOS ({scheme})", (host, port), step)


def of_windows() -> Iterator[ProxySetting]:
    """Return the proxies of the user. Written from documentation; never run on Windows."""
    step = "Open Settings, Network and Internet, Proxy, and switch it off."
    if windows.registry_value(windows.SETTINGS, "ProxyEnable") == "1":
        text = windows.registry_value(windows.SETTINGS, "ProxyServer")
        for scheme, host, port in windows.parse_proxy_server(text):
            yield _setting(f"The settings of Windows ({scheme})", (host, port), step)
    if script := windows.registry_value(windows.SETTINGS, "AutoConfigURL"):
        yield _setting("The settings of Windows (automatic)", (script, None), step)


def split(address: str) -> tuple[str, int | None]:
    """Return host and port of a proxy's address, with or without a scheme."""
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", None
    return host, port


def _setting(place: str, target: tuple[str, int | None], remove: str) -> ProxySetting:
    host, port = target if target[1] is not None else split(target[0])
    return ProxySetting(place, host, port, remove)
