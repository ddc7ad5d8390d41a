// Builds dist/: style sheet, scripts, icon sprite, fonts and the manifest that maps plain names to hashed ones.
// The new build is made beside the old one and swapped in whole, so that a reader never sees half of it.
import { mkdirSync, renameSync, rmSync } from "node:fs"
import { fonts } from "./fonts.mjs"
import { icons } from "./icons.mjs"
import { Output } from "./output.mjs"
import { scripts } from "./scripts.mjs"
import { styles } from "./styles.mjs"

const home = new URL("../", import.meta.url)
const target = new URL("dist/", home)
const fresh = new URL(`dist-${process.pid}/`, home)
const stale = new URL(`dist-${process.pid}-old/`, home)

rmSync(fresh, { recursive: true, force: true })
mkdirSync(fresh, { recursive: true })
const output = new Output(home, fresh)
const faces = await fonts(output)
icons(output)
styles(output, faces)
await scripts(output)
output.manifest()
try {
  renameSync(target, stale)
} catch {
  // the first build
}
renameSync(fresh, target)
rmSync(stale, { recursive: true, force: true })
