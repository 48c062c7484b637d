/* The wall: phones beside each other, and more of them on demand. */

import { act, post } from "./api.js";
import { h, icon, refill } from "./dom.js";
import { keep, recall } from "./kept.js";
import { Phone } from "./phone.js";
import { ask, choices } from "./sheet.js";
import { t } from "./words.js";

export class Wall {
  constructor(store, node, language) {
    Object.assign(this, { store, node, language, phones: [] });
    this.adder = h("div", { class: "adder" },
      h("button", { type: "button", class: "add", onclick: () => this.choose() }, icon("plus"), t("addPhone", language)),
      h("button", { type: "button", class: "add", onclick: () => this.group() }, icon("topics"), t("addGroup", language)));
    this.node.setAttribute("aria-label", t("title", language));
    refill(this.node, this.adder);
    const kept = recall("phones", null);
    const places = kept?.epoch === store.epoch ? kept.places : store.firstPhones;
    for (const place of places) if (store.people.has(place.user)) this.add(place);
    setInterval(() => this.phones.forEach((phone) => phone.tick()), 1000);
    this.ready = true;
  }

  add(place) {
    const phone = new Phone(this.store, place, { language: this.language, changed: () => this.remember(), putAway: (one) => this.remove(one) });
    this.phones.push(phone);
    this.node.insertBefore(phone.node, this.adder);
    this.remember();
    return phone;
  }

  remove(phone) {
    this.phones = this.phones.filter((one) => one !== phone);
    phone.close();
    this.remember();
    this.adder.querySelector("button").focus();
  }

  /** Where everything stands, so that a reload finds it again. */
  remember() {
    if (this.ready) keep("phones", { epoch: this.store.epoch, places: this.phones.map((phone) => phone.place) });
  }

  find(user) {
    return this.phones.find((phone) => phone.user === user);
  }

  /** Bring people's phones into view, on the wall if they weren't, and mark them. */
  look(users) {
    const shown = users.map((user) => this.find(user) || this.add({ user, chat: user }));
    for (const phone of this.phones) phone.node.classList.toggle("looked-at", shown.includes(phone));
    shown[0]?.node.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth", inline: "nearest", block: "nearest" });
  }

  choose() {
    const { store, language } = this;
    const entries = store.roster.map((person) => ({
      label: `${person.name} · ${person.unit}`,
      hint: this.find(person.user) ? t("onWall", language) : person.roles.replaceAll(";", " "),
      disabled: Boolean(person.user && this.find(person.user)),
      act: () => (person.user ? this.enter(person.user) : this.bind(person.code)),
    }));
    choices(this.adder, t("addPhone", language), language, [...entries, { label: t("stranger", language), act: () => this.bind(null) }]);
  }

  enter(user) {
    this.add({ user, chat: user });
    this.look([user]);
  }

  async bind(code) {
    const add = this.adder.querySelector("button");
    add.setAttribute("aria-busy", "true");
    try {
      const made = await post("people", { code });
      this.store.people.set(made.user, made.profile);
      this.store.roster = made.roster;
      await this.store.look(made.user);
      this.enter(made.user);
    } catch (error) {
      this.say(error.message);
    } finally {
      add.removeAttribute("aria-busy");
    }
  }

  group() {
    const { language } = this;
    const topics = h("input", { type: "checkbox" });
    const hint = h("p", { class: "hint" }, t("groupMembers", language));
    const extra = h("div", {}, hint, h("label", { class: "check" }, topics, t("withTopics", language)));
    ask(this.adder, t("addGroup", language), language, t("groupName", language), (title) => this.makeGroup(title, topics.checked), extra);
  }

  async makeGroup(title, forum) {
    const members = [...new Set(this.phones.map((phone) => phone.user))];
    try {
      const head = await act("add_group", { title, kind: forum ? "forum" : "supergroup", owner: members[0], members });
      await this.store.look(head.id);
      this.phones[0]?.open(head.id);
    } catch (error) {
      this.say(error.message);
    }
  }

  say(words) {
    document.getElementById("announcer").textContent = words;
    this.phones[0]?.toast(words);
  }
}
