/* Service cards to scan by a press. */

import { act, get } from "./api.js";
import { h, refill } from "./dom.js";
import { sheet } from "./sheet.js";
import { t } from "./words.js";

/** The city's cards; pressing one opens the chat with its project chosen. */
export async function cardSheet(phone) {
  const { language } = phone;
  const grid = h("div", { class: "cards" });
  const { close } = sheet(phone.node, t("scan", language), language, h("p", { class: "hint" }, t("scanHint", language)), grid);
  const scan = (link) => {
    close();
    phone.open(phone.user);
    act("open_link", { user: phone.user, link }).catch((error) => phone.toast(error.message));
  };
  try {
    refill(grid, (await get("cards")).map((card) =>
      h("button", { type: "button", class: "card", onclick: () => scan(card.link) },
        h("img", { src: `/api/qr?link=${encodeURIComponent(card.link)}`, alt: "", width: "110", height: "110", loading: "lazy" }),
        h("strong", {}, card.name), h("span", {}, `${card.code} · ${card.district}`))));
  } catch (error) {
    phone.toast(error.message);
  }
}
