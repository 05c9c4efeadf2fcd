"""`python -m explorer`."""

import sys

from explorer.commands import main

if sys.stdout:
    sys.stdout.reconfigure(errors="replace")  # a terminal may lack a sign such as ×
sys.exit(main())
