import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

/** One bundle for each file directly under js/; what they share lies in its folders. */
export async function scripts(output) {
  const folder = new URL("js/", output.home)
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".js"))) {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(name, folder))],
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      target: "es2022",
      legalComments: "none",
    })
    output.write(name, outputFiles[0].contents)
  }
}
