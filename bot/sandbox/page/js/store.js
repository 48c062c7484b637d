/* What is known: people, chats, the board; and who wants to hear of changes. */

import { get } from "./api.js";

export class Store {
  constructor() {
    this.people = new Map();
    this.chats = new Map();
    this.board = {};
    this.listeners = new Map();
    this.reading = new Map();
  }

  /** Listen to a topic; gives the way to stop. */
  on(topic, listener) {
    if (!this.listeners.has(topic)) this.listeners.set(topic, new Set());
    this.listeners.get(topic).add(listener);
    return () => this.listeners.get(topic).delete(listener);
  }

  tell(topic, value) {
    for (const listener of [...(this.listeners.get(topic) || [])]) listener(value);
  }

  async load() {
    const state = await get("state");
    Object.assign(this, {
      epoch: state.epoch,
      after: state.after,
      bot: state.bot,
      roster: state.roster,
      steps: state.tour,
      zone: state.zone,
      firstPhones: state.phones,
      samples: state.samples,
    });
    this.people = new Map(state.people.map((person) => [person.id, person]));
    this.chats = new Map(state.chats.map((chat) => [chat.chat.id, chat]));
    this.hear(state.board);
  }

  /** The board's changes. */
  hear(changed) {
    if (changed.clock) this.clockRead = performance.now();
    Object.assign(this.board, changed);
    for (const name of Object.keys(changed)) this.tell(`board:${name}`, changed[name]);
  }

  /** The virtual time. */
  now() {
    const clock = this.board.clock;
    return new Date(Date.parse(clock.now) + (performance.now() - this.clockRead) * clock.rate);
  }

  name(id) {
    const person = id === this.bot.id ? this.bot : this.people.get(id);
    return person ? [person.first_name, person.last_name].filter(Boolean).join(" ") : String(id);
  }

  language(user) {
    return (this.people.get(user)?.language_code || "zh").startsWith("zh") ? "zh" : "en";
  }

  /** What a chat is called for its people. */
  title(chat) {
    return chat.chat.type === "private" ? this.bot.first_name : chat.chat.title;
  }

  /** The chats a person has, the newest message first. */
  chatsOf(user) {
    const mine = (chat) =>
      chat.chat.id === user || chat.members.some((m) => m.user === user && !["left", "kicked"].includes(m.status));
    const newest = (chat) => chat.last?.message.date || 0;
    return [...this.chats.values()].filter((chat) => mine(chat) && !chat.migrated_to).sort((a, b) => newest(b) - newest(a));
  }

  unread(user) {
    return this.chatsOf(user).reduce((sum, chat) => sum + (chat.unread[user] || 0), 0);
  }

  /** Chat events, in order. */
  happen(events) {
    for (const event of events) this.one(event);
  }

  one(event) {
    const chat = this.chats.get(event.chat_id);
    if (!chat || ["chat", "member", "topic", "pinned"].includes(event.kind)) {
      this.look(event.chat_id);
      if (!chat) return;
    }
    if (event.kind === "sent" && event.post) this.arrived(chat, event.post);
    if (event.kind === "edited" && event.post && chat.last?.id === event.post.id) chat.last = event.post;
    if (event.kind === "deleted" && chat.last?.id === event.message_id) this.look(event.chat_id);
    this.tell(`chat:${event.chat_id}`, event);
    this.tell("chats", event);
  }

  arrived(chat, post) {
    chat.last = post;
    const message = post.message;
    for (const user of Object.keys(chat.unread)) {
      if (Number(user) !== message.from?.id) chat.unread[user] += 1;
      else chat.unread[user] = 0;
    }
    if (Object.keys(message).some((key) => key.startsWith("forum_topic"))) this.look(chat.chat.id);
  }

  /** Ask anew how a chat stands; once, however many ask meanwhile. */
  look(id) {
    if (this.reading.has(id)) return this.reading.get(id);
    const asking = get(`chats/${id}`)
      .then(async (chat) => {
        this.reading.delete(id);
        if (chat.chat.type === "private" && !this.people.has(id)) {
          const { first_name, last_name, username } = chat.chat;
          this.people.set(id, { id, first_name, last_name, username });
        }
        this.chats.set(id, chat);
        this.tell(`standing:${id}`, chat);
        this.tell("chats", { kind: "chat", chat_id: id });
      })
      .catch(() => this.reading.delete(id));
    this.reading.set(id, asking);
    return asking;
  }
}
