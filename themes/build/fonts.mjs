import { readFileSync } from "node:fs"

const SUBSETS = ["latin", "latin-ext"]
const LOCAL = {
  sans: ["Arial", "Liberation Sans", "Arimo", "Helvetica"],
  serif: ["Times New Roman", "Liberation Serif", "Tinos", "Times"],
}

/** Copies the listed fonts and returns their @font-face rules, each with a fallback of the same measure. */
export function fonts(output) {
  const listed = JSON.parse(readFileSync(new URL("fonts.json", output.home), "utf8"))
  return Object.entries(listed)
    .map(([key, font]) => faces(output, key, font) + fallback(font))
    .join("")
}

function faces(output, key, font) {
  const css = readFileSync(new URL(`node_modules/@fontsource-variable/${key}/wght.css`, output.home), "utf8")
  return SUBSETS.map((subset) => {
    const file = `${key}-${subset}-wght-normal.woff2`
    const rule = css.split("@font-face").find((part) => part.includes(`/${file}`))
    const range = /unicode-range:\s*([^;]+);/.exec(rule)[1]
    const content = readFileSync(new URL(`node_modules/@fontsource-variable/${key}/files/${file}`, output.home))
    const hashed = output.write(`fonts/${key}-${subset}.woff2`, content, { compress: false })
    return (
      `@font-face{font-family:"${font.name} Variable";font-style:normal;font-display:swap;font-weight:${font.weights};` +
      `src:url(${hashed}) format("woff2");unicode-range:${range}}`
    )
  }).join("")
}

/** A local font stretched to the same width and height, so that nothing moves when the real one arrives. */
function fallback(font) {
  const sources = LOCAL[font.kind].map((name) => `local("${name}")`).join(",")
  return (
    `@font-face{font-family:"${font.name} Fallback";src:${sources};size-adjust:${font.size}%;` +
    `ascent-override:${font.ascent}%;descent-override:${font.descent}%;line-gap-override:0%}`
  )
}
