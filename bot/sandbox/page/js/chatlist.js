/* The chats of one person. */

import { h, icon, refill } from "./dom.js";
import { summary } from "./media.js";
import { recent } from "./when.js";
import { t } from "./words.js";

export class ChatList {
  constructor(phone) {
    this.phone = phone;
    this.list = h("ul", { class: "chats" });
    this.node = h("div", { class: "screen" },
      h("header", { class: "chat-head" }, h("strong", { class: "title" }, t("chats", phone.language))),
      this.list,
      h("button", { type: "button", class: "big", onclick: () => phone.scan() }, icon("scan"), t("scan", phone.language)));
    this.stop = phone.store.on("chats", () => this.later());
    this.draw();
  }

  later() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => ((this.waiting = null), this.draw()));
  }

  draw() {
    const { store, user, language } = this.phone;
    refill(this.list, store.chatsOf(user).map((chat) => {
      const last = chat.last?.message;
      const unread = chat.unread[user] || 0;
      const title = store.title(chat);
      return h("li", {}, h("button", { type: "button", class: "chat-row", dataset: { chat: chat.chat.id }, onclick: () => this.phone.open(chat.chat.id) },
        h("span", { class: `avatar tint-${Math.abs(chat.chat.id) % 6} ${chat.chat.type === "private" ? "ours" : ""}`, "aria-hidden": "true" }, title.slice(0, 1)),
        h("span", { class: "titles" }, h("strong", { class: "title" }, title), h("span", { class: "subtitle" }, last ? summary(last, language) : t("emptyChat", language))),
        h("span", { class: "aside" }, last ? h("time", {}, recent(new Date(last.date * 1000), store.now(), language)) : null, unread ? h("span", { class: "badge" }, unread > 99 ? "99+" : String(unread)) : null)));
    }));
  }

  close() {
    this.stop();
  }
}
