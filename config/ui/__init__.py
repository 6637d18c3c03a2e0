"""The pieces pages are made of, as typed template tags; every template has them without `{% load %}`.

`docs/interface.md` lists them with their HTML. Each module registers its tags with one library, which the settings
name as a template builtin. Values are escaped by `format_html` or by the small templates in `templates/components/`;
attribute names come from templates only, and those that a strict content security policy would switch off are refused
when the page is drawn, so the mistake is seen in a test and not in a customer's browser.
"""

from config.ui import charts, controls, display, fields, icons, lists, moments, overlays, tables
from config.ui.registry import register

__all__ = ["charts", "controls", "display", "fields", "icons", "lists", "moments", "overlays", "register", "tables"]
