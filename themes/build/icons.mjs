import { existsSync, readFileSync, readdirSync } from "node:fs"

// Where templates and declarations name an icon: icon("phone"), icon="phone", icon: phone, 'icon': 'phone'.
const NAMED = [
  /\bicon\(\s*["']([a-z0-9-]+)["']/g,
  /\bicon\s*=\s*["']([a-z0-9-]+)["']/g,
  /["']icon["']\s*:\s*["']([a-z0-9-]+)["']/g,
  /^\s*icon:\s*["']?([a-z0-9-]+)["']?\s*$/gm,
]
const PLACES = { "templates/": /\.html$/, "app/": /\.(py|yaml)$/ }

/** One sprite of the icons that are used: those named in the sources, and the list for names made at run time. */
export function icons(output) {
  const used = new Set(listed(output))
  for (const name of named(output)) used.add(name)
  const known = [...used].sort().filter((name) => existsSync(source(output, name)))
  for (const name of used) if (!known.includes(name)) console.warn(`no such icon: ${name}`)
  const symbols = known.map((name) => symbol(name, readFileSync(source(output, name), "utf8")))
  output.write("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`)
  output.iconNames = known
}

function listed(output) {
  const lines = readFileSync(new URL("icons.txt", output.home), "utf8").split("\n")
  return lines.flatMap((line) => line.replace(/#.*/, "").split(/\s+/)).filter(Boolean)
}

function* named(output) {
  for (const [place, kind] of Object.entries(PLACES)) {
    const folder = new URL(`../${place}`, output.home)
    for (const file of readdirSync(folder, { recursive: true }).filter((path) => kind.test(path))) {
      const text = readFileSync(new URL(file, folder), "utf8")
      // `icon: name` is data in YAML, but an annotation in Python.
      for (const pattern of file.endsWith(".py") ? NAMED.slice(0, -1) : NAMED)
        for (const match of text.matchAll(pattern)) yield match[1]
    }
  }
}

function source(output, name) {
  return new URL(`node_modules/lucide-static/icons/${name}.svg`, output.home)
}

function symbol(name, svg) {
  const body = svg.replace(/<!--.*?-->/gs, "").replace(/<\/?svg[^>]*>/g, "").replace(/>\s+</g, "><").trim()
  return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`
}
