/* One person's phone: a chat, or the list of their chats; toasts and alerts over it. */

import { act } from "./api.js";
import { cardSheet } from "./cards.js";
import { ChatScreen, deepLink } from "./chat.js";
import { ChatList } from "./chatlist.js";
import { h, iconButton, refill } from "./dom.js";
import { alertBox } from "./sheet.js";
import { hour } from "./when.js";
import { t } from "./words.js";

const TOAST_MS = 3500;

export class Phone {
  /** `place`: {user, chat, thread}; `changed()` when it shows something else; `putAway()` to take it off the wall. */
  constructor(store, place, { language, changed, putAway }) {
    Object.assign(this, { store, changed, putAway, user: place.user, pageLanguage: language });
    this.language = store.language(this.user);
    this.glass = h("div", { class: "glass" });
    this.clock = h("span", { class: "status-clock" });
    this.pop = h("div", { class: "toast", role: "status", hidden: true });
    this.node = h("section", { class: "phone", "aria-label": t("phoneOf", language, { name: store.name(this.user) }), dataset: { user: this.user } });
    this.stop = store.on("chats", (event) => this.heard(event));
    this.draw();
    if (place.chat) this.open(place.chat, place.thread);
    else this.list();
  }

  draw() {
    const role = this.role();
    refill(this.node,
      h("header", { class: "owner" }, h("h2", {}, this.store.name(this.user)), h("span", {}, role), iconButton("close", `${t("closePhone", this.pageLanguage)}: ${this.store.name(this.user)}`, () => this.putAway(this))),
      h("div", { class: "case" }, h("div", { class: "status", "aria-hidden": "true" }, this.clock, h("span", { class: "signal" })), this.glass, this.pop));
    this.tick();
  }

  role() {
    const known = this.store.roster.find((person) => person.user === this.user);
    return known ? known.unit : t("stranger", this.pageLanguage);
  }

  tick() {
    this.clock.textContent = hour(this.store.now(), this.language);
  }

  get place() {
    return { user: this.user, chat: this.screen instanceof ChatScreen ? this.screen.chatId : null, thread: this.screen?.thread ?? null };
  }

  show(screen) {
    this.screen?.close();
    this.screen = screen;
    this.glass.lang = this.language === "en" ? "en" : "zh-CN";
    refill(this.glass, screen.node);
    this.changed();
  }

  open(chat, thread = null) {
    if (!this.store.chats.has(chat)) return this.list();
    if (this.screen instanceof ChatScreen && this.screen.chatId === chat && this.screen.thread === thread) return undefined;
    return this.show(new ChatScreen(this, chat, thread));
  }

  list() {
    this.show(new ChatList(this));
    this.glass.querySelector("button")?.focus({ preventScroll: true });
  }

  scan() {
    cardSheet(this);
  }

  async openLink(url) {
    if (!deepLink(url, this.store.bot.username)) return this.toast(t("linkAway", this.language));
    this.open(this.user);
    return act("open_link", { user: this.user, link: url }).catch((error) => this.toast(error.message));
  }

  async speak(code) {
    await act("set_language", { user: this.user, language_code: code });
    this.store.people.get(this.user).language_code = code;
    this.language = this.store.language(this.user);
    const { chat, thread } = this.place;
    this.screen?.close();
    this.screen = null;
    if (chat) this.open(chat, thread);
    else this.list();
  }

  heard(event) {
    if (event.kind !== "toast" || event.user_id !== this.user || !event.text) return;
    if (event.alert) alertBox(this.node, event.text, this.language);
    else this.toast(event.text);
  }

  toast(words) {
    this.pop.textContent = words;
    this.pop.hidden = false;
    clearTimeout(this.popping);
    this.popping = setTimeout(() => (this.pop.hidden = true), TOAST_MS);
  }

  close() {
    this.stop();
    this.screen?.close();
    this.node.remove();
  }
}
