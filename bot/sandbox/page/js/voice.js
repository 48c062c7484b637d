/* A voice note: from the microphone, or the sample for machines without one. */

import { h, icon } from "./dom.js";
import { sheet } from "./sheet.js";
import { t } from "./words.js";

const SAMPLE_SECONDS = 2;

/** `take(blob, seconds)` gets the recording. */
export function voiceSheet(phone, take) {
  const { language } = phone;
  const sample = h("button", { type: "button", class: "primary" }, t("voiceSample", language));
  const record = h("button", { type: "button", class: "primary", hidden: !navigator.mediaDevices || !window.MediaRecorder }, icon("mic"), t("voiceRecord", language));
  const note = h("p", { role: "status" });
  const { close, dialog } = sheet(phone.node, t("voice", language), language, h("div", { class: "stack" }, sample, record, note));
  sample.addEventListener("click", async () => (close(), take(await (await fetch("/api/samples/voice.wav")).blob(), SAMPLE_SECONDS)));
  record.addEventListener("click", async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      listen(stream, record, dialog, language, (blob, seconds) => (close(), take(blob, seconds)));
    } catch (error) {
      note.textContent = error.message;
    }
  });
}

function listen(stream, button, dialog, language, done) {
  const pieces = [];
  const began = performance.now();
  const recorder = new MediaRecorder(stream);
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = () => {
    for (const track of stream.getTracks()) track.stop();
    if (dialog.open) done(new Blob(pieces, { type: recorder.mimeType }), Math.max(1, Math.round((performance.now() - began) / 1000)));
  };
  dialog.addEventListener("close", () => recorder.state !== "inactive" && recorder.stop());
  button.textContent = t("voiceStop", language);
  button.onclick = (event) => (event.stopImmediatePropagation(), recorder.stop());
  recorder.start();
}
