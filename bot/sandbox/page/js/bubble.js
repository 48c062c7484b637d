/* One message, or one album, as a bubble. */

import { h, icon, iconButton } from "./dom.js";
import { textNodes } from "./entities.js";
import { inlineKeyboard } from "./keyboard.js";
import { mediaNodes, serviceWords, summary } from "./media.js";
import { richNodes } from "./rich.js";
import { full, hour } from "./when.js";
import { t } from "./words.js";

/** A node for posts that belong together. `ctx`: see chat.js. */
export function bubble(posts, ctx) {
  const first = posts[0].message;
  const service = serviceWords(first, ctx.language);
  if (service) return h("article", { class: "service", tabindex: "-1" }, h("span", {}, service));
  const mine = first.from?.id === ctx.user;
  const article = h("article", { class: `message ${mine ? "mine" : "theirs"}`, tabindex: "-1", "aria-label": spoken(posts, ctx) },
    h("div", { class: `bubble ${first.rich_message ? "rich" : ""} ${bare(first) ? "bare" : ""}` },
      author(first, mine, ctx), origin(first, ctx), quoted(first, ctx), mediaNodes(posts, ctx), words(posts, ctx), foot(posts, mine, ctx)),
    inlineKeyboard(posts.find((post) => post.message.reply_markup)?.message.reply_markup, (button, node) => ctx.press(posts.find((p) => p.message.reply_markup), button, node)),
    iconButton("more", t("more", ctx.language), () => ctx.menu(posts[0]), { class: "icon-button message-more", tabindex: "-1" }));
  article.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a, input, audio, video")) return;
    event.preventDefault();
    ctx.menu(posts[0]);
  });
  article.addEventListener("keydown", (event) => {
    if (event.target !== article || event.key !== "Enter") return;
    event.preventDefault(); // or the same key would press the menu's first entry
    ctx.menu(posts[0]);
  });
  return article;
}

const bare = (message) => message.photo && !message.caption && !message.reply_to_message;

function spoken(posts, ctx) {
  const message = posts[0].message;
  const who = message.sender_chat?.title || ctx.name(message.from?.id);
  return `${who}, ${hour(new Date(message.date * 1000), ctx.language)}`;
}

function author(message, mine, ctx) {
  if (mine || ctx.private) return null;
  const id = message.from?.id || 0;
  return h("div", { class: `author tint-${Math.abs(id) % 6}` }, message.sender_chat?.title || ctx.name(id));
}

function origin(message, ctx) {
  const from = message.forward_origin;
  if (!from) return null;
  const name = from.sender_user?.first_name || from.sender_chat?.title || from.chat?.title || from.sender_user_name || "";
  return h("div", { class: "origin" }, t("forwarded", ctx.language, { name }));
}

function quoted(message, ctx) {
  const reply = message.reply_to_message;
  if (!reply || reply.forum_topic_created) return null;
  const go = () => ctx.jump(reply.message_id);
  return h("button", { type: "button", class: "quoted", onclick: go },
    h("strong", {}, ctx.name(reply.from?.id)), h("span", {}, summary(reply, ctx.language).slice(0, 90)));
}

function words(posts, ctx) {
  return posts.flatMap(({ message }) => {
    if (message.rich_message) return h("div", { class: "rich-body" }, richNodes(message.rich_message.blocks, ctx));
    const text = deepStart(message) ? "/start" : (message.text ?? message.caption);
    return text ? h("div", { class: "words" }, textNodes(text, message.entities || message.caption_entities, ctx)) : [];
  });
}

/** What a deep link sends: people see the command alone, never the key in it. */
const deepStart = (message) => /^\/start [\w-]+$/.test(message.text || "");

function foot(posts, mine, ctx) {
  const last = posts.at(-1).message;
  const moment = new Date(last.date * 1000);
  const edited = posts.some((post) => post.message.edit_date) ? h("span", {}, t("edited", ctx.language), " ") : null;
  const emoji = posts.flatMap((post) => post.reactions || []);
  return h("div", { class: "foot" },
    emoji.length ? h("span", { class: "reactions" }, emoji.join(" ")) : null, edited,
    h("time", { datetime: moment.toISOString(), title: full(moment, ctx.language) }, hour(moment, ctx.language)),
    mine ? tick(posts, ctx) : null);
}

/** One tick: on its way to the bot; two: the bot has it. */
function tick(posts, ctx) {
  const waits = posts.some((post) => ctx.waits(post.id));
  return h("span", { class: `tick ${waits ? "waits" : ""}`, role: "img", "aria-label": t(waits ? "notFetched" : "fetched", ctx.language), title: t(waits ? "notFetched" : "fetched", ctx.language) },
    icon("check"), waits ? null : icon("check"));
}
