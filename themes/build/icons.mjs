import { existsSync, readFileSync, readdirSync } from "node:fs"

// Where an icon is named: lines of templates that draw one, the declarations of slices, and lines of code that say "icon".
const PLACES = [
  { folder: "templates/", kind: /\.html$/, lines: /icon\(|sign|\bui\.|set \w+signs/ },
  { folder: "app/", kind: /__init__\.py$/, lines: /./ },
  { folder: "app/", kind: /\.(py|yaml)$/, lines: /icon/i },
]
const QUOTED = /(["'])([a-z][a-z0-9-]*)\1|^\s*icon:\s*([a-z][a-z0-9-]*)\s*$/g

/** One sprite of the icons that are used: those named in the sources, and the list for names made at run time. */
export function icons(output) {
  const drawn = new Set(readdirSync(icon(output, "")).map((file) => file.replace(/\.svg$/, "")))
  const names = [...new Set([...listed(output), ...named(output)])].filter((name) => drawn.has(name)).sort()
  const symbols = names.map((name) => symbol(name, readFileSync(icon(output, `${name}.svg`), "utf8")))
  output.write("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`)
  output.iconNames = names
}

function icon(output, file) {
  return new URL(`node_modules/lucide-static/icons/${file}`, output.home)
}

function listed(output) {
  const lines = readFileSync(new URL("icons.txt", output.home), "utf8").split("\n")
  return lines.flatMap((line) => line.replace(/#.*/, "").split(/\s+/)).filter(Boolean)
}

function* named(output) {
  for (const { folder, kind, lines } of PLACES) {
    const root = new URL(`../${folder}`, output.home)
    if (!existsSync(root)) continue
    for (const file of readdirSync(root, { recursive: true }).filter((path) => kind.test(path)))
      for (const line of readFileSync(new URL(file, root), "utf8").split("\n").filter((text) => lines.test(text)))
        for (const [, , quoted, bare] of line.matchAll(QUOTED)) yield quoted ?? bare
  }
}

function symbol(name, svg) {
  const body = svg.replace(/<!--.*?-->/gs, "").replace(/<\/?svg[^>]*>/g, "").replace(/>\s+</g, "><").replace(/\s\/>/g, "/>").trim()
  return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`
}
