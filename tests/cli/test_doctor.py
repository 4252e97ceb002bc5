"""`auditor doctor` as a person calls it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from mitmproxy.certs import CertStore

from auditor.cli import cli

VARIABLES = (
    "http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
    "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
)  # fmt: skip


@pytest.fixture
def confdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a new authority, and take away what the environment of the tests says."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    CertStore.create_store(tmp_path / "confdir", "mitmproxy", 2048)
    return tmp_path / "confdir"


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def run(confdir: Path, *arguments: object) -> Result:
    given = ["--confdir", str(confdir), "-o", str(confdir.parent), *map(str, arguments)]
    return CliRunner().invoke(cli, ["doctor", *given])


def levels(result: Result) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in json.loads(result.stdout)["findings"]:
        found.setdefault(one["check"], set()).add(one["level"])
    return found


def test_table_groups_by_topic_and_says_levels_in_words(confdir: Path, port: int) -> None:
    result = run(confdir, "--port", port)
    assert result.exit_code == 0, result.output
    for heading in ("Programs", "Certificate authority of mitmproxy", "Clock"):
        assert f"\n         {heading}" in result.stdout
    assert re.search(r"^ok +There is one in", result.stdout, re.MULTILINE)
    assert "Next: " in result.stdout
    assert re.search(r"^0 problems, \d+ warnings?, \d+ notes?\.$", result.stdout, re.MULTILINE)


def test_json(confdir: Path, port: int) -> None:
    result = run(confdir, "--port", port, "--json")
    document = json.loads(result.stdout)
    assert result.stdout.isascii()
    assert document["counts"]["problem"] == 0
    assert sum(document["counts"].values()) == len(document["findings"])
    for one in document["findings"]:
        assert one["check"].startswith(one["topic"] + ".")
        assert one["next_step"] or one["level"] == "ok"


def test_port_in_use_is_a_problem_and_the_exit_code_tells(confdir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        result = run(confdir, "--port", server.getsockname()[1], "--json")
    assert result.exit_code == 1
    assert levels(result)["port.free"] == {"problem"}


def test_no_authority_is_a_warning_only(confdir: Path, port: int) -> None:
    result = run(confdir.parent / "none", "--port", port, "--json")
    assert result.exit_code == 0
    assert levels(result)["authority.found"] == {"warning"}


def test_variables_before_and_after(
    confdir: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = confdir / "mitmproxy-ca-cert.pem"
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(certificate))
    monkeypatch.setenv("https_proxy", f"http://dj:secret@127.0.0.1:{port}")
    before = run(confdir, "--port", port, "--json")
    assert before.exit_code == 0, before.output
    assert levels(before)["trust.node"] == {"ok"}
    after = run(confdir, "--after", "--json")
    assert after.exit_code == 1
    assert {check.split(".")[0] for check in levels(after)} == {"leftovers"}
    assert levels(after)["leftovers.node"] == {"problem"}
    assert "problem" in levels(after)["leftovers.proxy"]
    assert "unset https_proxy" in after.stdout
    assert "secret" not in before.stdout + after.stdout


def test_application_of_the_table(confdir: Path, port: int) -> None:
    result = run(confdir, "--port", port, "--app", "Mixxx", "--json")
    assert result.exit_code == 0
    assert levels(result)["trust.application"] <= {"note", "ok"}


def test_unknown_application_is_a_usage_error(confdir: Path) -> None:
    result = run(confdir, "--app", "no such program")
    assert result.exit_code == 2
    assert "rekordbox" in result.output


@pytest.mark.parametrize("width", ["60", "200"])
def test_brackets_are_no_markup(confdir: Path, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("all_proxy", "socks5://[::1]:9")
    assert "[::1]:9" in run(confdir, "--after").stdout


def test_help_names_the_exit_codes() -> None:
    text = CliRunner().invoke(cli, ["doctor", "--help"]).stdout
    assert "Exit code 1" in text
    assert "auditor doctor --after" in text


def test_mitmproxy_itself_is_not_loaded(confdir: Path) -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom auditor.cli.doctor import doctor\n"
        f"done = CliRunner().invoke(doctor, ['--json', '--after', '--confdir', {str(confdir)!r}])\n"
        "assert 'leftovers.proxy' in done.output, done.output\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'mitmproxy'])"
    )
    environment = {**os.environ, "HOME": str(confdir)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.strip() == "[]"


def test_broken_mitmproxy_is_reported_and_not_a_traceback(confdir: Path, port: int) -> None:
    stand_ins = confdir.parent / "broken"
    stand_ins.mkdir()
    for name in ("mitmproxy", "mitmproxy_rs", "mitmproxy_linux"):
        (stand_ins / f"{name}.py").write_text("raise ImportError('cannot open shared object')")
    arguments = ["--json", "--port", str(port), "--confdir", str(confdir), "-o", str(confdir)]
    code = f"from auditor.cli.doctor import doctor; doctor({arguments!r})"
    path = os.pathsep.join([str(stand_ins), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 1
    found = {one["check"]: one["level"] for one in json.loads(done.stdout)["findings"]}
    assert found["mode.local"] == "problem"


@pytest.mark.proxy
@pytest.mark.skipif(sys.platform != "linux", reason="process names are read from /proc")
def test_real_mitmdump_is_found_after_a_session(confdir: Path) -> None:
    program = Path(sys.executable).with_name("mitmdump")
    command = [program, "-p", "0", "--listen-host", "127.0.0.1", "--set", f"confdir={confdir}"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        try:
            assert process.stdout
            line = next(line for line in process.stdout if "listening at" in line)
            listening = int(line.strip().rstrip(".").rpartition(":")[2])
            result = run(confdir, "--after", "--json")
        finally:
            process.terminate()
    sentences = [one["sentence"] for one in json.loads(result.stdout)["findings"]]
    expected = f"mitmdump (process {process.pid}) listens on 127.0.0.1:{listening}."
    assert expected in sentences
    assert result.exit_code == 1
