/* Inside: the ledger's own rows, as they change. */

import { get } from "./api.js";
import { h, icon, iconButton, refill } from "./dom.js";
import { short } from "./when.js";
import { t } from "./words.js";

const TABLES = ["issues", "history", "outbox", "due", "inbox", "media"];
const PAUSE_MS = 400;

export class Inside {
  constructor(store, node, language) {
    Object.assign(this, { store, node, language, table: "issues", known: new Map() });
    node.setAttribute("aria-label", t("insideLabel", language));
    this.body = h("div", { class: "rows", tabindex: "0", role: "region" });
    this.tabs = h("div", { class: "tabs" });
    refill(node,
      h("header", {}, h("h2", {}, t("insideLabel", language)), this.tabs,
        h("span", { class: "links" },
          h("a", { href: "/api/ledger.xlsx", download: "ledger.xlsx" }, icon("file"), t("ledgerFile", language)),
          h("a", { href: `/api/digest.pdf?language=${language}`, download: "digest.pdf" }, icon("file"), t("digestPdf", language)),
          h("a", { href: `/api/digest.txt?language=${language}`, target: "_blank", rel: "noopener" }, icon("file"), t("digestText", language))),
        iconButton("close", t("cancel", language), () => this.toggle())),
      this.body);
    store.on("board:inside", () => this.later());
  }

  toggle() {
    this.node.hidden = !this.node.hidden;
    if (!this.node.hidden) {
      this.drawTabs();
      this.look();
    }
  }

  drawTabs() {
    refill(this.tabs, TABLES.map((table) => h("button", { type: "button", "aria-pressed": String(table === this.table), onclick: () => this.choose(table) }, t(table, this.language))));
  }

  choose(table) {
    this.table = table;
    this.known = new Map();
    this.drawTabs();
    this.tabs.querySelector('[aria-pressed="true"]').focus();
    this.look();
  }

  later() {
    if (this.node.hidden || this.waiting) return;
    this.waiting = setTimeout(() => ((this.waiting = null), this.look()), PAUSE_MS);
  }

  async look() {
    const table = this.table;
    const found = await get(`inside/${table}`).catch(() => null);
    if (found && table === this.table) this.draw(found);
  }

  draw({ columns, rows }) {
    this.body.setAttribute("aria-label", t(this.table, this.language));
    if (!rows.length) return refill(this.body, h("p", { class: "empty" }, t("empty", this.language)));
    const before = this.known;
    this.known = new Map(rows.map((row) => [this.name(row), JSON.stringify(row)]));
    const fresh = (row) => before.size && before.get(this.name(row)) !== JSON.stringify(row);
    return refill(this.body, h("table", {},
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column)))),
      h("tbody", {}, rows.map((row) => h("tr", { class: fresh(row) ? "fresh" : "" }, columns.map((column) => this.cell(column, row[column])))))));
  }

  name(row) {
    return String(row.id ?? row.number ?? `${row.what}${row.table}`);
  }

  chatName(id) {
    return id > 0 ? this.store.name(id) : this.store.chats.get(id)?.chat.title || String(id);
  }

  cell(column, value) {
    if (value === null || value === undefined) return h("td", { class: "nothing" }, "–");
    if (column === "chat") return h("td", {}, this.chatName(value));
    const moment = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
    return h("td", { class: `column-${column} ${column === "state" || column === "status" ? `is-${value}` : ""}` }, moment ? short(new Date(value), this.language) : String(value));
  }
}
