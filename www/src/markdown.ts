// Markdown to elements. It never makes HTML of a string, so that raw HTML in a text is shown and not run.

import { Lexer, type Token, type Tokens } from "marked";
import { append, h } from "./dom.ts";

/** A page; headings start at `level`. Sections whose heading is among `without` are left out. */
export function page(text: string, level: number, without: string[] = []): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let skipping = 0;
  for (const token of new Lexer({ gfm: true }).lex(text)) {
    if (token.type === "heading") {
      const { depth, text: title } = token as Tokens.Heading;
      if (skipping === 0 || depth <= skipping) skipping = without.includes(title) ? depth : 0;
    }
    if (skipping === 0) append(fragment, [block(token, level)]);
  }
  return fragment;
}

/** A sentence or two. */
export function inline(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  append(fragment, spans(Lexer.lexInline(text)));
  return fragment;
}

function block(token: Token, level: number): Node | undefined {
  switch (token.type) {
    case "heading": {
      const { depth, tokens } = token as Tokens.Heading;
      const tag = `h${Math.min(level + depth - 1, 6)}` as "h2";
      return h(tag, {}, ...spans(tokens));
    }
    case "paragraph":
      return h("p", {}, ...spans((token as Tokens.Paragraph).tokens));
    case "list": {
      const { items, ordered } = token as Tokens.List;
      const rows = items.map((item) => h("li", {}, ...item.tokens.map((inner) => block(inner, level))));
      return h(ordered ? "ol" : "ul", {}, ...rows);
    }
    case "code":
      return h("pre", { tabindex: 0 }, h("code", {}, (token as Tokens.Code).text));
    case "blockquote":
      return h("blockquote", {}, ...(token as Tokens.Blockquote).tokens.map((inner) => block(inner, level)));
    case "table": {
      const { header, rows } = token as Tokens.Table;
      const row = (cells: Tokens.TableCell[], tag: "th" | "td") =>
        h("tr", {}, ...cells.map((cell) => h(tag, {}, ...spans(cell.tokens))));
      const body = rows.map((cells) => row(cells, "td"));
      return h("table", {}, h("thead", {}, row(header, "th")), h("tbody", {}, ...body));
    }
    case "hr":
      return h("hr");
    case "text": {
      const { tokens, text } = token as Tokens.Text;
      return h("span", {}, ...(tokens === undefined ? [text] : spans(tokens)));
    }
    case "space":
    case "def":
      return undefined;
    default:
      return document.createTextNode(token.raw);
  }
}

function spans(tokens: Token[]): Node[] {
  return tokens.map((token): Node => {
    switch (token.type) {
      case "codespan":
        return h("code", {}, (token as Tokens.Codespan).text);
      case "strong":
        return h("strong", {}, ...spans((token as Tokens.Strong).tokens));
      case "em":
        return h("em", {}, ...spans((token as Tokens.Em).tokens));
      case "del":
        return h("del", {}, ...spans((token as Tokens.Del).tokens));
      case "br":
        return h("br");
      case "escape":
        return document.createTextNode((token as Tokens.Escape).text);
      case "link": {
        const { href, tokens: inner } = token as Tokens.Link;
        // Anything else, `javascript:` for one, is no link here.
        if (!/^https?:\/\//.test(href)) return h("span", {}, ...spans(inner));
        return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...spans(inner));
      }
      case "text": {
        const { tokens: inner, text } = token as Tokens.Text;
        return inner === undefined ? document.createTextNode(text) : h("span", {}, ...spans(inner));
      }
      default:
        return document.createTextNode(token.raw);
    }
  });
}
