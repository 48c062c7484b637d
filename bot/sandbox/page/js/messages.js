/* The messages of a chat, a window of them at a time: however long the chat, the page holds a few dozen bubbles. */

import { get } from "./api.js";
import { bubble } from "./bubble.js";
import { h, icon } from "./dom.js";
import { day, sameDay } from "./when.js";
import { t } from "./words.js";

const PAGE = 40;
const MOST = 140;
const NEAR = 500; // pixels from an end at which more is fetched

export class Messages {
  /** `ctx`: what bubbles need; `where`: the chat's id and, in a forum, the topic shown. */
  constructor(ctx, where) {
    this.ctx = ctx;
    this.where = where;
    this.posts = [];
    this.older = this.newer = false;
    this.loading = false;
    this.missed = 0;
    this.nodes = new Map();
    this.revisions = new Map();
    this.list = h("div", { class: "messages", role: "log", "aria-live": "off", "aria-label": ctx.title, tabindex: "0" });
    this.count = h("span", { class: "count" });
    this.jump = h("button", { type: "button", class: "jump", hidden: true, "aria-label": t("jumpDown", ctx.language), onclick: () => this.newest() }, icon("down"), this.count);
    this.node = h("div", { class: "messages-frame" }, this.list, this.jump);
    this.list.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.resized()).observe(this.list);
    this.list.addEventListener("keydown", (event) => this.walk(event));
  }

  async fetch(query) {
    const thread = this.where.thread ? `&thread=${this.where.thread}` : "";
    return get(`chats/${this.where.chat}/messages?limit=${PAGE}${thread}${query}`);
  }

  /** Show the newest; `unread` of them under a line of their own. */
  async newest(unread = 0) {
    const page = await this.fetch("");
    Object.assign(this, { posts: page.posts, older: page.older, newer: false, missed: 0 });
    this.firstUnread = unread ? page.posts.at(-unread)?.id : null;
    this.draw();
    this.toEnd();
  }

  get atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.sticks = true;
    this.badge();
  }

  /** A phone that grows or shrinks keeps its last message in view, if it was. */
  resized() {
    if (this.sticks && !this.newer) this.toEnd();
  }

  async scrolled() {
    if (this.height === this.list.clientHeight) this.sticks = this.atEnd;
    this.height = this.list.clientHeight;
    this.badge();
    if (this.loading) return;
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    if (this.older && scrollTop < NEAR) await this.more("older");
    else if (this.newer && scrollHeight - scrollTop - clientHeight < NEAR) await this.more("newer");
  }

  async more(way) {
    this.loading = true;
    try {
      if (way === "older") {
        const page = await this.fetch(`&before=${this.posts[0]?.id ?? ""}`);
        this.posts = [...page.posts, ...this.posts];
        this.older = page.older;
        if (this.posts.length > MOST) [this.posts, this.newer] = [this.posts.slice(0, MOST), true];
      } else {
        const page = await this.fetch(`&after=${this.posts.at(-1)?.id ?? 0}`);
        this.posts = [...this.posts, ...page.posts];
        this.newer = page.newer;
        if (this.posts.length > MOST) [this.posts, this.older] = [this.posts.slice(-MOST), true];
      }
      this.draw();
    } finally {
      this.loading = false;
    }
  }

  /** One event of this chat. */
  happen(event) {
    if (event.kind === "sent" && event.post) this.add(event.post);
    if (event.kind === "edited" && event.post) this.replace(event.post);
    if (event.kind === "deleted") this.remove(event.message_id);
  }

  here(post) {
    return !this.where.thread || (post.message.message_thread_id ?? 1) === this.where.thread;
  }

  add(post) {
    if (!this.here(post) || this.posts.some((known) => known.id === post.id)) return;
    const stay = !this.atEnd && post.message.from?.id !== this.ctx.user;
    if (!this.newer) this.posts.push(post);
    if (stay) {
      this.missed += 1;
      if (!this.newer) this.draw();
      return this.badge();
    }
    if (this.newer) return this.newest();
    if (this.posts.length > MOST) [this.posts, this.older] = [this.posts.slice(-MOST), true];
    this.draw();
    this.toEnd();
    requestAnimationFrame(() => this.toEnd());
  }

  replace(post) {
    const index = this.posts.findIndex((known) => known.id === post.id);
    if (index < 0) return;
    const end = this.atEnd;
    this.posts[index] = post;
    this.revise(post.id);
    this.draw();
    if (end) this.toEnd();
  }

  remove(id) {
    this.posts = this.posts.filter((post) => post.id !== id);
    this.draw();
  }

  revise(id) {
    this.revisions.set(id, (this.revisions.get(id) || 0) + 1);
  }

  badge() {
    if (this.atEnd && !this.newer) this.missed = 0;
    this.jump.hidden = this.atEnd && !this.newer;
    this.count.textContent = this.missed ? String(this.missed) : "";
  }

  /** Put the nodes right: those that are unchanged stay, with what is open or focused in them. */
  draw() {
    const anchor = this.anchor();
    const wanted = this.entries();
    const kept = new Map();
    let place = this.list.firstChild;
    for (const { key, build } of wanted) {
      const node = this.nodes.get(key) || build();
      kept.set(key, node);
      if (node === place) place = place.nextSibling;
      else this.list.insertBefore(node, place);
    }
    for (const [key, node] of this.nodes) if (!kept.has(key)) node.remove();
    this.refocus(kept);
    this.nodes = kept;
    if (anchor) this.hold(anchor);
    this.empty();
  }

  empty() {
    this.list.querySelector(".empty")?.remove();
    if (!this.posts.length) this.list.append(h("p", { class: "empty" }, t("emptyChat", this.ctx.language)));
  }

  /** The message at the upper edge, and where it stands: it is to stand there afterwards too. */
  anchor() {
    if (this.atEnd) return null;
    const top = this.list.getBoundingClientRect().top;
    for (const [key, node] of this.nodes) {
      const box = node.getBoundingClientRect();
      if (key.startsWith("m") && box.bottom > top) return { key: key.split("/")[0], top: box.top };
    }
    return null;
  }

  hold({ key, top }) {
    for (const [name, node] of this.nodes) {
      if (name.split("/")[0] === key) this.list.scrollTop += node.getBoundingClientRect().top - top;
    }
  }

  /** A card that changed under somebody's fingers: the focus stays on the button of the same name. */
  refocus(kept) {
    const held = document.activeElement?.closest?.("article");
    const lost = this.lostFocus;
    this.lostFocus = null;
    if (held && this.list.contains(held)) return;
    if (!lost) return;
    const node = [...kept].find(([key]) => key.split("/")[0] === lost.key)?.[1];
    const same = [...(node?.querySelectorAll("button") || [])].find((button) => button.textContent === lost.words);
    (same || node)?.focus({ preventScroll: true });
  }

  entries() {
    const focused = document.activeElement;
    for (const [key, node] of this.nodes) {
      if (focused && node.contains(focused)) this.lostFocus = { key: key.split("/")[0], words: focused.textContent };
    }
    const found = [];
    let before = null;
    for (const group of grouped(this.posts)) {
      const moment = new Date(group[0].message.date * 1000);
      if (!before || !sameDay(before, moment)) {
        found.push({ key: `day${group[0].id}`, build: () => h("div", { class: "day" }, h("span", {}, day(moment, this.ctx.language))) });
      }
      if (group.some((post) => post.id === this.firstUnread)) {
        found.push({ key: `unread${this.firstUnread}`, build: () => h("div", { class: "unread-line" }, t("newMessages", this.ctx.language)) });
      }
      const signs = group.map((post) => `${post.id}:${this.revisions.get(post.id) || 0}${this.ctx.waits(post.id) ? "w" : ""}`);
      found.push({ key: `m${group[0].id}/${signs.join(",")}`, build: () => bubble(group, this.ctx) });
      before = moment;
    }
    return found;
  }

  /** Scroll to a message, if it is in the window. */
  show(id) {
    const entry = [...this.nodes].find(([key]) => key.startsWith(`m${id}/`) || key.includes(`/${id}:`) || key.includes(`,${id}:`));
    entry?.[1].scrollIntoView({ block: "center" });
    entry?.[1].focus({ preventScroll: true });
  }

  /** Arrow keys walk from message to message. */
  walk(event) {
    if (!["ArrowUp", "ArrowDown"].includes(event.key) || event.target.matches("input, textarea, audio, video")) return;
    const articles = [...this.list.querySelectorAll("article")];
    const now = articles.indexOf(document.activeElement.closest("article"));
    const next = now < 0 ? articles.length - 1 : now + (event.key === "ArrowUp" ? -1 : 1);
    if (!articles[next]) return;
    event.preventDefault();
    articles[next].focus();
    articles[next].scrollIntoView({ block: "nearest" });
  }
}

/** Albums together, everything else alone. */
function grouped(posts) {
  const groups = [];
  for (const post of posts) {
    const album = post.message.media_group_id;
    const last = groups.at(-1);
    if (album && last && last[0].message.media_group_id === album) last.push(post);
    else groups.push([post]);
  }
  return groups;
}

