/* What this browser remembers: language, theme, which phones stand on the wall. */

const KEY = "project-home.wall";

function all() {
  try {
    return JSON.parse(localStorage.getItem(KEY) || "{}");
  } catch {
    return {};
  }
}

export const recall = (name, fallback) => all()[name] ?? fallback;

export function keep(name, value) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...all(), [name]: value }));
  } catch {
    /* a browser that keeps nothing still works */
  }
}
