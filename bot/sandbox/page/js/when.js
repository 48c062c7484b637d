/* Moments in words, in the office's time zone. */

let zone = "Asia/Shanghai";
export const setZone = (name) => (zone = name);

const formats = new Map();
const locale = (language) => (language === "en" ? "en-GB" : "zh-CN");

function format(moment, language, options) {
  const key = `${language} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale(language), { timeZone: zone, ...options }));
  return formats.get(key).format(moment);
}

const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export const hour = (moment, language) => format(moment, language, HOUR);
export const day = (moment, language) => format(moment, language, { month: "long", day: "numeric", weekday: "short" });
export const full = (moment, language) =>
  format(moment, language, { year: "numeric", month: "long", day: "numeric", weekday: "long", ...HOUR });
export const short = (moment, language) => format(moment, language, { month: "numeric", day: "numeric", ...HOUR });

/** What a chat list shows: the hour today, else the day. */
export function recent(moment, now, language) {
  return sameDay(moment, now) ? hour(moment, language) : format(moment, language, { month: "numeric", day: "numeric" });
}

export function sameDay(a, b) {
  const options = { year: "numeric", month: "numeric", day: "numeric" };
  return format(a, "en", options) === format(b, "en", options);
}

/** `<tg-time>`: r relative; w weekday, d/D date, t/T time, as the Bot API's formatting options say. */
export function stamped(unix, layout, language, now) {
  const moment = new Date(unix * 1000);
  if (layout === "r") return relative(moment, now, language);
  const options = {};
  if (layout.includes("w")) options.weekday = "long";
  if (layout.includes("d")) Object.assign(options, { year: "2-digit", month: "numeric", day: "numeric" });
  if (layout.includes("D")) Object.assign(options, { year: "numeric", month: "long", day: "numeric" });
  if (/[tT]/.test(layout)) Object.assign(options, HOUR);
  if (layout.includes("T")) options.second = "2-digit";
  return format(moment, language, Object.keys(options).length ? options : { month: "long", day: "numeric", ...HOUR });
}

const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(moment, now, language) {
  const seconds = Math.round((moment - now) / 1000);
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) || STEPS[3];
  return new Intl.RelativeTimeFormat(locale(language), { numeric: "auto" }).format(Math.round(seconds / size), unit);
}
