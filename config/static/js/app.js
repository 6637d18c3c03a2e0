// What every page needs. One module for each matter; pages load their own modules beside this one.
import "./announce.js";
import "./dialogs.js";
import "./fields.js";
import "./focus.js";
import "./htmx-rules.js";
import "./idle.js";
import "./installing.js";
import "./keys.js";
import "./menus.js";
import "./panes.js";
import "./sound.js";
import "./subnav.js";
import "./tables.js";
import "./themes.js";
import "./toasts.js";
