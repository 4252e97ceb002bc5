"""The rehearsal: planted values through a real proxy on loopback, read back by the same program."""
