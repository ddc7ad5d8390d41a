// After `npm install`: makes the lock whole, so that `npm ci` takes it on every machine.
//
// npm leaves optional packages for other platforms out of a fresh lock and then refuses that lock as incomplete.
// Each one left out is named as built for no platform: it satisfies the check and is never installed.
// Run: npm install && node build/lock.mjs
import { readFileSync, writeFileSync } from "node:fs"

const path = new URL("../package-lock.json", import.meta.url)
const lock = JSON.parse(readFileSync(path, "utf8"))

for (const [where, entry] of Object.entries({ ...lock.packages })) {
  delete entry.funding
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const own = `${where}/node_modules/${name}`
    const shared = `node_modules/${name}`
    if (lock.packages[own] || lock.packages[shared]) continue
    lock.packages[shared] = { version, optional: true, os: ["none"], cpu: ["none"] }
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(path, JSON.stringify(lock, null, 2) + "\n")
