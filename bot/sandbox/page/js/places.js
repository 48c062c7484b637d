/* Where a person stands: some corners of the city. */

import { icon } from "./dom.js";
import { choices } from "./sheet.js";
import { t } from "./words.js";

const PLACES = [
  { title: "马銮湾医院工地 3号楼", address: "海沧区", latitude: 24.5602, longitude: 118.0204 },
  { title: "同翔高新城", address: "翔安区", latitude: 24.6781, longitude: 118.2403 },
  { title: "会展五期", address: "思明区", latitude: 24.4683, longitude: 118.1859 },
  { title: "湖里东部片区", address: "湖里区", latitude: 24.5093, longitude: 118.1607 },
];

/** `take(content)` gets a ready message content. */
export function placeSheet(phone, take) {
  const { language } = phone;
  choices(phone.node, t("place", language), language, PLACES.map(({ title, address, latitude, longitude }) => ({
    label: title,
    hint: address,
    icon: icon("place"),
    act: () => take({ location: { latitude, longitude }, venue: { location: { latitude, longitude }, title, address } }),
  })));
}
