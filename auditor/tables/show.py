"""Show values as outputs may show them; what is plain is looked at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from math import nan

import numpy as np
import numpy.typing as npt

from auditor.records import Meaning, Value
from auditor.redact import Redactor
from auditor.tables.meanings import Codes

_MEMORY = 50_000
"""Plain texts that are remembered."""
_NUMBERS = (int, float)


class Show:
    """A redactor that remembers which texts it shows as they are."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._plain: set[str] = set()

    def preview(self, value: Value, meaning: Meaning) -> str:
        """Return what may be shown of a value."""
        secret, category = meaning.secret, meaning.category
        if value in self._plain and not self._redactor.hides(value, secret, category):
            return str(value)
        preview = self._redactor.preview(value, secret, category)
        if preview == value:
            self._remember(preview)
        return preview

    def number(self, value: Value, meaning: Meaning) -> float:
        """Return a value that is a number and no secret, else NaN."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return nan
        hidden = self._redactor.hides(value, meaning.secret, meaning.category)
        return nan if hidden else float(value)

    def learn(self, texts: Iterable[str]) -> None:
        """Look at texts that need not mean anything: a secret is hidden wherever it stands."""
        for text in set(texts) - self._plain:
            if self._redactor.clean(text) == text:
                self._remember(text)

    def column(
        self, values: Sequence[Value], meanings: Sequence[Meaning], codes: Codes, *, is_open: bool
    ) -> tuple[list[str], npt.NDArray[np.float64]]:
        """Return previews and numbers of values; `codes` are places in `meanings`.

        `is_open` says that none of them can be a secret where it is a number.
        """
        if is_open and set(map(type, values)) <= {*_NUMBERS}:
            return [*map(str, values)], np.array(values, dtype=np.float64)
        texts, numbers = [], []
        known: dict[Hashable, tuple[str, float]] = {}
        for value, code in zip(values, codes.tolist(), strict=True):
            # Python finds 1 and true equal, and 0.0 and -0.0.
            key = (type(value), repr(value) if type(value) is float else value, code)
            shown = known.get(key)
            if shown is None:
                meaning = meanings[code]
                shown = self.preview(value, meaning), self.number(value, meaning)
                known[key] = shown
            texts.append(shown[0])
            numbers.append(shown[1])
        return texts, np.array(numbers, dtype=np.float64)

    def _remember(self, text: str) -> None:
        if len(self._plain) >= _MEMORY:
            self._plain.clear()
        self._plain.add(text)
