import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"

/** What the build writes: each file under a name that changes with its content. */
export class Output {
  /** @type {Record<string, string>} plain name → hashed name */
  files = {}
  /** @type {string[]} */
  iconNames = []

  constructor(home, folder) {
    this.home = home
    this.folder = folder
  }

  /** Writes `content` as `name` with its hash in it and returns that name. Text is also kept compressed. */
  write(name, content, { compress = true } = {}) {
    const bytes = Buffer.from(content)
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10)
    const dot = name.lastIndexOf(".")
    const hashed = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`
    mkdirSync(new URL(".", new URL(hashed, this.folder)), { recursive: true })
    writeFileSync(new URL(hashed, this.folder), bytes)
    if (compress) this.#compress(hashed, bytes)
    this.files[name] = hashed
    return hashed
  }

  #compress(hashed, bytes) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT }
    writeFileSync(new URL(`${hashed}.br`, this.folder), brotliCompressSync(bytes, { params }))
    writeFileSync(new URL(`${hashed}.gz`, this.folder), gzipSync(bytes, { level: 9 }))
  }

  manifest() {
    const content = { files: this.files, icons: this.iconNames }
    writeFileSync(new URL("manifest.json", this.folder), JSON.stringify(content, null, 1))
  }
}
