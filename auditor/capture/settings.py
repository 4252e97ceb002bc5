"""What a tester sets before a capture, and takes back after it, on each system.

Written from the documentation of mitmproxy and of the systems. A test gets the certificate as said
here; the commands that change a system were never run by us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instruction:
    """One thing to do, with the command that does it when there is one."""

    text: str
    command: str = ""


CERTIFICATE: Mapping[str, tuple[Instruction, ...]] = {
    "macos": (
        Instruction(
            "Trust the certificate.",
            "sudo security add-trusted-cert -d -p ssl -p basic"
            " -k /Library/Keychains/System.keychain ~/.mitmproxy/mitmproxy-ca-cert.pem",
        ),
    ),
    "windows": (
        Instruction(
            "Trust the certificate, in a terminal opened as administrator.",
            r"certutil -addstore root %USERPROFILE%\.mitmproxy\mitmproxy-ca-cert.cer",
        ),
    ),
    "linux": (
        Instruction(
            "Trust the certificate (Debian, Ubuntu).",
            "sudo cp ~/.mitmproxy/mitmproxy-ca-cert.pem"
            " /usr/local/share/ca-certificates/mitmproxy.crt && sudo update-ca-certificates",
        ),
    ),
}
"""How to trust the certificate. On Windows the store is that of the machine, on purpose: at least
one DJ program does not ask that of the user."""

CERTIFICATE_AWAY: Mapping[str, tuple[Instruction, ...]] = {
    "macos": (
        Instruction(
            "Take the certificate out again.",
            "sudo security delete-certificate -c mitmproxy -t /Library/Keychains/System.keychain",
        ),
    ),
    "windows": (
        Instruction(
            "Take the certificate out again, in a terminal opened as administrator.",
            "certutil -delstore root mitmproxy",
        ),
    ),
    "linux": (
        Instruction(
            "Take the certificate out again (Debian, Ubuntu).",
            "sudo rm /usr/local/share/ca-certificates/mitmproxy.crt"
            " && sudo update-ca-certificates --fresh",
        ),
    ),
}

NODE: Mapping[str, Instruction] = {
    "macos": Instruction(
        "Tell Electron programs about the certificate, and start them anew.",
        'launchctl setenv NODE_EXTRA_CA_CERTS "$HOME/.mitmproxy/mitmproxy-ca-cert.pem"',
    ),
    "windows": Instruction(
        "Tell Electron programs about the certificate, and start them anew.",
        r"setx NODE_EXTRA_CA_CERTS %USERPROFILE%\.mitmproxy\mitmproxy-ca-cert.pem",
    ),
    "linux": Instruction(
        "Start Electron programs with this before their name.",
        'NODE_EXTRA_CA_CERTS="$HOME/.mitmproxy/mitmproxy-ca-cert.pem"',
    ),
}

NODE_AWAY: Mapping[str, tuple[Instruction, ...]] = {
    "macos": (
        Instruction(
            "Take the setting for Electron away.", "launchctl unsetenv NODE_EXTRA_CA_CERTS"
        ),
    ),
    "windows": (
        Instruction(
            "Take the setting for Electron away.",
            r"reg delete HKCU\Environment /v NODE_EXTRA_CA_CERTS /f",
        ),
    ),
    "linux": (),
}


CHECK = Instruction("See what is left of all this.", "auditor doctor")


def get_certificate(port: int) -> Instruction:
    """Return where the certificate comes from. Only a browser behind the proxy sees mitm.it."""
    return Instruction(
        f"While recording, get the certificate at http://mitm.it with the browser's proxy "
        f"at 127.0.0.1:{port}. It also lies in the folder .mitmproxy.",
        f"curl --proxy http://127.0.0.1:{port} -o mitmproxy-ca-cert.pem http://mitm.it/cert/pem",
    )


def proxy_on(system: str, port: int, program: str) -> tuple[Instruction, ...]:
    """Return how to enter the proxy."""
    if system == "macos":
        return (
            Instruction("Open System Settings › Network › your connection › Details › Proxies."),
            Instruction(
                f"Switch on the web proxy and the secure web proxy: server 127.0.0.1, port {port}."
                " Wi-Fi stands for your connection.",
                f"networksetup -setwebproxy Wi-Fi 127.0.0.1 {port}"
                f" && networksetup -setsecurewebproxy Wi-Fi 127.0.0.1 {port}",
            ),
        )
    if system == "windows":
        return (
            Instruction("Open Settings › Network & internet › Proxy › Use a proxy server."),
            Instruction(f"Switch it on: address 127.0.0.1, port {port}. Save."),
        )
    return (
        Instruction(
            f"Open Settings › Network › Proxy › Manual: HTTP and HTTPS 127.0.0.1, port {port}."
        ),
        Instruction(
            "Or start the program with the proxy.",
            f"http_proxy=http://127.0.0.1:{port} https_proxy=http://127.0.0.1:{port} {program}",
        ),
    )


def proxy_off(system: str) -> tuple[Instruction, ...]:
    """Return how to take the proxy out again. Left in, nothing reaches the Internet afterwards."""
    if system == "macos":
        return (
            Instruction(
                "Switch the web proxy and the secure web proxy off again.",
                "networksetup -setwebproxystate Wi-Fi off"
                " && networksetup -setsecurewebproxystate Wi-Fi off",
            ),
        )
    if system == "windows":
        return (Instruction("Switch off Settings › Network & internet › Proxy › Use a proxy."),)
    return (Instruction("Switch off Settings › Network › Proxy."),)
