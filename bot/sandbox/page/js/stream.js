/* The stream of what happens, resumed by the browser itself after a break. */

/** Follow it from where the state was read; `anew` means that the show began again. */
export function follow(store, { anew, gone }) {
  const source = new EventSource(`/api/events?after=${encodeURIComponent(store.after)}`);
  source.addEventListener("feed", (event) => store.happen(JSON.parse(event.data)));
  source.addEventListener("board", (event) => store.hear(JSON.parse(event.data)));
  source.addEventListener("anew", () => {
    source.close();
    anew();
  });
  source.onerror = () => gone(true);
  source.onopen = () => gone(false);
  return source;
}
