// For people who work here all day. Everything makes a page quicker; nothing makes it work: forms and links do.
import "./parts/common.js"
import "./parts/keys.js"
import "./parts/lists.js"
import "./parts/palette.js"
import "./parts/drafts.js"
import "./parts/tabs.js"
import "./parts/brand.js"
