/* A place as a picture of our own: no map server is asked. */

import { h } from "./dom.js";
import { t } from "./words.js";

/** A drawn map with a pin, and the degrees in words. */
export function mapNode(location, ctx, title = "", address = "") {
  const degrees = `${location.latitude.toFixed(5)}, ${location.longitude.toFixed(5)}`;
  const name = title ? h("strong", {}, title) : null;
  return h("div", { class: "map", role: "img", "aria-label": `${t("location", ctx.language)} ${title} ${degrees}` },
    h("div", { class: "streets" }, h("span", { class: "pin" })),
    h("div", { class: "where" }, name, address ? h("span", {}, address) : null, h("span", { class: "degrees" }, degrees)));
}
