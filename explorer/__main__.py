"""`python -m explorer`."""

import sys

from explorer.commands import main

sys.exit(main())
