/* One chat on a phone: its head, its messages, its keyboard, where to write. */

import { act, get } from "./api.js";
import { Composer } from "./composer.js";
import { h, icon, iconButton, refill } from "./dom.js";
import { replyKeyboard } from "./keyboard.js";
import { summary } from "./media.js";
import { chatMenu, messageMenu } from "./menus.js";
import { Messages } from "./messages.js";
import { choices } from "./sheet.js";
import { t } from "./words.js";

const TYPING_MS = 5000;
const PRESS_MS = 10000; // a press that nobody answers stops turning

export class ChatScreen {
  constructor(phone, chatId, thread = null) {
    Object.assign(this, { phone, store: phone.store, chatId, thread });
    this.stops = [];
    this.spinning = new Map();
    this.context = this.makeContext();
    this.messages = new Messages(this.context, { chat: chatId, thread });
    this.composer = new Composer({ phone, where: () => ({ chat: chatId, thread: this.thread }), say: (words) => phone.toast(words), commands: () => this.commands() });
    this.head = h("header", { class: "chat-head" });
    this.below = h("div", { class: "below" });
    this.topics = h("nav", { class: "topics", "aria-label": t("allTopics", phone.language), hidden: true });
    this.pinned = h("div", { class: "pinned", hidden: true });
    this.node = h("div", { class: "screen chat-screen" }, this.head, this.topics, this.pinned, this.messages.node, this.below);
    this.dropping();
    this.listen();
    this.stand();
    this.start();
  }

  get chat() {
    return this.store.chats.get(this.chatId);
  }

  makeContext() {
    const { phone, store } = this;
    return {
      user: phone.user,
      language: phone.language,
      title: this.title(),
      private: this.chatId > 0,
      now: () => store.now(),
      name: (id) => store.name(id),
      deep: (url) => deepLink(url, store.bot.username),
      open: (url) => phone.openLink(url),
      command: (text) => this.say(text),
      waits: (id) => (store.board.waiting || []).some(([chat, message]) => chat === this.chatId && message === id),
      press: (post, button, node) => this.press(post, button, node),
      jump: (id) => this.messages.show(id),
      menu: (post) => messageMenu(this, post),
    };
  }

  listen() {
    const { store } = this;
    this.stops = [
      store.on(`chat:${this.chatId}`, (event) => this.happen(event)),
      store.on(`standing:${this.chatId}`, () => this.stand()),
      store.on("chats", () => this.drawBack()),
      store.on("board:waiting", () => this.messages.draw()),
    ];
  }

  async start() {
    const unread = this.chat.unread[this.phone.user] || 0;
    try {
      await this.messages.newest(unread);
    } catch (error) {
      this.phone.toast(error.message);
    }
    this.read();
    this.drawKeyboard();
    this.drawBelow();
  }

  happen(event) {
    if (event.kind === "action") return this.typing(event.action);
    if (event.kind === "toast") return this.answered(event);
    this.messages.happen(event);
    if (event.kind !== "sent") return undefined;
    if (event.post?.by_bot) this.quiet();
    this.read();
    this.drawKeyboard();
    this.drawBelow();
    return undefined;
  }

  /** They have seen everything; told to the server a moment later, once for many. */
  read() {
    if (!this.chat.unread[this.phone.user] || document.hidden) return;
    this.chat.unread[this.phone.user] = 0;
    clearTimeout(this.reading);
    this.reading = setTimeout(() => act("read", { user: this.phone.user, chat: this.chatId }).catch(() => {}), 150);
    this.store.tell("chats", { kind: "read", chat_id: this.chatId });
  }

  title() {
    return this.store.title(this.chat);
  }

  /** Redraw what depends on how the chat stands: head, topics, whether one may write. */
  stand() {
    const { phone, chat } = this;
    this.subtitle = h("span", { class: "subtitle" }, this.subtitleWords());
    this.backBadge = h("span", { class: "badge", hidden: true });
    this.back = h("button", { type: "button", class: "icon-button back", onclick: () => phone.list() }, icon("back"), this.backBadge);
    refill(this.head, this.back,
      h("span", { class: `avatar tint-${Math.abs(this.chatId) % 6} ${chat.chat.type === "private" ? "ours" : ""}`, "aria-hidden": "true" }, this.title().slice(0, 1)),
      h("span", { class: "titles" }, h("strong", { class: "title" }, this.title()), this.subtitle),
      iconButton("more", t("more", phone.language), () => chatMenu(this)));
    this.drawBack();
    this.drawTopics();
    this.drawPinned();
    this.drawBelow();
  }

  subtitleWords() {
    const members = this.chat.members.filter((member) => !["left", "kicked"].includes(member.status));
    return this.chatId > 0 ? t("bot", this.phone.language) : t("members", this.phone.language, { n: members.length });
  }

  drawBack() {
    const { phone } = this;
    const elsewhere = this.store.unread(phone.user) - (this.chat.unread[phone.user] || 0);
    this.backBadge.hidden = !elsewhere;
    this.backBadge.textContent = elsewhere > 99 ? "99+" : String(elsewhere);
    this.back.setAttribute("aria-label", elsewhere ? t("backUnread", phone.language, { n: elsewhere }) : t("back", phone.language));
  }

  drawTopics() {
    const { chat, phone } = this;
    this.topics.hidden = !chat.chat.is_forum;
    if (!chat.chat.is_forum) return;
    const entry = (id, name, closed) =>
      h("button", { type: "button", "aria-pressed": String(this.thread === id), onclick: () => phone.open(this.chatId, id) }, name, closed ? " 🔒" : "");
    const shown = chat.topics.filter((topic) => !topic.hidden).sort((one, other) => one.closed - other.closed);
    refill(this.topics, entry(null, t("allTopics", phone.language)), shown.map((topic) =>
      entry(topic.id, topic.id === 1 && topic.name === "General" ? t("general", phone.language) : topic.name, topic.closed)));
  }

