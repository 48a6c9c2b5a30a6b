// A dialog with a heading and a way out. Escape and a click beside it close it.

import { h } from "../dom.ts";

export function openDialog(title: string, className: string, ...children: Node[]): HTMLDialogElement {
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    { class: className, "aria-label": title },
    h(
      "header",
      {},
      h("h2", {}, title),
      h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: close }, "×"),
    ),
    ...children,
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
