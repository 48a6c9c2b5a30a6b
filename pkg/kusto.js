// A second opinion on transformations by Microsoft's language service for Kusto, for `check(files, { kusto })`.
// kusto.d.ts describes it. Node has kusto-node.js instead, which finds the service's scripts itself.

/** The service of a page or a program that has run the service's two scripts. */
export async function load() {
  if (globalThis.Kusto?.Language === undefined) {
    throw new Error(
      "run bridge.min.js and Kusto.Language.Bridge.min.js of the package @kusto/language-service-next first",
    );
  }
  return new Service(globalThis.Kusto.Language);
}

/** The service over its namespace `Kusto.Language`. */
export class Service {
  #language;
  #globals;

  constructor(language) {
    this.#language = language;
    this.#globals = language.GlobalState.Default;
  }

  /** What the service says of a transformation of a stream with these columns. */
  analyze(text, columns) {
    const { Symbols, KustoCode } = this.#language;
    const declared = columns.map(
      ({ name, type }) => `${bracketed(name)}: ${type === "boolean" ? "bool" : type}`,
    );
    const source = new Symbols.TableSymbol.$ctor7("source", `(${declared.join(", ")})`, null);
    const database = new Symbols.DatabaseSymbol.$ctor1("workspace", [source]);
    const code = KustoCode.ParseAndAnalyze(text, this.#globals.WithDatabase(database));
    return {
      diagnostics: items(code.GetDiagnostics())
        .filter(({ Severity }) => Severity === "Error" || Severity === "Warning")
        .map(({ Code, Severity, Message, Start, Length }) => ({
          code: Code,
          severity: Severity,
          message: Message,
          start: Start,
          end: Start + Length,
        })),
      columns: items(code.ResultType?.Columns).map(({ Name, Type }) => ({ name: Name, type: Type.Name })),
    };
  }
}

/** A name as KQL writes every one. */
function bracketed(name) {
  return `['${name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
}

/** A list of the service, which is written in C#, as an array. */
function items(list) {
  return Array.from({ length: list?.Count ?? 0 }, (_, index) => list.getItem(index));
}
