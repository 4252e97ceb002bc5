"""The only door for captured values into any output.

Secrets become keyed pseudonyms: equal values get equal labels within one audit, and nobody
without the key can go back. The key is random per audit and is not stored.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache, partial
from itertools import islice

from auditor.records import Value
from auditor.spelled import SHORTEST, Spelled, make_visible
from auditor.suspects import SHAPES, is_suspect, suspects

PREVIEW = 80
"""Characters of a harmless value that are shown."""

_WORDS = {True: "true", False: "false", None: "null"}

_ADDRESS = 255
"""Longest host name there can be."""

_WORD = 24
"""Letters and digits alone have none of the shapes when they are fewer than this."""

_ID = re.compile(
    r"(?i)^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,}|[\w+/=-]{20,})$"
)

_RUN = re.compile(
    r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{16,}"
)
"""An id inside a name: of an account, a device, an installation."""

_BEGUN = re.compile(r"[0-9a-fA-F]{8}")
"""How every one of those begins: most names have none."""

_IP = dict(SHAPES)["ip"]


def _cut(text: str, limit: int) -> str:
    """Return what is shown of a text without secrets."""
    text = make_visible(text)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


class Redactor:
    """Turn captured values into previews, remember what was secret, sweep texts for it."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._secrets: dict[str, str] = {}
        self._far_ends: set[str] = set()
        self._spelled = Spelled()
        self._label = lru_cache(maxsize=8192)(self._make_label)

    def preview(self, value: Value, secret: str = "", category: str = "") -> str:
        """Return what an output may show of a value.

        `secret` is the kind the rule gives. Everything of category `identity`, and ids of
        category `device`, is treated as secret also without such a rule.
        """
        if value is None or isinstance(value, bool):
            return _WORDS[value]
        if isinstance(value, bytes):
            return f"‹{len(value)} bytes›"
        text = str(value)
        kind = secret or self._implied(text, category)
        if kind and text:
            return self._hide(text, kind)
        if not isinstance(value, str):
            return text
        return self.clean(text)

    def clean(self, text: str, limit: int = PREVIEW, but: str = "") -> str:
        """Replace what looks like a secret inside a text, make it visible and cut it.

        `but` is a kind of secret that cannot stand in this text.
        """
        if len(text) < _WORD and text.isalnum() and text.isascii():
            return text
        for kind, shape in SHAPES if is_suspect(text) else ():
            if kind != but:
                text = shape.sub(partial(self._hide_part, kind), text)
        return _cut(text, limit)

    def clean_all(self, texts: Collection[str]) -> dict[str, str]:
        """Return what `clean` makes of each of many texts, which takes less time than one by one."""
        doubtful = set(suspects(texts))
        return {one: self.clean(one) if one in doubtful else _cut(one, PREVIEW) for one in texts}

    def path(self, text: str, limit: int = 200) -> str:
        """Return the place of a value: names of fields, which may be ids of somebody's."""
        # Outside of quotes numbers with dots are protobuf tags, and never an address.
        but = "" if '"' in text else "ip"
        if _BEGUN.search(text):
            text = _RUN.sub(partial(self._hide_part, "id"), text)
        return self.clean(text, limit, but)

    def address(self, text: str) -> str:
        """Return the name or number of a far end: who gets data is what an audit is for.

        From now on `sweep` leaves the number, though `clean` hides it in captured texts: there it
        does not know yet who is a far end and who is the DJ.
        """
        self._far_ends.update(_IP.findall(text))
        return make_visible(text)[:_ADDRESS]

    def sweep(self, text: str) -> str:
        """Replace every secret that the whole audit has learned, wherever it stands.

        Also where it is spelled in Base64, hex or percent signs, and where `clean` cut it short.
        Numbers of far ends stay.
        """
        if text in self._secrets and text not in self._far_ends:
            return self._label(text, self._secrets[text])
        if len(text) < SHORTEST:
            return text
        if (known := len(self._spelled)) < len(self._secrets):
            self._spelled.add(islice(self._secrets, known, None))
        return self._spelled.replaced(
            text, lambda one: self._label(one, self._secrets[one]), self._far_ends
        )

    def hides(self, value: Value, secret: str, category: str) -> bool:
        """Say whether `preview` would put a label in the place of the whole value."""
        if value is None or isinstance(value, bool | bytes) or value == "":
            return False
        return bool(secret or self._implied(str(value), category))

    def _implied(self, text: str, category: str) -> str:
        if category == "identity":
            return "identity"
        return "device-id" if category == "device" and _ID.match(text) else ""

    @property
    def secrets(self) -> dict[str, str]:
        """Everything that was learned to be secret, with its kind. Never for an output."""
        return dict(self._secrets)

    @property
    def counts(self) -> Counter[str]:
        """How many different secrets of each kind were replaced."""
        return Counter(self._secrets.values())

    @property
    def far_ends(self) -> frozenset[str]:
        """The numbers of far ends, which are shown."""
        return frozenset(self._far_ends)

    def learn(self, secrets: Mapping[str, str], far_ends: Collection[str]) -> None:
        """Take what another redactor has learned."""
        for text, kind in secrets.items():
            self._learn(text, kind)
        self._far_ends.update(far_ends)

    def _hide(self, text: str, kind: str) -> str:
        self._learn(text, kind)
        return self._label(text, kind)

    def _learn(self, text: str, kind: str) -> None:
        """Remember a secret; of several kinds it has the first in the alphabet, in any order."""
        known = self._secrets.get(text)
        if known is None or kind < known:
            self._secrets[text] = kind

    def _hide_part(self, kind: str, found: re.Match[str]) -> str:
        """Hide the group of a match, or all of it, and keep what stands around it."""
        whole, group = found[0], found.lastindex or 0
        start, end = found.start(group) - found.start(), found.end(group) - found.start()
        return whole[:start] + self._hide(whole[start:end], kind) + whole[end:]

    def _make_label(self, text: str, kind: str) -> str:
        digest = hmac.digest(self.key, text.encode("utf-8", "surrogatepass"), "sha256")
        name = b32encode(digest)[:4].decode().lower()
        length = f", {len(text)} characters" if kind in {"token", "cookie", "key", "opaque"} else ""
        return f"‹{kind} {name}{length}›"
