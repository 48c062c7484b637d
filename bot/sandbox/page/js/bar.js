/* The bar above: what it is, the clock, weather, what is inside, language and theme. */

import { post } from "./api.js";
import { h, icon, iconButton, refill } from "./dom.js";
import { keep } from "./kept.js";
import { choices } from "./sheet.js";
import { weatherPanel } from "./weather.js";
import { full } from "./when.js";
import { t } from "./words.js";

const RATES = [0, 1, 60, 600, 3600];

export class Bar {
  constructor(store, node, { language, inside, tour, say, switchLanguage }) {
    Object.assign(this, { store, node, language, say });
    this.time = h("output", { class: "now", "aria-label": t("clock", language) });
    this.health = h("span", { class: "health" });
    const jump = (where, key, sign) => h("button", { type: "button", class: "jump-button", title: t(key, language), onclick: () => this.jump(where) }, icon(sign), h("span", {}, t(key, language)));
    this.rate = h("select", { "aria-label": t("speed", language), onchange: () => this.speed() }, RATES.map((rate) => h("option", { value: rate, selected: rate === 1 }, rate ? `×${rate}` : "⏸")));
    refill(node,
      h("div", { class: "brand" }, h("img", { src: "/page/icon.svg", alt: "", width: "32", height: "32" }), h("h1", {}, t("title", language)), h("p", {}, t("subtitle", language))),
      h("div", { class: "clock", role: "group", "aria-label": t("clock", language) }, this.time, jump("hour", "jumpHour", "clock"), jump("working_day", "jumpWorkingDay", "play"), jump("friday", "jumpFriday", "fast"), jump("due", "jumpDue", "fast"), this.rate),
      h("div", { class: "tools" },
        h("button", { type: "button", class: "tool weather-button", "aria-expanded": "false", "aria-controls": "weather", onclick: () => this.weather.toggle() }, icon("cloud"), h("span", {}, t("weather", language)), this.health),
        h("button", { type: "button", class: "tool", onclick: inside }, icon("book"), h("span", {}, t("inside", language))),
        h("button", { type: "button", class: "tool", onclick: tour }, icon("play"), h("span", {}, t("tour", language))),
        iconButton("restart", t("anew", language), () => this.anew()),
        iconButton("theme", t("theme", language), () => this.theme()),
        h("button", { type: "button", class: "tool", lang: language === "en" ? "zh-CN" : "en", title: t("languageLabel", language), onclick: switchLanguage }, t("language", language))));
    this.weather = weatherPanel(store, node, language, say);
    store.on("board:clock", (clock) => ((this.rate.value = String(RATES.includes(clock.rate) ? clock.rate : 1)), this.tick()));
    for (const name of ["tally", "bot", "weather"]) store.on(`board:${name}`, () => this.drawHealth());
    setInterval(() => this.tick(), 250);
    this.tick();
    this.drawHealth();
  }

  tick() {
    const words = full(this.store.now(), this.language);
    if (this.time.textContent !== words) this.time.textContent = words;
  }

  async ask(path, body) {
    try {
      return await post(path, body);
    } catch (error) {
      this.say(error.message);
      return null;
    }
  }

  jump(where) {
    return this.ask("clock", { jump: where });
  }

  speed() {
    return this.ask("clock", { rate: Number(this.rate.value) });
  }

  drawHealth() {
    const { bot, weather } = this.store.board;
    const bad = !bot?.alive || Object.values(weather || {}).some(Boolean);
    this.health.textContent = bad ? "⛈" : "☀";
    this.health.setAttribute("aria-hidden", "true");
  }

  anew() {
    const { language } = this;
    choices(null, t("anewAsk", language), language, [{ label: t("anew", language), danger: true, act: () => (this.say(t("anewBusy", language)), document.body.classList.add("waiting"), this.ask("restart", {})) }]);
  }

  theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    keep("theme", root.dataset.theme);
  }
}
