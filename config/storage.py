"""Static files under names that change with their content, so browsers may keep them for ever."""

import re
from collections.abc import Callable

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Hashed names also inside the imports of our own modules under `js/`; other people's scripts are left as they are.

    Django reads scripts with a regular expression to find their imports, and stops at files of packages that look like
    modules and are not.
    """

    support_js_module_import_aggregation = True

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        if name.endswith(".js") and not name.startswith("js/"):
            return lambda match: match.group(0)
        convert: Callable[[re.Match[str]], str] = super().url_converter(name, hashed_files, template)
        return convert
