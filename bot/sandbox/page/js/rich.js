/* Rich messages: blocks and rich text (Bot API 10.1) as nodes. */

import { fileUrl } from "./api.js";
import { h, icon } from "./dom.js";
import { linkNode, spoiler, timeNode } from "./entities.js";
import { mapNode } from "./map.js";
import { t } from "./words.js";

const STYLES = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", marked: "mark", subscript: "sub", superscript: "sup",
};

/** Nodes of a list of blocks. */
export const richNodes = (blocks, ctx) => (blocks || []).map((block) => (BLOCKS[block.type] || unknown)(block, ctx));

function text(value, ctx) {
  if (typeof value === "string") return lines(value);
  if (Array.isArray(value)) return value.map((item) => text(item, ctx));
  if (!value) return [];
  const inner = text(value.text ?? value.alternative_text ?? value.expression ?? "", ctx);
  if (STYLES[value.type]) return h(STYLES[value.type], {}, inner);
  switch (value.type) {
    case "url":
      return linkNode(value.url, inner, ctx);
    case "email_address":
      return linkNode(`mailto:${value.email_address}`, inner, ctx);
    case "phone_number":
      return linkNode(`tel:${value.phone_number}`, inner, ctx);
    case "date_time":
      return timeNode(value.unix_time, value.date_time_format || "", ctx);
    case "spoiler":
      return spoiler([inner], ctx);
    case "bot_command":
      return h("button", { type: "button", class: "link", onclick: () => ctx.command(String(value.text)) }, inner);
    default:
      return h("span", {}, inner);
  }
}

const lines = (value) => value.split("\n").flatMap((line, n) => (n ? [h("br"), line] : [line]));

const heading = (block, ctx) =>
  h("p", { class: `heading size-${Math.min(6, Math.max(1, block.size || 3))}`, role: "heading", "aria-level": Math.min(6, (block.size || 3) + 2) }, text(block.text, ctx));

function list(block, ctx) {
  return h("ul", { class: "rich-list" }, block.items.map((item) =>
    h("li", {}, h("span", { class: "label" }, item.has_checkbox ? (item.is_checked ? "☑" : "☐") : item.label || "•"), h("div", {}, richNodes(item.blocks, ctx)))));
}

const credit = (value, ctx) => (value ? h("cite", {}, text(value, ctx)) : null);
const quote = (block, ctx) => h("blockquote", {}, richNodes(block.blocks, ctx), credit(block.credit, ctx));
const pull = (block, ctx) => h("blockquote", { class: "pull" }, text(block.text, ctx), credit(block.credit, ctx));

function table(block, ctx) {
  const classes = ["rich-table", block.is_bordered && "bordered", block.is_striped && "striped"].filter(Boolean).join(" ");
  const rows = block.cells.map((row) => h("tr", {}, row.map((cell) =>
    h(cell.is_header ? "th" : "td", { colspan: cell.colspan, rowspan: cell.rowspan, class: `align-${cell.align || "left"} valign-${cell.valign || "middle"}`, scope: cell.is_header ? "col" : null }, text(cell.text ?? "", ctx)))));
  const caption = block.caption ? h("caption", {}, text(block.caption, ctx)) : null;
  return h("div", { class: "table-frame", tabindex: "0", role: "group", "aria-label": "table" }, h("table", { class: classes }, caption, h("tbody", {}, rows)));
}

const details = (block, ctx) =>
  h("details", { open: block.is_open }, h("summary", {}, text(block.summary, ctx)), h("div", { class: "inner" }, richNodes(block.blocks, ctx)));

const captioned = (node, block, ctx) =>
  block.caption ? h("figure", {}, node, h("figcaption", {}, text(block.caption.text, ctx), credit(block.caption.credit, ctx))) : node;

const map = (block, ctx) => captioned(mapNode(block.location, ctx), block, ctx);
const collage = (block, ctx) => captioned(h("div", { class: "collage" }, richNodes(block.blocks, ctx)), block, ctx);

function slideshow(block, ctx) {
  const slides = richNodes(block.blocks, ctx);
  const place = h("span", { role: "status" });
  let shown = 0;
  const show = (index) => {
    shown = (index + slides.length) % slides.length;
    slides.forEach((slide, n) => slide.toggleAttribute("hidden", n !== shown));
    place.textContent = t("slide", ctx.language, { n: shown + 1, of: slides.length });
  };
  const step = (by, name, key) =>
    h("button", { type: "button", class: `icon-button ${key}`, "aria-label": t(key, ctx.language), onclick: () => show(shown + by) }, icon(name));
  show(0);
  return captioned(h("div", { class: "slideshow" }, h("div", { class: "slides" }, slides), h("div", { class: "steps" }, step(-1, "back", "previous"), place, step(1, "back", "next"))), block, ctx);
}

const picture = (block, ctx) =>
  captioned(h("img", { src: fileUrl(block.photo.at(-1).file_id), alt: t("photo", ctx.language), class: "rich-photo" }), block, ctx);
const player = (tag, field) => (block, ctx) =>
  captioned(h(tag, { controls: true, preload: "none", src: fileUrl(block[field].file_id) }), block, ctx);

const unknown = (block, ctx) => h("div", {}, text(block.text ?? "", ctx), richNodes(block.blocks, ctx));

const BLOCKS = {
  paragraph: (block, ctx) => h("p", {}, text(block.text, ctx)),
  heading,
  pre: (block, ctx) => h("pre", {}, h("code", {}, text(block.text, ctx))),
  footer: (block, ctx) => h("p", { class: "footer" }, text(block.text, ctx)),
  divider: () => h("hr"),
  mathematical_expression: (block) => h("p", { class: "math" }, block.expression),
  anchor: () => h("span", {}),
  list,
  blockquote: quote,
  pullquote: pull,
  details,
  table,
  map,
  collage,
  slideshow,
  photo: picture,
  video: player("video", "video"),
  animation: player("video", "animation"),
  audio: player("audio", "audio"),
  voice_note: player("audio", "voice_note"),
  thinking: (block, ctx) => h("p", { class: "footer" }, text(block.text, ctx)),
};
