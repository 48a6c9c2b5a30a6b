// Elements, made without a string of HTML: what a file says can never become markup.

type Child = Node | string | number | false | null | undefined;
type Attribute = string | number | boolean | undefined | ((event: never) => void);

/** Makes an element. `on…` attributes are listeners; true is an empty attribute, false and undefined are none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

export function append(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (child === false || child === null || child === undefined) continue;
    parent.appendChild(typeof child === "object" ? child : document.createTextNode(String(child)));
  }
}

/** Finds an element that has to be there. */
export function find<E extends HTMLElement>(selector: string, within: ParentNode = document): E {
  const element = within.querySelector<E>(selector);
  if (element === null) throw new Error(`the page has no ${selector}`);
  return element;
}

const ICONS = {
  error: ["M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z", "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8"],
  warning: ["M8 1.6 15 14H1Z", "M8 6v3.6M8 11.6v.4"],
  info: ["M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z", "M8 7.4v3.8M8 4.6V5"],
  ok: ["M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z", "M5 8.2l2.2 2.2L11 6"],
  folder: ["M1.5 3.5h4.6l1.4 1.7h7v7.6h-13Z", ""],
  file: ["M3.5 1.5h6l3 3v10h-9Z", "M9.5 1.5v3h3"],
  archive: ["M2 2.5h12v3H2zM3 5.5h10v8H3Z", "M6.4 8.2h3.2"],
  chevron: ["", "M6 4l4 4-4 4"],
} as const;

export type Icon = keyof typeof ICONS;

/** A small picture; what it says stands beside it in words. */
export function icon(name: Icon): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon ${name}`);
  ICONS[name].forEach((data, index) => {
    if (data === "") return;
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", data);
    path.setAttribute("class", index === 0 ? "shape" : "stroke");
    svg.append(path);
  });
  return svg;
}

/** "1 error", "2 errors", "3 fixes". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