  /** What was pinned last in the topic shown; a press goes there. */
  drawPinned() {
    const here = (post) => this.thread === null || (post.message.message_thread_id ?? 1) === this.thread;
    const pin = this.chat.pinned.findLast(here);
    this.pinned.hidden = !pin;
    if (!pin) return;
    refill(this.pinned, h("button", { type: "button", onclick: () => this.messages.show(pin.id) },
      h("strong", {}, t("pinned", this.phone.language)), h("span", {}, summary(pin.message, this.phone.language).slice(0, 90))));
  }

  /** Where one writes, or why one can't. */
  drawBelow() {
    const { chat, phone } = this;
    const { language } = phone;
    const member = chat.members.find((one) => one.user === phone.user);
    const topic = chat.topics.find((one) => one.id === (this.thread ?? 1));
    const administrates = ["creator", "administrator"].includes(member?.status);
    if (this.chatId > 0 && chat.blocked) {
      return this.show("blocked", [h("p", { class: "note" }, t("blocked", language)), this.bigButton(t("unblockBot", language), () => this.do("unblock", {}))]);
    }
    if (this.chatId > 0 && !chat.opened && !this.messages.posts.length) {
      return this.show("start", [this.bigButton(t("startBot", language), () => this.say("/start").then(() => this.store.look(this.chatId)))]);
    }
    if (this.chatId < 0 && (!member || ["left", "kicked"].includes(member.status))) return this.show("left", [h("p", { class: "note" }, t("left", language))]);
    if (topic?.closed && !administrates) return this.show("closed", [h("p", { class: "note" }, t("topicClosed", language))]);
    return this.show("composer", [(this.keys = this.keys || h("div", {})), this.composer.node]);
  }

  show(kind, nodes) {
    if (this.shown === kind) return;
    this.shown = kind;
    refill(this.below, nodes);
  }

  bigButton(words, act) {
    return h("button", { type: "button", class: "big", onclick: act }, words);
  }

  /** The keyboard the bot gave last, in place of nothing. */
  drawKeyboard() {
    const last = this.messages.posts.findLast((post) => post.keyboard?.keyboard || post.keyboard?.remove_keyboard);
    this.keys = this.keys || h("div", {});
    refill(this.keys, replyKeyboard(last?.keyboard, (text) => this.say(text)));
  }

  typing(action) {
    this.subtitle.textContent = t(action.startsWith("upload") ? "uploading" : "typing", this.phone.language);
    this.subtitle.classList.add("typing");
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.quiet(), TYPING_MS);
  }

  quiet() {
    this.subtitle.textContent = this.subtitleWords();
    this.subtitle.classList.remove("typing");
  }

  async do(name, facts) {
    try {
      return await act(name, { user: this.phone.user, ...facts });
    } catch (error) {
      this.phone.toast(error.message);
      return null;
    }
  }

  say(text) {
    return this.do("send_text", { chat: this.chatId, thread: this.thread, text });
  }

  /** Press a button of a message; the ring turns until the bot answers. */
  async press(post, button, node) {
    if (button.url) return this.phone.openLink(button.url);
    if (button.copy_text) {
      await navigator.clipboard?.writeText(button.copy_text.text).catch(() => {});
      return this.phone.toast(t("copied", this.phone.language));
    }
    if (!button.callback_data) return undefined;
    node.classList.add("turning");
    node.setAttribute("aria-busy", "true");
    const pressed = await this.do("press", { chat: this.chatId, message_id: post.id, data: button.callback_data });
    const stop = () => (node.classList.remove("turning"), node.removeAttribute("aria-busy"));
    if (!pressed) return stop();
    if (this.answeredEarly?.has(pressed.query_id)) return stop();
    this.spinning.set(pressed.query_id, stop);
    setTimeout(() => this.stopSpinning(pressed.query_id), PRESS_MS);
    return undefined;
  }

  answered(event) {
    this.answeredEarly = (this.answeredEarly || new Set()).add(event.query_id);
    this.stopSpinning(event.query_id);
  }

  stopSpinning(id) {
    this.spinning.get(id)?.();
    this.spinning.delete(id);
  }

  async commands() {
    const { language } = this.phone;
    const commands = await get(`commands?user=${this.phone.user}&chat=${this.chatId}`).catch(() => []);
    const entries = commands.map(({ command, description }) => ({ label: `/${command}`, hint: description, act: () => this.say(`/${command}`) }));
    choices(this.phone.node, t("commands", language), language, entries.length ? entries : [{ label: t("noCommands", language), act: () => {}, disabled: true }]);
  }

  dropping() {
    const over = (on) => (event) => {
      if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
      event.preventDefault();
      this.node.classList.toggle("dropping", on);
    };
    this.node.addEventListener("dragover", over(true));
    this.node.addEventListener("dragleave", over(false));
    this.node.addEventListener("drop", (event) => {
      over(false)(event);
      this.composer.take([...event.dataTransfer.files], event);
    });
  }

  close() {
    for (const stop of this.stops) stop();
    clearTimeout(this.typingTimer);
  }
}

/** Whether a link opens our bot. */
export function deepLink(url, username) {
  try {
    const link = new URL(url);
    const name = link.protocol === "tg:" ? link.searchParams.get("domain") : ["t.me", "telegram.me"].includes(link.hostname) && link.pathname.slice(1);
    return String(name || "").toLowerCase() === username.toLowerCase();
  } catch {
    return false;
  }
}
