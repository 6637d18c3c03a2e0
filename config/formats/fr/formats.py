"""French: days; numbers are Django's."""

from config.formats import short_formats

globals().update(short_formats())
