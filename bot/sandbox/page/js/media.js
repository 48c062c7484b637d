/* Photos and albums, documents, voice, video, places, contacts: what a message carries besides words. */

import { fileUrl } from "./api.js";
import { h, icon } from "./dom.js";
import { lightbox } from "./sheet.js";
import { mapNode } from "./map.js";
import { t } from "./words.js";

/** Nodes of one message's, or a whole album's, files. */
export function mediaNodes(posts, ctx) {
  const pictures = posts.filter((post) => post.message.photo || post.message.video || post.message.animation);
  const rest = posts.filter((post) => !pictures.includes(post));
  return [pictures.length ? mosaic(pictures, ctx) : null, ...rest.map((post) => single(post.message, ctx))].filter(Boolean);
}

function mosaic(posts, ctx) {
  const label = posts.length > 1 ? t("album", ctx.language, { n: posts.length }) : null;
  return h("div", { class: `mosaic n${Math.min(posts.length, 10)}`, role: label ? "group" : null, "aria-label": label },
    posts.map((post, n) => (post.message.photo ? photo(post.message, ctx, n, posts.length) : video(post.message))));
}

function photo(message, ctx, n, of) {
  const sizes = message.photo;
  const shown = sizes.find((size) => size.width >= 480) || sizes.at(-1);
  const words = [t("photo", ctx.language), of > 1 ? `${n + 1}/${of}` : "", message.caption || ""].filter(Boolean).join(" · ");
  const image = h("img", { src: fileUrl(shown.file_id), width: shown.width, height: shown.height, alt: "", loading: "lazy", decoding: "async" });
  const cover = message.has_media_spoiler ? "covered" : "";
  const open = () => (frame.classList.contains("covered") ? frame.classList.remove("covered") : lightbox(fileUrl(sizes.at(-1).file_id), words, ctx.language));
  const frame = h("button", { type: "button", class: `picture ${cover}`, "aria-label": words, onclick: open }, image);
  return frame;
}

function video(message) {
  const file = message.video || message.animation;
  return h("div", { class: "picture" }, h("video", { controls: true, preload: "metadata", src: fileUrl(file.file_id) }));
}

function single(message, ctx) {
  if (message.voice || message.audio) return sound(message.voice || message.audio, ctx);
  if (message.document) return file(message.document, ctx);
  if (message.venue) return mapNode(message.venue.location, ctx, message.venue.title, message.venue.address);
  if (message.location) return mapNode(message.location, ctx);
  if (message.contact) return contact(message.contact);
  if (message.video_note) return h("video", { class: "round", controls: true, preload: "metadata", src: fileUrl(message.video_note.file_id) });
  if (message.sticker) return h("div", { class: "sticker" }, message.sticker.emoji || "🙂");
  if (message.dice) return h("div", { class: "sticker" }, `${message.dice.emoji} ${message.dice.value}`);
  if (message.poll) return poll(message.poll);
  return null;
}

function sound(voice, ctx) {
  const name = voice.title || t("listen", ctx.language);
  return h("div", { class: "voice" }, h("audio", { controls: true, preload: "none", src: fileUrl(voice.file_id), "aria-label": name }));
}

function file(document, ctx) {
  const name = document.file_name || t("document", ctx.language);
  return h("a", { class: "file", href: fileUrl(document.file_id), download: name, "aria-label": `${t("download", ctx.language)} ${name}` },
    h("span", { class: "badge" }, icon("file")),
    h("span", { class: "facts" }, h("span", { class: "name" }, name), h("span", { class: "size" }, size(document.file_size))));
}

function size(bytes = 0) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

const contact = (card) => h("div", { class: "contact" }, h("strong", {}, card.first_name, " ", card.last_name || ""), h("span", {}, card.phone_number));

const poll = (question) =>
  h("div", { class: "poll" }, h("strong", {}, question.question), h("ul", {}, question.options.map((option) => h("li", {}, `${option.text} · ${option.voter_count}`))));

/** One line for lists and quotations. */
export function summary(message, language) {
  if (!message) return "";
  const words = message.text?.replace(/^(\/start) [\w-]+$/, "$1") || message.caption || flat(message.rich_message?.blocks);
  const kinds = ["photo", "video", "voice", "document", "location", "sticker", "contact", "poll"];
  const kind = kinds.find((name) => message[name]);
  const sign = kind ? `[${t(kind === "voice" ? "listen" : kind, language)}] ` : "";
  return `${sign}${words || ""}`.trim() || serviceWords(message, language);
}

function flat(value) {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(flat).filter(Boolean).join(" ");
  if (!value) return "";
  return [value.summary, value.text, value.blocks, value.items, value.cells].map(flat).filter(Boolean).join(" ");
}

const SERVICES = [
  "new_chat_members", "left_chat_member", "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "pinned_message",
];

/** A service message in words; empty for what people wrote. */
export function serviceWords(message, language) {
  const kind = SERVICES.find((name) => message[name]);
  if (!kind) return isSaid(message) ? "" : t("service_other", language);
  const value = message[kind];
  const person = kind === "new_chat_members" ? value[0] : kind === "left_chat_member" ? value : message.from;
  return t(`service_${kind}`, language, { name: value.name || person?.first_name || "" });
}

const SAID = ["text", "caption", "rich_message", "photo", "video", "animation", "voice", "audio", "document", "location", "venue", "contact", "video_note", "sticker", "dice", "poll"];
const isSaid = (message) => SAID.some((name) => message[name] !== undefined);
