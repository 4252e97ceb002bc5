"""Check who trusts the authority, by the kind of application.

Programs look in different places. When a program does not trust the authority, it ends its
connections, and the capture shows who refused but not what would have been sent.
"""

from __future__ import annotations

from auditor.doctor.facts import Authority, Store
from auditor.doctor.finding import Finding, Level

_MISSING: dict[str, tuple[Level, str]] = {
    "system": ("warning", "{name} does not trust it: most programs will refuse to talk."),
    "browser": ("note", "{name} does not trust it: logins there will fail while recording."),
    "node": ("warning", "{name} does not hold it: Node and Electron programs will refuse."),
    "bundle": ("note", "{name} does not hold it: programs that use that file will refuse."),
}
_TRUSTED = {
    "system": "{name} trusts it.",
    "browser": "{name} trusts it.",
    "node": "{name} holds it, for Node and Electron programs that see this variable.",
    "bundle": "{name} holds it, for programs that use that file.",
}


def check_trust(authority: Authority, stores: tuple[Store, ...]) -> list[Finding]:
    """Say for each kind of application whether it will accept what mitmproxy signs."""
    if not authority.certificate:
        return [
            Finding(
                "trust.authority",
                "note",
                "Nobody can trust an authority that does not exist yet.",
                "Make it first; see above.",
            )
        ]
    found = [_one(store, authority.certificate.sha256) for store in stores]
    if not any(store.kind == "node" for store in stores):
        found.append(_without_node_variable(authority))
    found.append(
        Finding(
            "trust.own",
            "note",
            "Some applications carry their own list; nobody can check that from outside.",
            "Record for one minute and look for connections “refused by the client”.",
        )
    )
    return found


def holds(store: Store, sha256: str) -> bool:
    """Tell whether a store trusts this very certificate."""
    return any(one.sha256 == sha256 for one in store.found or ())


def _one(store: Store, sha256: str) -> Finding:
    check = f"trust.{store.kind}"
    if store.found is None:
        return Finding(check, "note", f"{store.name} could not be read.", store.add)
    if holds(store, sha256):
        return Finding(check, "ok", _TRUSTED[store.kind].format(name=store.name))
    level, text = _MISSING[store.kind]
    return Finding(check, level, text.format(name=store.name), store.add)


def _without_node_variable(authority: Authority) -> Finding:
    return Finding(
        "trust.node",
        "note",
        "Node and Electron programs may ignore the system's store; their variable is not set.",
        f"For such programs set `NODE_EXTRA_CA_CERTS={authority.folder / 'mitmproxy-ca-cert.pem'}` "
        "and start them from that terminal. Some ignore it.",
    )
