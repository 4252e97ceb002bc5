"""A real capture says the same as a HAR file that mitmproxy made of it."""

from pathlib import Path

from mitmproxy import io
from mitmproxy.addons.savehar import SaveHar
from mitmproxy.test import taddons

from auditor.audit import run_audit
from auditor.catalogue import load_catalogue
from tests.sample_result import KEY, SAMPLES


def test_har_gives_the_same_observations(tmp_path: Path) -> None:
    flows = SAMPLES / "tidal-web-player" / "flows.mitm"
    with flows.open("rb") as file:
        kept = [one for one in io.FlowReader(file).stream() if not getattr(one, "websocket", None)]
    addon = SaveHar()
    with taddons.context(addon):
        addon.export_har(kept, str(tmp_path / "traffic.har"))
    with (tmp_path / "flows.mitm").open("wb") as file:
        writer = io.FlowWriter(file)
        for one in kept:
            writer.add(one)
    counts = []
    for name in ("flows.mitm", "traffic.har"):
        audit = run_audit([tmp_path / name], load_catalogue(), KEY)
        assert audit.facts["captures"][0]["losses"] == []
        seen = audit.tables["observations"]
        body = seen[seen["context"] != "header"]
        counts.append(body.groupby(["endpoint", "event", "path", "category"]).size().to_dict())
    assert counts[0] == counts[1]
    assert len(counts[0]) > 50
