/* Where a person writes: words, pictures, files, places, a voice; replies and edits. */

import { act, packed } from "./api.js";
import { cameraSheet } from "./camera.js";
import { h, icon, iconButton, refill } from "./dom.js";
import { summary } from "./media.js";
import { placeSheet } from "./places.js";
import { choices } from "./sheet.js";
import { voiceSheet } from "./voice.js";
import { t } from "./words.js";

const LARGEST = 20 * 1024 * 1024;
const PICTURES = 10;

export class Composer {
  /** `phone`: whose hands; `where()`: {chat, thread}; `say(error)`: show what went wrong; `commands()`: open the menu. */
  constructor({ phone, where, say, commands }) {
    Object.assign(this, { phone, where, say, commands });
    this.pictures = [];
    this.reply = this.editing = null;
    const { language } = phone;
    this.field = h("textarea", { rows: "1", placeholder: t("write", language), "aria-label": t("write", language), maxlength: "4096" });
    this.tray = h("div", { class: "tray", hidden: true });
    this.above = h("div", { class: "above", hidden: true });
    this.picker = h("input", { type: "file", multiple: true, class: "unseen", tabindex: "-1", "aria-hidden": "true", "data-kind": "files" });
    this.sender = h("button", { type: "submit", class: "icon-button send", "aria-label": t("send", language), title: t("send", language) }, icon("send"));
    const form = h("form", { class: "composer" },
      iconButton("clip", t("attach", language), () => this.attach()), this.field,
      iconButton("slash", t("commands", language), () => this.commands()), this.sender);
    this.node = h("div", { class: "composer-frame" }, this.above, this.tray, form, this.picker);
    form.addEventListener("submit", (event) => (event.preventDefault(), this.send()));
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("input", () => this.grow());
    this.field.addEventListener("paste", (event) => this.take([...event.clipboardData.files], event));
    this.picker.addEventListener("change", () => (this.take([...this.picker.files]), (this.picker.value = "")));
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
    if (event.key === "Escape") this.aside();
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 120)}px`;
  }

  attach() {
    const { language } = this.phone;
    const pick = (accept) => () => ((this.picker.accept = accept), this.picker.click());
    choices(this.phone.node, t("attach", language), language, [
      { label: t("camera", language), icon: icon("camera"), act: () => cameraSheet(this.phone, (blobs) => this.take(blobs)) },
      { label: t("photos", language), icon: icon("picture"), act: pick("image/*") },
      { label: t("files", language), icon: icon("file"), act: pick("") },
      { label: t("place", language), icon: icon("place"), act: () => placeSheet(this.phone, (content) => this.do("send_content", { content })) },
      { label: t("voice", language), icon: icon("mic"), act: () => voiceSheet(this.phone, (blob, seconds) => this.voice(blob, seconds)) },
    ]);
  }

  /** Files picked, dropped or pasted: pictures wait in the tray for words, anything else goes at once. */
  take(files, event) {
    if (!files.length) return;
    event?.preventDefault();
    const { language } = this.phone;
    for (const file of files) {
      if (file.size > LARGEST) this.say(t("tooBig", language));
      else if (!/^image\/(jpeg|png|webp|gif)$/.test(file.type)) this.document(file);
      else if (this.pictures.length >= PICTURES) this.say(t("tenPictures", language));
      else this.pictures.push(file);
    }
    this.drawTray();
    this.field.focus();
  }

  drawTray() {
    const { language } = this.phone;
    for (const image of this.tray.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.tray.hidden = !this.pictures.length;
    refill(this.tray, this.pictures.map((file, n) =>
      h("div", { class: "thumb" }, h("img", { src: URL.createObjectURL(file), alt: `${t("photo", language)} ${n + 1}` }),
        iconButton("close", `${t("removePicture", language)} ${n + 1}`, () => (this.pictures.splice(n, 1), this.drawTray())))));
  }

  /** Answer a message, or change one's own. */
  answer(post) {
    this.aside();
    this.reply = post;
    this.showAbove(t("replying", this.phone.language, { name: this.phone.store.name(post.message.from?.id) }), post);
  }

  change(post) {
    this.aside();
    this.editing = post;
    this.field.value = post.message.text ?? post.message.caption ?? "";
    this.showAbove(t("editing", this.phone.language), post);
    this.grow();
  }

  showAbove(title, post) {
    const { language } = this.phone;
    refill(this.above, h("span", {}, h("strong", {}, title), h("span", {}, summary(post.message, language))), iconButton("close", t("cancel", language), () => this.aside()));
    this.above.hidden = false;
    this.field.focus();
  }

  aside() {
    if (this.editing) this.field.value = "";
    this.reply = this.editing = null;
    this.above.hidden = true;
    this.grow();
  }

  async do(name, facts) {
    const { chat, thread } = this.where();
    const reply = this.reply ? { reply_to: this.reply.id } : {};
    try {
      await act(name, { user: this.phone.user, chat, thread, ...reply, ...facts });
      this.reply = null;
      this.above.hidden = true;
      return true;
    } catch (error) {
      this.say(error.message);
      return false;
    }
  }

  async send() {
    const text = this.field.value.trim();
    if (this.editing) return this.finishEdit(text);
    if (this.pictures.length) return this.sendPictures(text);
    if (!text || this.sending) return undefined;
    this.sending = true;
    this.field.value = "";
    this.grow();
    if (!(await this.do("send_text", { text }))) this.field.value = text;
    this.sending = false;
    return undefined;
  }

  async finishEdit(text) {
    const { chat } = this.where();
    try {
      await act("edit", { user: this.phone.user, chat, message_id: this.editing.id, text });
      this.aside();
    } catch (error) {
      this.say(error.message);
    }
  }

  async sendPictures(text) {
    const files = this.pictures;
    this.pictures = [];
    this.drawTray();
    this.field.value = "";
    const items = await Promise.all(files.map(async (file, n) => ({ kind: "photo", data: await packed(file), ...(n === 0 && text ? { caption: text } : {}) })));
    const fine = items.length > 1 ? await this.do("send_album", { items }) : await this.do("send_file", { item: items[0] });
    if (!fine) {
      this.pictures = files;
      this.field.value = text;
      this.drawTray();
    }
    this.grow();
  }

  async document(file) {
    const kind = file.type.startsWith("video/") ? "video" : "document";
    await this.do("send_file", { item: { kind, data: await packed(file), name: file.name, mime: file.type || undefined } });
  }

  async voice(blob, seconds) {
    await this.do("send_file", { item: { kind: "voice", data: await packed(blob), info: { duration: seconds, mime_type: blob.type.split(";")[0] } } });
  }
}
