// The pieces that the forms of the page are made of.

import { h } from "./dom.ts";
import { toast } from "./toast.ts";

export function textField(id: string, value = "", type = "text"): HTMLInputElement {
  const input = h("input", { type, id, autocomplete: "off", spellcheck: "false" });
  input.value = value;
  return input;
}

export function textArea(id: string, rows: number, value = ""): HTMLTextAreaElement {
  const area = h("textarea", { id, rows, spellcheck: "false" });
  area.value = value;
  return area;
}

/** A control with its label above it. */
export function labelled(label: string, control: HTMLElement, placeholder?: string): HTMLElement {
  if (placeholder !== undefined) control.setAttribute("placeholder", placeholder);
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control);
}

/** Calls `run` when the keys have rested. */
export function rested(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, 150);
  };
}

/** Puts a text into the clipboard, and says so. */
export async function copy(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch (error) {
    toast(`The browser does not let the page copy: ${error instanceof Error ? error.message : error}`);
  }
}
