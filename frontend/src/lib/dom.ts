/** Small helpers over the DOM. */

/** The element that the template promises; its absence is a mistake of ours. */
export function need<T extends Element>(selector: string, root: ParentNode = document): T {
  const element = root.querySelector<T>(selector);
  if (element === null) throw new Error(`The page lacks ${selector}.`);
  return element;
}

type Child = Node | string;

/** `make("p", { class: "soft" }, "text")` */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Sets the text only when it differs, so that screen readers and selections stay calm. */
export function setText(element: Element | null, text: string): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}

/** The JSON that the template wrote with `json_script`. */
export function readJson<T>(id: string): T {
  return JSON.parse(need<HTMLScriptElement>(`#${id}`).textContent ?? "") as T;
}

/** A canvas's context, scaled so that one unit is one CSS pixel. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser cannot draw on a canvas.");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
