/* A message's text with its entities (offsets in UTF-16 units, as JavaScript counts) as nodes. */

import { h } from "./dom.js";
import { full, stamped } from "./when.js";
import { t } from "./words.js";

const PLAIN = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };
const SAFE = /^(https?:|mailto:|tel:)/i;

/** Nodes of a text. `ctx`: language, now(), open(url), command(text). */
export function textNodes(text, entities, ctx) {
  const sorted = [...(entities || [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return stretch(text, sorted, 0, text.length, ctx);
}

function stretch(text, entities, from, to, ctx) {
  const nodes = [];
  let here = from;
  entities.forEach((entity, index) => {
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < here || end <= entity.offset) return;
    if (entity.offset > here) nodes.push(text.slice(here, entity.offset));
    const inner = entities.slice(index + 1).filter((e) => e.offset >= entity.offset && e.offset + e.length <= end);
    const raw = text.slice(entity.offset, end);
    nodes.push(wrapped(entity, raw, stretch(text, inner, entity.offset, end, ctx), ctx));
    here = end;
  });
  if (here < to) nodes.push(text.slice(here, to));
  return nodes;
}

function wrapped(entity, raw, inner, ctx) {
  if (PLAIN[entity.type]) return h(PLAIN[entity.type], {}, inner);
  switch (entity.type) {
    case "text_link":
      return linkNode(entity.url, inner, ctx);
    case "url":
      return linkNode(/^\w+:/.test(raw) ? raw : `https://${raw}`, inner, ctx);
    case "email":
      return linkNode(`mailto:${raw}`, inner, ctx);
    case "bot_command":
      return h("button", { type: "button", class: "link", onclick: () => ctx.command(raw) }, inner);
    case "pre":
      return h("pre", {}, h("code", {}, inner));
    case "blockquote":
      return h("blockquote", {}, inner);
    case "expandable_blockquote":
      return expandable(inner, ctx);
    case "spoiler":
      return spoiler(inner, ctx);
    case "date_time":
      return timeNode(entity.unix_time, entity.date_time_format || "", ctx);
    case "mention":
    case "hashtag":
    case "cashtag":
    case "phone_number":
    case "text_mention":
      return h("span", { class: "tag" }, inner);
    default:
      return h("span", {}, inner);
  }
}

/** A link: deep links to the bot open it here, others lead outside in a tab of their own. */
export function linkNode(url, inner, ctx) {
  if (ctx.deep(url)) return h("button", { type: "button", class: "link", onclick: () => ctx.open(url) }, inner);
  if (!SAFE.test(url)) return h("span", { class: "tag", title: url }, inner);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, inner);
}

/** A moment in the reader's words. */
export function timeNode(unix, layout, ctx) {
  const moment = new Date(unix * 1000);
  const props = { datetime: moment.toISOString(), title: full(moment, ctx.language), class: "stamp" };
  return h("time", props, stamped(unix, layout, ctx.language, ctx.now()));
}

/** Text that shows itself when pressed. */
export function spoiler(inner, ctx) {
  const cover = h("button", { type: "button", class: "spoiler", "aria-label": t("hidden", ctx.language) }, inner);
  cover.addEventListener("click", () => cover.replaceWith(h("span", { class: "revealed" }, [...cover.childNodes])));
  return cover;
}

function expandable(inner, ctx) {
  const quote = h("blockquote", { class: "folded" }, inner);
  const more = h("button", { type: "button", class: "link", onclick: () => (quote.classList.remove("folded"), more.remove()) }, "…", t("more", ctx.language));
  return h("div", {}, quote, more);
}
