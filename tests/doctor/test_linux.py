"""What Linux says; all texts here were recorded on a Linux machine."""

from auditor.doctor.linux import parse_gsettings, parse_proc_net

GSETTINGS = """\
org.gnome.system.proxy autoconfig-url ''
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '::1']
org.gnome.system.proxy mode '{mode}'
org.gnome.system.proxy use-same-proxy true
org.gnome.system.proxy.ftp host ''
org.gnome.system.proxy.ftp port 0
org.gnome.system.proxy.http authentication-password ''
org.gnome.system.proxy.http authentication-user ''
org.gnome.system.proxy.http enabled false
org.gnome.system.proxy.http host '127.0.0.1'
org.gnome.system.proxy.http port 8080
org.gnome.system.proxy.http use-authentication false
org.gnome.system.proxy.https host 'localhost'
org.gnome.system.proxy.https port 8081
org.gnome.system.proxy.socks host ''
org.gnome.system.proxy.socks port 0
"""

PROC_NET_TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1077 1 00000000cf5499d3 100 0 0 10 0
   1: 0100007F:DAB9 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 284513 1 00000000fdab6d7a 100 0 0 10 0
   2: 020200C0:AA9E 507100CB:0050 06 00000000:00000000 03:0000174B 00000000     0        0 0 3 00000000d696cf1e
"""
PROC_NET_TCP6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31 1 0 100 0 0 10 0
"""


def test_gnome_manual() -> None:
    assert parse_gsettings(GSETTINGS.format(mode="manual")) == (
        ("http", "127.0.0.1", 8080),
        ("https", "localhost", 8081),
    )


def test_gnome_switched_off_keeps_its_hosts_but_uses_none() -> None:
    assert parse_gsettings(GSETTINGS.format(mode="none")) == ()


def test_gnome_automatic() -> None:
    text = GSETTINGS.format(mode="auto")
    assert parse_gsettings(text) == ()
    with_script = text.replace("autoconfig-url ''", "autoconfig-url 'http://127.0.0.1:8080/p.pac'")
    assert parse_gsettings(with_script) == (("automatic", "http://127.0.0.1:8080/p.pac", None),)


def test_gnome_absent() -> None:
    assert parse_gsettings("") == ()


def test_listening_sockets() -> None:
    assert parse_proc_net(PROC_NET_TCP) == (
        ("0.0.0.0", 2024, "1077"),  # noqa: S104
        ("127.0.0.1", 55993, "284513"),
    )
    assert parse_proc_net(PROC_NET_TCP6) == (("::1", 8080, "31"),)
