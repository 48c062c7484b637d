/* Menus: of one message, and of a chat. */

import { act } from "./api.js";
import { icon } from "./dom.js";
import { ask, choices } from "./sheet.js";
import { t } from "./words.js";

const EMOJI = ["👍", "❤️", "🔥", "👏", "🙏", "🤔"];

/** What a person can do with a message. */
export function messageMenu(screen, post) {
  const { phone, chatId } = screen;
  const { language } = phone;
  const message = post.message;
  const mine = message.from?.id === phone.user;
  const text = message.text || message.caption;
  const of = { chat: chatId, message_id: post.id };
  choices(phone.node, t("more", language), language, [
    { label: t("reply", language), icon: icon("reply"), act: () => screen.composer.answer(post) },
    text && { label: t("copy", language), icon: icon("file"), act: () => copy(phone, text) },
    { label: t("forward", language), icon: icon("forward"), act: () => forward(screen, post) },
    mine && text && { label: t("edit", language), icon: icon("edit"), act: () => screen.composer.change(post) },
    { label: t("react", language), icon: icon("plus"), act: () => choices(phone.node, t("react", language), language, EMOJI.map((emoji) => ({ label: emoji, act: () => screen.do("react", { ...of, emoji }) }))) },
    { label: t("remove", language), icon: icon("trash"), danger: true, act: () => screen.do("delete", of) },
  ]);
}

async function copy(phone, text) {
  await navigator.clipboard?.writeText(text).catch(() => {});
  phone.toast(t("copied", phone.language));
}

function forward(screen, post) {
  const { phone, store } = screen;
  const pass = (chat) => async () => {
    await screen.do("forward", { chat: chat.chat.id, from_chat: screen.chatId, message_id: post.id });
    phone.open(chat.chat.id);
  };
  choices(phone.node, t("forward", phone.language), phone.language, store.chatsOf(phone.user).map((chat) => ({ label: store.title(chat), act: pass(chat) })));
}

/** What a person can do with a chat. */
export function chatMenu(screen) {
  const { phone } = screen;
  choices(phone.node, screen.title(), phone.language, screen.chatId > 0 ? privateEntries(screen) : groupEntries(screen));
}

function privateEntries(screen) {
  const { phone, chat } = screen;
  const { language } = phone;
  return [
    { label: t("scan", language), icon: icon("scan"), act: () => phone.scan() },
    languageEntry(phone),
    chat.blocked
      ? { label: t("unblockBot", language), icon: icon("play"), act: () => again(screen, "unblock", {}) }
      : { label: t("blockBot", language), icon: icon("close"), danger: true, act: () => again(screen, "block", {}) },
  ];
}

export function languageEntry(phone) {
  const { language } = phone;
  const other = language === "en" ? "zh-hans" : "en";
  return { label: t("phoneLanguage", language), hint: t("phoneLanguageHint", language), icon: icon("topics"), act: () => phone.speak(other) };
}

function groupEntries(screen) {
  const { phone, store, chat, chatId } = screen;
  const { language } = phone;
  const bot = chat.members.find((member) => member.user === store.bot.id);
  const inside = bot && !["left", "kicked"].includes(bot.status);
  const by = { chat: chatId, by: phone.user };
  const change = (name, facts) => () => plain(screen, name, facts);
  return [
    inside
      ? bot.status === "member" && { label: t("promoteBot", language), icon: icon("plus"), act: change("add_bot", { ...by, status: "administrator" }) }
      : { label: t("addBot", language), icon: icon("plus"), act: change("add_bot", by) },
    chat.chat.is_forum && { label: t("newTopic", language), icon: icon("topics"), act: () => ask(phone.node, t("newTopic", language), language, t("topicName", language), (name) => plain(screen, "add_topic", { ...by, name })) },
    { label: t("invite", language), icon: icon("plus"), act: () => invite(screen) },
    languageEntry(phone),
    inside && { label: t("removeBot", language), icon: icon("close"), danger: true, act: change("remove_bot", by) },
    { label: t("leave", language), icon: icon("back"), danger: true, act: () => again(screen, "remove_member", { chat: chatId }) },
  ];
}

function invite(screen) {
  const { phone, store, chat, chatId } = screen;
  const there = new Set(chat.members.filter((m) => !["left", "kicked"].includes(m.status)).map((m) => m.user));
  const others = [...store.people.keys()].filter((id) => !there.has(id));
  choices(phone.node, t("invite", phone.language), phone.language, others.map((user) => ({ label: store.name(user), act: () => plain(screen, "add_member", { chat: chatId, user, by: phone.user }) })));
}

/** As the person themselves. */
async function again(screen, name, facts) {
  await screen.do(name, facts);
  screen.store.look(screen.chatId);
}

/** Acts that name their people otherwise. */
async function plain(screen, name, facts) {
  await act(name, facts).catch((error) => screen.phone.toast(error.message));
  screen.store.look(screen.chatId);
}
