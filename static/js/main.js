// The one entry of every page. Each module finds its own elements and leaves pages without them alone.
import "./theme.js";
import "./menus.js";
import "./dialogs.js";
import "./forms.js";
import "./goto.js";
import "./copy.js";
import "./times.js";
import "./toasts.js";
import "./jobs.js";
