/** Keeps a part of the page fresh: the server renders it, the browser puts it in place. */
export function refreshWhileVisible(part: HTMLElement, url: string, everyMs: number): () => void {
  let shown = "";
  const refresh = async () => {
    // A person who reads with the keyboard keeps the focus where it is.
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const response = await fetch(url);
      if (!response.ok) return;
      const html = await response.text();
      if (html !== shown) {
        const fresh = new DOMParser().parseFromString(html, "text/html");
        part.replaceChildren(...fresh.body.childNodes);
        shown = html;
      }
    } catch (error) {
      // Away for a moment: what is shown stays, the next try comes.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  const timer = window.setInterval(() => void refresh(), everyMs);
  return () => window.clearInterval(timer);
}
