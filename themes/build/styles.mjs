import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** The style sheet: fonts, then what Tailwind makes of css/app.css and the classes it finds; and the unbranded theme. */
export function styles(output, faces) {
  const scratch = mkdtempSync(join(tmpdir(), "styles-"))
  const made = join(scratch, "app.css")
  const tool = fileURLToPath(new URL("node_modules/@tailwindcss/cli/dist/index.mjs", output.home))
  const options = { cwd: fileURLToPath(output.home), stdio: ["ignore", "ignore", "pipe"] }
  execFileSync(process.execPath, [tool, "-i", "css/app.css", "-o", made, "--minify"], options)
  const css = readFileSync(made, "utf8").replace(/^\/\*!.*?\*\/\s*/s, "").replace(/\/\*!.*?\*\//gs, "")
  rmSync(scratch, { recursive: true })
  output.write("app.css", faces + css)
  output.write("default.css", readFileSync(new URL("css/default.css", output.home)))
}
