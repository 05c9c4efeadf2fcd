"""`python -m explorer`."""

import signal
import sys

from explorer.commands import main

for name in ("SIGTERM", "SIGHUP"):  # who closes the terminal stops as by Ctrl-C
    number = getattr(signal, name, None)
    if number and signal.getsignal(number) == signal.SIG_DFL:
        signal.signal(number, signal.default_int_handler)
if sys.stdout:
    sys.stdout.reconfigure(errors="replace")  # a terminal may lack a sign such as ×
sys.exit(main())
