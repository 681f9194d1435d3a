/** Buttons that copy a field: `<button data-copy="ID of an input">`, hidden without scripts. */
export function connectCopyButtons(): void {
  const status = document.querySelector<HTMLElement>("[data-copied]");
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy ?? "");
    if (!(field instanceof HTMLInputElement)) continue;
    button.hidden = false;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", async () => {
      const done = await copyText(field);
      button.textContent = done ? "Copied" : "Press Ctrl+C";
      if (status) status.textContent = done ? "Copied to the clipboard." : "";
      window.setTimeout(() => {
        button.textContent = "Copy";
      }, 2000);
    });
  }
}

/** Whether the field's text went to the clipboard; if not it is selected, ready for the keys. */
async function copyText(field: HTMLInputElement): Promise<boolean> {
  field.select();
  try {
    // Missing where the page came over plain http; denied where the browser says so.
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}
