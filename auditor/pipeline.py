"""From exchanges to classified messages: one exchange at a time, nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditor.catalogue.model import Catalogue
from auditor.classify import Classifier, Directory, body_keys
from auditor.classify.passages import Passage
from auditor.classify.recognise import Recogniser
from auditor.decode import decode_head, decode_message
from auditor.known import KnownValue
from auditor.records import NOT_SENT, Decoded, Exchange, Message, Observation, Site, Unread

_NOTHING = Message("out", b"", 0)


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that left, with what we know of it."""

    index: int
    """0 for the request with its head, else the position in `Exchange.messages`."""
    time: float
    size: int
    """Bytes of the body; for a request also those of path and query. Headers do not count."""
    passages: tuple[Passage, ...]
    unread: tuple[Unread, ...]

    @property
    def observations(self) -> tuple[Observation, ...]:
        """One for every leaf, made from the passages each time this is asked."""
        return tuple(one for passage in self.passages for one in passage.observations())

    @property
    def read(self) -> int:
        """Bytes of `size` that were decoded."""
        return max(0, self.size - sum(one.size for one in self.unread))


class Pipeline:
    """Decode and classify what left with an exchange; replies are weighed, not read."""

    def __init__(self, catalogue: Catalogue, known: Sequence[KnownValue] = ()) -> None:
        """Be ready for exchanges; `known` are the values of the session's own library."""
        self._recogniser = Recogniser(known) if known else None
        self._directory = Directory(catalogue)
        self._classifier = Classifier(catalogue)

    def owner(self, host: str) -> str:
        """Return the id of the receiver that a host belongs to, else the host itself."""
        receiver = self._directory.receiver_of(host)
        return receiver.id if receiver else host.lower()

    def run(self, exchange: Exchange) -> tuple[Site, tuple[Sent, ...]]:
        """Return where the exchange went and every message that left with it."""
        asks = exchange.kind in {"http", "websocket"}
        request = exchange.messages[0] if asks and exchange.messages else _NOTHING
        body = decode_message(request)
        site = self._directory.find(exchange, body_keys(body))
        sent = []
        if asks and request.omitted != NOT_SENT:
            head = decode_head(exchange)
            decoded = Decoded(head.sheets + body.sheets, head.unread + body.unread)
            size = request.size + len(exchange.path) + len(exchange.query)
            sent.append(self._sent(exchange, site, 0, decoded, (exchange.started, size)))
        bare = replace(site, parameters=())
        for index, message in enumerate(exchange.messages):
            left = message.direction == "out" and message.omitted != NOT_SENT
            if left and not (asks and index == 0):
                weight = (message.time or exchange.started, message.size)
                sent.append(self._sent(exchange, bare, index, decode_message(message), weight))
        return site, tuple(sent)

    def _sent(
        self,
        exchange: Exchange,
        site: Site,
        index: int,
        decoded: Decoded,
        weight: tuple[float, int],
    ) -> Sent:
        passages = self._classifier.classify(exchange, site, decoded, weight[0])
        if self._recogniser:
            passages = self._recogniser.mark(passages)
        return Sent(index, weight[0], weight[1], passages, decoded.unread)
