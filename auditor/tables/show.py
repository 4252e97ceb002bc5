"""Show values as outputs may show them; texts are looked at many at a time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from math import nan

import numpy as np
import numpy.typing as npt

from auditor.records import Meaning, Value
from auditor.redact import Redactor
from auditor.tables.meanings import Codes, Flags, is_open

_MEMORY = 10_000
"""Texts with secrets that are remembered."""
_LONG = 500
"""Longer ones are not: they are rarely the same, and take memory."""
_NUMBERS = frozenset({int, float})


class Show:
    """A redactor that remembers how it shows the texts of a batch, and those with secrets."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._texts: dict[str, str] = {}
        """Previews of texts where nothing says that they are secrets."""

    def preview(self, value: Value, meaning: Meaning) -> str:
        """Return what may be shown of a value."""
        if is_open(meaning):
            return self._open(value)
        return self._redactor.preview(value, meaning.secret, meaning.category)

    def number(self, value: Value, meaning: Meaning) -> float:
        """Return a value that is a number and no secret, else NaN."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return nan
        hidden = self._redactor.hides(value, meaning.secret, meaning.category)
        return nan if hidden else float(value)

    def learn(self, columns: Iterable[Iterable[Value]]) -> None:
        """Look at the texts among the values of a batch, before any is shown.

        They need not mean anything: a secret is hidden wherever it stands.
        """
        kept = {
            text: shown
            for text, shown in self._texts.items()
            if text != shown and len(text) <= _LONG
        }
        if len(kept) > _MEMORY:
            kept.clear()
        values = set[Value]().union(*columns)
        fresh = [one for one in values if type(one) is str and one not in kept]
        self._texts = kept | self._redactor.clean_all(fresh)

    def column(
        self, values: Sequence[Value], meanings: Sequence[Meaning], codes: Codes, opens: Flags
    ) -> tuple[list[str], npt.NDArray[np.float64]]:
        """Return previews and numbers of values.

        `codes` are places in `meanings`; `opens` says of which of the values `is_open` holds.
        """
        hidden = np.flatnonzero(~opens).tolist()
        secrets = [values[place] for place in hidden]
        if hidden:
            values = list(values)
            for place in hidden:
                values[place] = 0  # in the place of the secret, which follows
        known = self._texts.get
        texts = [
            (known(one) if type(one) is str else str(one) if type(one) in _NUMBERS else None)
            or self._open(one)
            for one in values
        ]
        numbers = [one if type(one) in _NUMBERS else nan for one in values]
        told: dict[Hashable, tuple[str, float]] = {}
        for place, value, code in zip(hidden, secrets, codes[hidden].tolist(), strict=True):
            # Python finds 1 and true equal, and 0.0 and -0.0.
            key = (type(value), repr(value) if type(value) is float else value, code)
            shown = told.get(key)
            if shown is None:
                meaning = meanings[code]
                shown = told[key] = self.preview(value, meaning), self.number(value, meaning)
            texts[place], numbers[place] = shown
        return texts, np.array(numbers, dtype=np.float64)

    def _open(self, value: Value) -> str:
        if type(value) in _NUMBERS:
            return str(value)
        shown = self._texts.get(value) if type(value) is str else None
        return self._redactor.preview(value) if shown is None else shown
