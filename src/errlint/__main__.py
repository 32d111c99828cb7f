"""``python -m errlint``."""

import os
import sys

import errlint

# `-m` puts the working directory first, so that a `string.py` of the code that is checked would be imported, and thereby run
if not getattr(sys.flags, "safe_path", False) and os.path.abspath(sys.path[0]) != os.path.dirname(os.path.abspath(errlint.__path__[0])):
    del sys.path[0]

from errlint.process import main

main()
