/* The camera: a set of drawn site pictures to choose from, for machines without a building site. */

import { h, refill } from "./dom.js";
import { sheet } from "./sheet.js";
import { t } from "./words.js";

/** Choose up to ten; `take(blobs)` gets them in the order they were chosen. */
export function cameraSheet(phone, take) {
  const { language, store } = phone;
  const chosen = [];
  const grid = h("div", { class: "camera" });
  const done = h("button", { type: "button", class: "primary", disabled: true }, t("addChosen", language));
  const { close } = sheet(phone.node, t("camera", language), language, grid, done);
  const toggle = (number, button) => {
    const at = chosen.indexOf(number);
    if (at >= 0) chosen.splice(at, 1);
    else if (chosen.length < 10) chosen.push(number);
    button.setAttribute("aria-pressed", String(chosen.includes(number)));
    done.disabled = !chosen.length;
    done.textContent = chosen.length ? `${t("addChosen", language)} · ${t("choose", language, { n: chosen.length })}` : t("addChosen", language);
  };
  refill(grid, Array.from({ length: store.samples }, (_, n) => {
    const button = h("button", { type: "button", class: "shot", "aria-pressed": "false", "aria-label": `${t("photo", language)} ${n + 1}`, onclick: () => toggle(n + 1, button) },
      h("img", { src: `/api/samples/${n + 1}.jpg`, alt: "", loading: "lazy" }));
    return button;
  }));
  done.addEventListener("click", async () => {
    close();
    take(await Promise.all(chosen.map(async (n) => (await fetch(`/api/samples/${n}.jpg`)).blob())));
  });
}
