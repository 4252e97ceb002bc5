"""What macOS says: texts as others published them, none recorded by us on macOS."""

import pytest

from auditor.doctor.macos import (
    parse_commands,
    parse_lsof,
    parse_scutil,
    parse_service_proxy,
    parse_services,
    parse_trust_settings,
)

SCUTIL = """\
<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  FTPPassive : 1
  HTTPEnable : 1
  HTTPPort : 8080
  HTTPProxy : 127.0.0.1
  HTTPSEnable : 1
  HTTPSPort : 8080
  HTTPSProxy : 127.0.0.1
  ProxyAutoConfigEnable : 0
  SOCKSEnable : 0
  SOCKSPort : 7891
  SOCKSProxy : ::1
}
"""


def test_scutil() -> None:
    assert parse_scutil(SCUTIL) == (("http", "127.0.0.1", 8080), ("https", "127.0.0.1", 8080))


def test_scutil_switched_off_keeps_the_address_but_is_no_proxy() -> None:
    assert parse_scutil(SCUTIL.replace("Enable : 1", "Enable : 0")) == ()


def test_scutil_automatic_and_socks() -> None:
    text = """<dictionary> {
  ProxyAutoConfigEnable : 1
  ProxyAutoConfigURLString : http://127.0.0.1:8090/proxy.pac
  SOCKSEnable : 1
  SOCKSPort : 7891
  SOCKSProxy : ::1
}"""
    assert parse_scutil(text) == (
        ("socks", "::1", 7891),
        ("automatic", "http://127.0.0.1:8090/proxy.pac", None),
    )


def test_scutil_of_nothing() -> None:
    assert parse_scutil("<dictionary> {\n}\n") == ()


def test_services_lose_the_heading_and_the_star() -> None:
    text = (
        "An asterisk (*) denotes that a network service is disabled.\n"
        "USB 10/100/1000 LAN\n*Thunderbolt Bridge\nWi-Fi\n"
    )
    assert parse_services(text) == ("USB 10/100/1000 LAN", "Thunderbolt Bridge", "Wi-Fi")
    assert parse_services("") == ()


def test_proxy_of_a_service() -> None:
    text = "Enabled: {}\nServer: 127.0.0.1\nPort: 8080\nAuthenticated Proxy Enabled: 0\n"
    assert parse_service_proxy(text.format("Yes")) == ("127.0.0.1", 8080)
    assert parse_service_proxy(text.format("No")) is None
    assert parse_service_proxy("Enabled: Yes\nServer: \nPort: 0\n") is None
    assert parse_service_proxy("") is None


CERT = "Number of trusted certs = 1\nCert 0: mitmproxy\n   Number of trust settings : {}\n"
SSL = """\
   Trust Setting 0:
      Policy OID            : SSL
      Result Type           : kSecTrustSettingsResult{}
"""
CODE = """\
   Trust Setting 0:
      Policy OID            : Code Signing
      Allowed Error         : CSSMERR_TP_CERT_EXPIRED
      Result Type           : kSecTrustSettingsResultTrustRoot
"""


@pytest.mark.parametrize(
    ("text", "trusted"),
    [
        (CERT.format(0), True),  # trusted for everything: so it looks after add-trusted-cert
        (CERT.format(1) + SSL.format("TrustRoot"), True),
        (CERT.format(1) + SSL.format("TrustAsRoot"), True),
        (CERT.format(1) + SSL.format("Deny"), False),
        (CERT.format(1) + SSL.format("Unspecified"), False),
        (CERT.format(1) + CODE, False),
        (CERT.format(2) + CODE + SSL.format("TrustRoot").replace("0:", "1:"), True),
        (CERT.format(2) + SSL.format("Deny") + SSL.format("TrustRoot"), False),
        ("", False),
    ],
)
def test_trust_settings(text: str, trusted: bool) -> None:
    assert ("mitmproxy" in parse_trust_settings(text)) is trusted


def test_trust_settings_of_several_are_kept_apart() -> None:
    text = CERT.format(1) + SSL.format("Deny") + "Cert 1: Other CA\n   Number of trust settings : 0"
    assert parse_trust_settings(text) == {"Other CA"}


def test_lsof_as_recorded_on_linux() -> None:
    text = "p2723\ncpython\nn127.0.0.1:55993\np31\ncmitmdump\nn*:8080\nn[::1]:8081\n"
    assert parse_lsof(text) == (
        ("127.0.0.1", 55993, 2723, "python"),
        ("*", 8080, 31, "mitmdump"),
        ("::1", 8081, 31, "mitmdump"),
    )


def test_commands() -> None:
    text = "  501 /usr/bin/Python /opt/bin/mitmdump -s x.py\n 2723 nginx\n"
    assert parse_commands(text) == {501: "/usr/bin/Python /opt/bin/mitmdump -s x.py", 2723: "nginx"}
