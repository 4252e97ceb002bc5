"""Look for mitmproxy's authorities wherever programs look up whom to trust.

Applications that carry a list of their own inside cannot be looked at from outside.
"""

from __future__ import annotations

import importlib.util
import ssl
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from auditor.doctor import certificates
from auditor.doctor.facts import Authority, Store, StoreKind, System
from auditor.doctor.macos import parse_trust_settings
from auditor.doctor.nss import read_database
from auditor.doctor.programs import output_of

LINUX_STORES = (
    ("usr/local/share/ca-certificates", "etc/ssl/certs/ca-certificates.crt",
     "update-ca-certificates --fresh"),
    ("etc/pki/ca-trust/source/anchors", "etc/pki/tls/certs/ca-bundle.crt", "update-ca-trust"),
    ("etc/ca-certificates/trust-source/anchors", "etc/ssl/certs/ca-certificates.crt",
     "update-ca-trust"),
    ("etc/pki/trust/anchors", "etc/ssl/ca-bundle.pem", "update-ca-certificates"),
)  # fmt: skip
"""Debian and Ubuntu, Fedora, Arch, openSUSE: folder for own authorities, bundle, refresh."""

BUNDLE_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
NODE_VARIABLE = "NODE_EXTRA_CA_CERTS"

_DATABASES: Mapping[System, tuple[tuple[str, str], ...]] = {
    "linux": (
        ("Chromium and Chrome", ".pki/nssdb"),
        ("Chromium and Chrome", ".local/share/pki/nssdb"),
        ("Firefox", ".mozilla/firefox/*"),
        ("Firefox", "snap/firefox/common/.mozilla/firefox/*"),
    ),
    "macos": (("Firefox", "Library/Application Support/Firefox/Profiles/*"),),
    "windows": (("Firefox", "AppData/Roaming/Mozilla/Firefox/Profiles/*"),),
}


def find_stores(
    system: System, authority: Authority, environment: Mapping[str, str], home: Path
) -> tuple[Store, ...]:
    """Look into every store that can be looked into from outside."""
    stores = [system_store(system, authority)]
    stores.extend(browser_stores(system, authority, home))
    stores.extend(variable_stores(authority, environment))
    if found := certifi_store(authority):
        stores.append(found)
    return tuple(stores)


def system_store(system: System, authority: Authority) -> Store:
    """Look into the store of the operating system."""
    if system == "macos":
        return macos_store(authority)
    return windows_store(authority) if system == "windows" else linux_store(authority, Path("/"))


def linux_store(authority: Authority, root: Path) -> Store:
    """Look into the bundle that the distribution makes for OpenSSL and others."""
    for anchors, bundle, refresh in LINUX_STORES:
        if (root / anchors).is_dir() and (root / bundle).is_file():
            ders = certificates.ders_of_file(root / bundle)
            return Store(
                "system",
                "The store of the system",
                None if ders is None else certificates.of_mitmproxy(ders, _own(authority)),
                f"Run `sudo cp '{_file(authority)}' /{anchors}/mitmproxy.crt && sudo {refresh}`.",
                f"Delete its file from `/{anchors}`, then run `sudo {refresh}`.",
            )
    step = "Look up how your distribution adds and removes authorities."
    return Store("system", "The store of the system", None, step, step)


def macos_store(authority: Authority) -> Store:
    """Look into the keychains.

    A certificate in a keychain counts only with trust settings, of the user or of the machine.
    Those name certificates by name, not by fingerprint: of several mitmproxy authorities all
    count as trusted when one is. Written from documentation; never run on macOS.
    """
    pem = output_of(("security", "find-certificate", "-a", "-c", "mitmproxy", "-p"), (0, 44))
    user = output_of(("security", "dump-trust-settings"), (0, 1))
    admin = output_of(("security", "dump-trust-settings", "-d"), (0, 1))
    found = None
    if pem is not None and user is not None and admin is not None:
        trusted = parse_trust_settings(user) | parse_trust_settings(admin)
        ders = certificates.ders_of_pem(pem.encode())
        found = tuple(
            one
            for one in certificates.of_mitmproxy(ders, _own(authority))
            if any(f"CN={name}" in one.name.split(",") for name in trusted)
        )
    keychain = "/Library/Keychains/System.keychain"
    return Store(
        "system",
        "The keychain of macOS",
        found,
        "Run `sudo security add-trusted-cert -d -p ssl -p basic -k "
        f"{keychain} '{_file(authority)}'`.",
        f"Run `security delete-certificate -Z {{sha1}} -t`. For the keychain of the machine run "
        f"`sudo security delete-certificate -Z {{sha1}} -t {keychain}`.",
    )


