// Short messages at the lower edge, which screen readers say.

import { find, h } from "./dom.ts";

const SHOWN_FOR = 8000;

/** Says something, with a button if something can be done about it. */
export function toast(message: string, action?: { label: string; run: () => void }): void {
  const region = find(".toasts");
  const close = () => box.remove();
  const box = h(
    "div",
    { class: "toast" },
    h("span", {}, message),
    action !== undefined &&
      h(
        "button",
        {
          type: "button",
          onclick: () => {
            close();
            action.run();
          },
        },
        action.label,
      ),
    h("button", { type: "button", class: "close", "aria-label": "Dismiss", onclick: close }, "×"),
  );
  region.replaceChildren(box);
  let timer = setTimeout(close, SHOWN_FOR);
  // Nobody should have to hurry to reach the button.
  const stay = () => clearTimeout(timer);
  const leave = () => {
    clearTimeout(timer);
    timer = setTimeout(close, SHOWN_FOR);
  };
  box.addEventListener("pointerenter", stay);
  box.addEventListener("focusin", stay);
  box.addEventListener("pointerleave", leave);
  box.addEventListener("focusout", leave);
}
