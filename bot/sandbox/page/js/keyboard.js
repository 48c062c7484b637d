/* Buttons under messages, and keyboards below the chat. */

import { h } from "./dom.js";

/** An inline keyboard; `press(button, node)` is called with the API's button. */
export function inlineKeyboard(markup, press) {
  const rows = markup?.inline_keyboard?.filter((row) => row.length) || [];
  if (!rows.length) return null;
  return h("div", { class: "keyboard" }, rows.map((row) =>
    h("div", { class: "row" }, row.map((button) => {
      const node = h("button", {
        type: "button",
        class: `key ${button.style || ""} ${button.url ? "outward" : ""}`,
        disabled: Boolean(button.disabled),
        onclick: () => press(button, node),
      }, button.text);
      return node;
    }))));
}

/** A reply keyboard; `say(text)` is called with the key's words. */
export function replyKeyboard(markup, say) {
  const rows = markup?.keyboard || [];
  if (!rows.length) return null;
  return h("div", { class: "reply-keyboard" }, rows.map((row) =>
    h("div", { class: "row" }, row.map((key) => h("button", { type: "button", class: "key", onclick: () => say(key.text) }, key.text)))));
}
