"""`python -m explorer`."""

import os
import signal
import sys

for name in ("SIGTERM", "SIGHUP"):  # who closes the terminal stops as by Ctrl-C
    number = getattr(signal, name, None)
    if number and signal.getsignal(number) == signal.SIG_DFL:
        signal.signal(number, signal.default_int_handler)
for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
    if getattr(sys, name) is None:  # closed; the next file to be opened would take its number
        setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for good
sys.stdout.reconfigure(errors="replace")  # a terminal may lack a sign such as ×
try:
    from explorer.commands import main
except KeyboardInterrupt:
    print("Stopped.", file=sys.stderr)
    sys.exit(130)
sys.exit(main())
