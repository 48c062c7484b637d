/* Everything together. */

import { Bar } from "./bar.js";
import { Inside } from "./inside.js";
import { keep, recall } from "./kept.js";
import { summary } from "./media.js";
import { Store } from "./store.js";
import { follow } from "./stream.js";
import { Tour } from "./tour.js";
import { Wall } from "./wall.js";
import { setZone } from "./when.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const language = recall("language", "zh");
const announce = (words) => ($("announcer").textContent = words);

function dress() {
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  document.title = t("title", language);
  const theme = recall("theme", "");
  if (theme) document.documentElement.dataset.theme = theme;
}

/** What the bot says on the phones of the wall, for screen readers. */
function read(store, wall) {
  store.on("chats", (event) => {
    if (event.kind !== "sent" || !event.post?.by_bot) return;
    const phone = wall.phones.find((one) => one.place.chat === event.chat_id);
    if (!phone) return;
    const text = summary(event.post.message, language).slice(0, 140);
    announce(t("says", language, { phone: store.name(phone.user), name: store.bot.first_name, text }));
  });
}

async function begin() {
  dress();
  const store = new Store();
  await store.load();
  setZone(store.zone);
  const wall = new Wall(store, $("wall"), language);
  const say = (words) => wall.say(words);
  const inside = new Inside(store, $("inside"), language);
  const tour = new Tour(store, $("tour"), wall, language);
  const switchLanguage = () => (keep("language", language === "en" ? "zh" : "en"), location.reload());
  new Bar(store, $("bar"), { language, say, switchLanguage, inside: () => inside.toggle(), tour: () => tour.toggle() });
  read(store, wall);
  follow(store, {
    anew: () => location.reload(),
    gone: (is) => {
      document.body.classList.toggle("gone", is);
      if (is) announce(t("gone", language));
    },
  });
  document.body.dataset.ready = "yes";
}

begin().catch((error) => {
  announce(error.message);
  document.getElementById("wall").textContent = error.message;
});