def windows_store(authority: Authority) -> Store:
    """Look into the trusted roots of the user and the machine, through Python's own reader.

    Written from documentation; never run on Windows.
    """
    found = None
    if sys.platform == "win32":
        try:
            ders = [raw for raw, kind, _ in ssl.enum_certificates("ROOT") if kind == "x509_asn"]
            found = certificates.of_mitmproxy(ders, _own(authority))
        except OSError:
            pass
    return Store(
        "system",
        "The certificate store of Windows",
        found,
        f'As administrator, run `certutil -addstore Root "{_file(authority)}"`.',
        "Run `certutil -user -delstore Root {sha1}`, and as administrator "
        "`certutil -delstore Root {sha1}`.",
    )


def browser_stores(system: System, authority: Authority, home: Path) -> Iterator[Store]:
    """Look into the databases of browsers; on Linux Electron's windows use Chromium's, too."""
    for browser, pattern in _DATABASES[system]:
        for path in sorted(home.glob(f"{pattern}/cert9.db")):
            entries = read_database(path.parent)
            found = None
            if entries is not None:
                trusted = (one.der for one in entries if one.trusted)
                found = certificates.of_mitmproxy(trusted, _own(authority))
            place = f"-d 'sql:{path.parent}'"
            names = [one.nickname for one in entries or () if b"mitmproxy" in one.der]
            yield Store(
                "browser",
                f"The database of {browser} (`{path.parent}`)",
                found,
                f"Import `{_file(authority)}` in the browser's settings, for web sites.",
                "Delete it in the browser's settings, under certificate authorities. "
                f"Or run `certutil -D {place} -n '{(names or ['mitmproxy'])[0]}'`.",
            )


def variable_stores(authority: Authority, environment: Mapping[str, str]) -> Iterator[Store]:
    """Look into the files that environment variables name."""
    named: dict[tuple[StoreKind, str], list[str]] = {}
    for variable in (NODE_VARIABLE, *BUNDLE_VARIABLES):
        if path := environment.get(variable):
            kind: StoreKind = "node" if variable == NODE_VARIABLE else "bundle"
            named.setdefault((kind, path), []).append(f"`{variable}`")
    for (kind, path), variables in named.items():
        ders = certificates.ders_of_file(Path(path))
        names = ", ".join(variables)
        yield Store(
            kind,
            f"The file of {names} (`{path}`)",
            None if ders is None else certificates.of_mitmproxy(ders, _own(authority)),
            f"Set {names} to a file that holds `{_file(authority)}`, and start the "
            "application from that terminal.",
            f"Remove {names} from the environment or the certificate from the file.",
        )


def certifi_store(authority: Authority) -> Store | None:
    """Look into the bundle that Python programs in this environment carry."""
    found = importlib.util.find_spec("certifi")
    if not found or not found.origin:
        return None
    path = Path(found.origin).with_name("cacert.pem")
    ders = certificates.ders_of_file(path)
    return Store(
        "bundle",
        f"Python's certifi (`{path}`)",
        None if ders is None else certificates.of_mitmproxy(ders, _own(authority)),
        f"Set `SSL_CERT_FILE` or `REQUESTS_CA_BUNDLE` to a file that holds `{_file(authority)}`.",
        "Run `pip install --force-reinstall certifi`.",
    )


def _own(authority: Authority) -> str:
    return authority.certificate.sha256 if authority.certificate else ""


def _file(authority: Authority) -> Path:
    return authority.folder / "mitmproxy-ca-cert.pem"
