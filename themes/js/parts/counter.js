// How much room is left: characters, or the segments that a text message will be sent as.
import { each } from "./dom.js"

// GSM 03.38 basic set; the marks of the extension table count twice.
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
)
const EXTENDED = new Set("^{}\\[~]|€")

/** {segments, units, unicode, odd}: `odd` is the first mark that makes the message a Unicode one. */
export function segments(text) {
  let septets = 0
  for (const mark of text) {
    if (BASIC.has(mark)) septets += 1
    else if (EXTENDED.has(mark)) septets += 2
    else return { segments: count(text.length, 70, 67), units: text.length, unicode: true, odd: mark }
  }
  return { segments: count(septets, 160, 153), units: septets, unicode: false, odd: "" }
}

const count = (units, single, part) => (units === 0 ? 0 : units <= single ? 1 : Math.ceil(units / part))

each("[data-counter]", (counter) => {
  const field = document.getElementById(counter.dataset.counter)
  if (!field) return
  const show = () => (counter.dataset.counterKind === "sms" ? sms(counter, field.value) : characters(counter, field.value))
  field.addEventListener("input", show)
  show()
})

function characters(counter, text) {
  const most = Number(counter.dataset.counterMost || 0)
  const length = [...text].length
  counter.textContent = most ? `${length} / ${most}` : String(length)
  counter.toggleAttribute("data-over", most > 0 && length > most)
}

function sms(counter, text) {
  const found = segments(text)
  const [mark, marks, message, messages, longer] = counter.dataset.words.split("|")
  const many = (number, one, more) => (number === 1 ? one : more).replace("%n", number)
  const said = [many(found.units, mark, marks), many(found.segments, message, messages)]
  if (found.unicode) said.push(longer.replace("%o", found.odd))
  counter.textContent = said.join(" · ")
  counter.toggleAttribute("data-over", found.segments > 3)
}
