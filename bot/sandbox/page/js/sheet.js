/* Dialogs: sheets that rise from the lower edge of a phone, alerts, and a picture seen large. */

import { h, iconButton, refill } from "./dom.js";
import { t } from "./words.js";

/** A modal sheet over a phone (or the page). Gives `{dialog, close}`; `body` is nodes. */
export function sheet(anchor, title, language, ...body) {
  const name = `sheet-${Math.random().toString(36).slice(2)}`;
  const dialog = h("dialog", { class: "sheet", "aria-labelledby": name });
  const close = () => dialog.close();
  refill(dialog,
    h("header", {}, h("h2", { id: name }, title), iconButton("close", t("cancel", language), close)),
    h("div", { class: "sheet-body" }, body));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  document.body.append(dialog);
  dialog.showModal();
  settle(dialog, anchor);
  return { dialog, close };
}

/** Put it at the lower edge of what it belongs to. */
function settle(dialog, anchor) {
  const box = anchor?.getBoundingClientRect();
  if (!box || window.innerWidth < 600) return;
  const left = Math.min(Math.max(box.left, 0), window.innerWidth - box.width);
  Object.assign(dialog.style, {
    left: `${left}px`, right: "auto", width: `${box.width}px`, bottom: `${Math.max(window.innerHeight - box.bottom, 0)}px`, maxHeight: `${box.height * 0.82}px`,
  });
  dialog.classList.add("anchored");
}

/** A list of choices; each `{label, hint?, icon?, act, danger?, disabled?}`. */
export function choices(anchor, title, language, entries) {
  const list = h("ul", { class: "choices" });
  const { close, dialog } = sheet(anchor, title, language, list);
  refill(list, entries.filter(Boolean).map((entry) =>
    h("li", {}, h("button", { type: "button", class: entry.danger ? "choice danger" : "choice", disabled: entry.disabled, onclick: () => (close(), entry.act()) },
      entry.icon || null, h("span", {}, entry.label), entry.hint ? h("small", {}, entry.hint) : null))));
  list.querySelector("button:not([disabled])")?.focus();
  return { close, dialog };
}

/** Ask for a line of text; `take(value)` once it is given. */
export function ask(anchor, title, language, label, take, extra = null) {
  const field = h("input", { type: "text", required: true, maxlength: "128", "aria-label": label, placeholder: label });
  const form = h("form", { class: "ask" }, field, extra, h("button", { type: "submit", class: "primary" }, t("ok", language)));
  const { close } = sheet(anchor, title, language, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    close();
    take(field.value.trim());
  });
  field.focus();
}

/** An alert that must be clicked away. */
export function alertBox(anchor, text, language) {
  const dialog = h("dialog", { class: "alert", role: "alertdialog", "aria-label": text });
  refill(dialog, h("p", {}, text), h("button", { type: "button", class: "primary", onclick: () => dialog.close() }, t("ok", language)));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  const box = anchor?.getBoundingClientRect();
  if (box && window.innerWidth >= 600) Object.assign(dialog.style, { left: `${box.left + 24}px`, right: "auto", width: `${box.width - 48}px` });
}

/** A picture, large. */
export function lightbox(url, words, language) {
  const dialog = h("dialog", { class: "lightbox", "aria-label": words });
  refill(dialog, h("img", { src: url, alt: words }), iconButton("close", t("cancel", language), () => dialog.close()));
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
