/* Weather: trouble by switch, and the count that shows nothing is lost. */

import { post } from "./api.js";
import { h, refill } from "./dom.js";
import { t } from "./words.js";

const SWITCHES = ["slow", "drops", "flood", "outage"];

/** A panel under the bar; gives `{toggle}`. */
export function weatherPanel(store, bar, language, say) {
  const panel = h("section", { id: "weather", class: "weather", hidden: true, "aria-label": t("weather", language) });
  bar.append(panel);
  const order = (path, body) => post(path, body).catch((error) => say(error.message));
  const switches = SWITCHES.map((name) => {
    const box = h("input", { type: "checkbox", role: "switch", onchange: () => order("weather", { switch: name, on: box.checked }) });
    return { name, box, node: h("label", { class: "check" }, box, t(name, language)) };
  });
  const power = h("button", { type: "button", class: "power", onclick: () => order("bot", { do: store.board.bot.alive ? "kill" : "start" }) });
  const state = h("p", { class: "state", role: "status" });
  const tally = h("div", { class: "tally" });
  refill(panel,
    h("div", {}, h("h2", {}, t("weather", language)), h("p", { class: "hint" }, t("weatherHint", language)), switches.map((one) => one.node)),
    h("div", {}, state, power),
    h("div", {}, h("h2", {}, t("tallyTitle", language)), tally));

  function draw() {
    const { weather = {}, bot = {}, tally: counts } = store.board;
    for (const { name, box } of switches) box.checked = Boolean(weather[name]);
    state.textContent = t(bot.alive ? "botRuns" : "botDead", language);
    state.classList.toggle("bad", !bot.alive);
    power.textContent = t(bot.alive ? "kill" : "start", language);
    power.classList.toggle("danger", Boolean(bot.alive));
    if (counts) refill(tally, figures(counts, language));
  }
  for (const name of ["weather", "bot", "tally"]) store.on(`board:${name}`, draw);
  draw();
  const button = () => bar.querySelector(".weather-button");
  return { toggle: () => ((panel.hidden = !panel.hidden), button().setAttribute("aria-expanded", String(!panel.hidden))) };
}

function figures(counts, language) {
  const waiting = Math.max(0, counts.said - counts.taken);
  const { sent = 0, pending = 0, sending = 0, unknown = 0, dead = 0 } = counts.outbox;
  const one = (key, value, kind = "") => h("div", { class: `figure ${kind}`, dataset: { figure: key } }, h("strong", {}, String(value)), h("span", {}, t(key, language)));
  const sign = (text) => h("span", { class: "sign", "aria-hidden": "true" }, text);
  return [
    h("div", { class: "sum" }, one("said", counts.said), sign("="), one("taken", counts.taken, "good"), sign("+"), one("waiting", waiting, waiting ? "warn" : "")),
    h("p", { class: "hint" }, t("balanced", language)),
    h("p", { class: "answers" }, `${t("answers", language)}: ${sent} ${t("sentOut", language)} · ${pending + sending} ${t("queued", language)} · ${unknown} ${t("unsure", language)}${dead ? ` · ${dead} ${t("undeliverable", language)}` : ""}`),
  ];
}
