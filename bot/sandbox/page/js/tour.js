/* The guided tour: the story in steps, each one press. */

import { post } from "./api.js";
import { h, icon, iconButton, refill } from "./dom.js";
import { keep, recall } from "./kept.js";
import { t } from "./words.js";

export class Tour {
  constructor(store, node, wall, language) {
    Object.assign(this, { store, node, wall, language });
    this.hidden = recall("tourHidden", "") === store.epoch;
    node.setAttribute("aria-label", t("tourTitle", language));
    store.on("board:tour", () => this.draw());
    this.draw();
  }

  toggle() {
    this.hidden = !this.hidden;
    keep("tourHidden", this.hidden ? this.store.epoch : "");
    this.draw();
    if (!this.hidden) this.node.querySelector(".do")?.focus();
  }

  draw() {
    const { store, language, node } = this;
    const state = store.board.tour;
    node.hidden = this.hidden || !state;
    if (node.hidden) return this.wall.look([]);
    const held = node.contains(document.activeElement);
    const step = store.steps[state.done];
    const [title, text] = step ? step[language === "en" ? "en" : "zh"] : [t("tourTitle", language), t("tourEnd", language)];
    const dots = h("ol", { class: "dots", "aria-hidden": "true" }, store.steps.map((_, n) => h("li", { class: n < state.done ? "done" : n === state.done ? "here" : "" })));
    refill(node,
      dots,
      h("div", { class: "tour-words", role: "status" }, h("h2", {}, step ? `${state.done + 1}/${state.of} · ${title}` : title), h("p", {}, text), state.error ? h("p", { class: "bad" }, `${t("tourFailed", language)}: ${state.error}`) : null),
      h("div", { class: "tour-acts" },
        step ? h("button", { type: "button", class: "primary do", disabled: state.busy, "aria-busy": String(state.busy), onclick: () => this.play(state.done) }, icon("play"), t(state.busy ? "tourBusy" : "tourDo", language)) : null,
        step ? h("button", { type: "button", class: "skip", onclick: () => this.toggle() }, t("tourSkip", language)) : iconButton("close", t("tourClose", language), () => this.toggle())));
    if (held && !state.busy) node.querySelector("button")?.focus();
    if (step) this.look(step);
    else this.wall.look([]);
    return undefined;
  }

  look(step) {
    this.wall.look(step.phones);
    if (step.group) this.wall.find(step.phones[0])?.open(step.group);
    else for (const user of step.phones) this.wall.find(user)?.open(user);
  }

  async play(step) {
    await post("tour", { step }).catch((error) => this.wall.say(error.message));
  }
}
