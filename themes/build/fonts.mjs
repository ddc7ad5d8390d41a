import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import subset from "subset-font"

const SUBSETS = ["latin", "latin-ext"]
// All that the style sheets use; the rest would only be carried.
const WEIGHTS = { min: 400, max: 600 }
const FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "tnum"]
const LOCAL = {
  sans: ["Arial", "Liberation Sans", "Arimo", "Helvetica"],
  serif: ["Times New Roman", "Liberation Serif", "Tinos", "Times"],
}

/** Writes the listed fonts and returns their @font-face rules, each with a fallback of the same measure. */
export async function fonts(output) {
  const listed = JSON.parse(readFileSync(new URL("fonts.json", output.home), "utf8"))
  const rules = []
  for (const [key, font] of Object.entries(listed)) rules.push(await faces(output, key, font), fallback(font))
  return rules.join("")
}

async function faces(output, key, font) {
  const folder = new URL(`node_modules/@fontsource-variable/${key}/`, output.home)
  const css = readFileSync(new URL("wght.css", folder), "utf8")
  let rules = ""
  for (const part of SUBSETS) {
    const file = `${key}-${part}-wght-normal.woff2`
    const rule = css.split("@font-face").find((face) => face.includes(`/${file}`))
    const range = /unicode-range:\s*([^;]+);/.exec(rule)[1]
    const content = await lightened(output, readFileSync(new URL(`files/${file}`, folder)), range)
    const hashed = output.write(`fonts/${key}-${part}.woff2`, content, { compress: false })
    rules +=
      `@font-face{font-family:"${font.name} Variable";font-style:normal;font-display:swap;` +
      `font-weight:${WEIGHTS.min} ${WEIGHTS.max};src:url(${hashed}) format("woff2");unicode-range:${range}}`
  }
  return rules
}

/** The font without the weights and features that nobody uses. Kept beside the packages: it takes a second each. */
async function lightened(output, font, range) {
  const cache = new URL("node_modules/.cache/fonts/", output.home)
  const kept = new URL(createHash("sha256").update(font).update(JSON.stringify([WEIGHTS, FEATURES])).digest("hex"), cache)
  try {
    return readFileSync(kept)
  } catch {
    const made = await subset(font, marks(range), {
      targetFormat: "woff2",
      variationAxes: { wght: WEIGHTS },
      keepFeatures: FEATURES,
      noHinting: true,
    })
    mkdirSync(cache, { recursive: true })
    writeFileSync(kept, made)
    return made
  }
}

/** Every character of a CSS unicode-range. */
function marks(range) {
  return range
    .split(",")
    .flatMap((part) => {
      const [from, to = from] = part.trim().replace("U+", "").split("-").map((code) => parseInt(code, 16))
      return Array.from({ length: to - from + 1 }, (_, step) => String.fromCodePoint(from + step))
    })
    .join("")
}

/** A local font stretched to the same width and height, so that nothing moves when the real one arrives. */
function fallback(font) {
  const sources = LOCAL[font.kind].map((name) => `local("${name}")`).join(",")
  return (
    `@font-face{font-family:"${font.name} Fallback";src:${sources};size-adjust:${font.size}%;` +
    `ascent-override:${font.ascent}%;descent-override:${font.descent}%;line-gap-override:0%}`
  )
}
