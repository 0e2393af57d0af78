// The one entry of every page. Each module finds its own elements and leaves pages without them alone.
import "./theme.js";
