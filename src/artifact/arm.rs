//! The strings of ARM templates: expressions, the escape of expressions, and the packager's placeholders.
//!
//! Source: Microsoft, "Syntax and expressions in Azure Resource Manager templates"; the packager's
//! `createCCPConnector.ps1` for the placeholders.

use super::folder::File;
use crate::json::{self, Value};
use crate::text::Span;

/// What a string in an artifact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'t> {
    /// It means itself.
    Literal(&'t str),
    /// `[…]`: Azure evaluates what stands between the brackets when the template is deployed.
    Expression(&'t str),
    /// `[[…]`: a package deploys it as the expression `[…]` of the template that it contains.
    Escaped(&'t str),
    /// It has a `{{…}}` that the packager replaces.
    Placeholder(&'t str),
}

impl<'t> Text<'t> {
    /// What `text` is.
    pub fn of(text: &'t str) -> Text<'t> {
        if text.contains("{{") && text.contains("}}") {
            Text::Placeholder(text)
        } else if let Some(inner) = text.strip_prefix("[[") {
            Text::Escaped(inner)
        } else if let Some(inner) = text.strip_prefix('[') {
            Text::Expression(inner)
        } else {
            Text::Literal(text)
        }
    }
}

/// The text of a string that means itself.
pub fn literal(value: &Value) -> Option<&str> {
    match Text::of(value.as_str()?) {
        Text::Literal(text) => Some(text),
        _ => None,
    }
}

/// The place in a file of a part of a string's text. `string` is the value, `part` counts in its decoded text.
pub fn place(file: &File, string: &Value, part: Span) -> Span {
    Span {
        start: json::offset_in_string(&file.text, string.span, part.start),
        end: json::offset_in_string(&file.text, string.span, part.end),
    }
}

/// A `{{…}}` in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder<'t> {
    /// What stands between the braces, blanks included.
    pub name: &'t str,
    /// Where it stands in the string's text, braces included.
    pub span: Span,
}

impl Placeholder<'_> {
    /// Whether the packager's pattern `\{\{[a-zA-Z0-9]+\}\}` finds it.
    pub fn is_found(&self) -> bool {
        !self.name.is_empty() && self.name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }
}

/// The placeholders of a text in their order.
pub fn placeholders(text: &str) -> impl Iterator<Item = Placeholder<'_>> {
    let mut from = 0_usize;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let open = rest.find("{{")?;
        let length = rest.get(open..)?.find("}}")?;
        let close = open.saturating_add(length);
        // Of several opening braces the last ones count: `{{ {{x}}` has the placeholder `x`.
        let open = rest.get(..close)?.rfind("{{").unwrap_or(open);
        let name = rest.get(open.saturating_add(2)..close).unwrap_or_default();
        let end = close.saturating_add(2);
        let span = Span { start: from.saturating_add(open), end: from.saturating_add(end) };
        from = span.end;
        Some(Placeholder { name, span })
    })
}

/// A string that Azure takes for an expression, or that was meant to be one. All spans count in the string's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression<'t> {
    /// Whether it starts with `[[`, so that not this template but the one inside evaluates it.
    pub escaped: bool,
    /// The functions that it calls, in the order of the text.
    pub calls: Vec<Call<'t>>,
    /// What is wrong with it: the first mistake only, because the others follow from it.
    pub fault: Option<Fault>,
}

/// A function that an expression calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call<'t> {
    /// The function's name as it is written.
    pub name: &'t str,
    /// Where the name stands.
    pub span: Span,
    /// The only argument, when it is a string: its content and where that stands, without the quotes.
    pub argument: Option<(&'t str, Span)>,
}

/// A mistake in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of mistake.
    pub kind: FaultKind,
    /// Where.
    pub span: Span,
    /// What in the string to replace by what so that this mistake is gone, where that is likely.
    pub repair: Option<(Span, &'static str)>,
}

/// What can be wrong with an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It starts with `[` and a function, but does not end with `]`.
    NoEnd,
    /// It ends with `]]` after `[[`: only the opening bracket is doubled.
    DoubleEnd,
    /// A bracket or parenthesis has no counterpart behind it.
    NotClosed(char),
    /// A bracket or parenthesis has no counterpart ahead of it.
    NotOpened(char),
    /// A string in it has no second quote.
    OpenQuote,
    /// It has a double quote: strings in expressions stand in single quotes.
    DoubleQuote,
    /// It is a text between brackets, no expression.
    Prose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenKind {
    Name,
    Text,
    Number,
    Sign(char),
}

#[derive(Clone, Copy, Debug)]
struct Token<'t> {
    kind: TokenKind,
    text: &'t str,
    start: usize,
}

impl Token<'_> {
    fn span(&self) -> Span {
        Span { start: self.start, end: self.start.saturating_add(self.text.len()) }
    }
}

/// Reads a string as an expression; `None` when Azure takes it as it stands and nothing hints at anything else.
///
/// Azure evaluates a string that starts with `[` and ends with `]`. With one of the two it stays text, as a Markdown
/// link does; but what starts as a function's call was meant to be evaluated.
pub fn expression(text: &str) -> Option<Expression<'_>> {
    let after = text.strip_prefix('[')?;
    let (escaped, body) = match after.strip_prefix('[') {
        Some(body) => (true, body),
        None => (false, after),
    };
    let start = text.len().saturating_sub(body.len());
    let is_call = starts_as_call(body);
    let Some(inside) = body.strip_suffix(']') else {
        if !is_call {
            return None;
        }
        let end = text.trim_end().len();
        let (calls, fault) = read(body, start);
        // With a quote open nobody knows where the end belongs.
        let repair = (fault.is_none()).then_some((Span { start: end, end: text.len() }, "]"));
        let span = Span { start: end.saturating_sub(1), end };
        let fault = fault.filter(|fault| matches!(fault.kind, FaultKind::OpenQuote | FaultKind::DoubleQuote));
        let fault = fault.unwrap_or(Fault { kind: FaultKind::NoEnd, span, repair });
        return Some(Expression { escaped, calls, fault: Some(fault) });
    };
    if escaped && !is_call {
        // The escape of a text that happens to stand between brackets.
        return Some(Expression { escaped, calls: Vec::new(), fault: None });
    }
    if escaped && let Some(inner) = inside.strip_suffix(']') {
        let (calls, fault) = read(inner, start);
        if fault.is_none() {
            let end = start.saturating_add(inside.len());
            let span = Span { start: end.saturating_sub(1), end: end.saturating_add(1) };
            let extra = Span { start: end, end: end.saturating_add(1) };
            let fault = Fault { kind: FaultKind::DoubleEnd, span, repair: Some((extra, "")) };
            return Some(Expression { escaped, calls, fault: Some(fault) });
        }
    }
    let (calls, fault) = read(inside, start);
    let starts_as_value = is_call
        || inside.trim_start().starts_with(|char: char| char == '\'' || char == '-' || char.is_ascii_digit());
    let fault = if starts_as_value {
        fault
    } else {
        let span = Span { start: 0, end: text.len() };
        Some(Fault { kind: FaultKind::Prose, span, repair: None })
    };
    Some(Expression { escaped, calls, fault })
}

/// Whether a text starts with a name and `(`; a namespace may stand ahead of the name.
fn starts_as_call(text: &str) -> bool {
    let text = text.trim_start();
    let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '.';
    let rest = text.trim_start_matches(is_name);
    rest.len() < text.len()
        && text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && rest.trim_start().starts_with('(')
}

/// The calls and the first mistake of what stands between an expression's brackets, which start at `start`.
fn read(body: &str, start: usize) -> (Vec<Call<'_>>, Option<Fault>) {
    let (tokens, mut fault) = tokens(body, start);
    let mut calls = Vec::new();
    let mut open: Vec<Token<'_>> = Vec::new();
    let mut last = None;
    for (index, token) in tokens.iter().enumerate() {
        let ahead = |steps: usize| tokens.get(index.saturating_add(steps));
        let is_sign =
            |steps: usize, sign: char| ahead(steps).is_some_and(|token| token.kind == TokenKind::Sign(sign));
        match token.kind {
            // A name behind a dot is a property, or a function of the template's own.
            TokenKind::Name if is_sign(1, '(') && last != Some(TokenKind::Sign('.')) => {
                let argument = ahead(2).filter(|token| token.kind == TokenKind::Text && is_sign(3, ')'));
                let argument = argument.and_then(|token| {
                    let content = token.text.strip_prefix('\'')?.strip_suffix('\'')?;
                    let from = token.start.saturating_add(1);
                    Some((content, Span { start: from, end: from.saturating_add(content.len()) }))
                });
                calls.push(Call { name: token.text, span: token.span(), argument });
            }
            TokenKind::Sign('(' | '[') => open.push(*token),
            TokenKind::Sign(sign @ (')' | ']')) => {
                let wanted = if sign == ')' { '(' } else { '[' };
                if open.last().is_some_and(|token| token.kind == TokenKind::Sign(wanted)) {
                    open.pop();
                } else if fault.is_none() {
                    let gone = (open.is_empty()).then_some((token.span(), ""));
                    fault =
                        Some(Fault { kind: FaultKind::NotOpened(sign), span: token.span(), repair: gone });
                }
            }
            _ => {}
        }
        last = Some(token.kind);
    }
    if fault.is_none()
        && let Some(token) = open.last()
        && let TokenKind::Sign(sign) = token.kind
    {
        let end = start.saturating_add(body.trim_end().len());
        let missing = if sign == '(' { ")" } else { "]" };
        let repair = (open.len() == 1).then_some((Span { start: end, end }, missing));
        fault = Some(Fault { kind: FaultKind::NotClosed(sign), span: token.span(), repair });
    }
    (calls, fault)
}

/// The tokens of an expression. A quote that is not closed, or a double one, is a fault and ends the reading.
fn tokens(body: &str, start: usize) -> (Vec<Token<'_>>, Option<Fault>) {
    let mut tokens = Vec::new();
    let mut at = 0_usize;
    while let Some(rest) = body.get(at..)
        && let Some(char) = rest.chars().next()
    {
        let here = start.saturating_add(at);
        let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let (kind, length) = match char {
            '\'' => match text_length(rest) {
                Some(length) => (TokenKind::Text, length),
                None => {
                    let span = Span { start: here, end: here.saturating_add(1) };
                    return (tokens, Some(Fault { kind: FaultKind::OpenQuote, span, repair: None }));
                }
            },
            '"' => {
                let span = Span { start: here, end: here.saturating_add(1) };
                return (tokens, Some(Fault { kind: FaultKind::DoubleQuote, span, repair: None }));
            }
            '0'..='9' => (
                TokenKind::Number,
                rest.len().saturating_sub(rest.trim_start_matches(|char: char| char.is_ascii_digit()).len()),
            ),
            _ if is_name(char) => {
                (TokenKind::Name, rest.len().saturating_sub(rest.trim_start_matches(is_name).len()))
            }
            _ => (TokenKind::Sign(char), char.len_utf8()),
        };
        if !char.is_whitespace() {
            let text = rest.get(..length).unwrap_or_default();
            tokens.push(Token { kind, text, start: here });
        }
        at = at.saturating_add(length.max(1));
    }
    (tokens, None)
}

/// The length of the string in single quotes that `text` starts with; a quote in it is written twice.
fn text_length(text: &str) -> Option<usize> {
    let mut quotes = text.match_indices('\'').map(|(offset, _)| offset).skip(1).peekable();
    while let Some(offset) = quotes.next() {
        if quotes.next_if_eq(&offset.saturating_add(1)).is_none() {
            return Some(offset.saturating_add(1));
        }
    }
    None
}

/// The parameters that a package declares: an expression of an artifact can name these.
///
/// Source: `mainTemplate.json` of published Push connectors.
pub const PARAMETERS: [&str; 5] =
    ["workspace", "workspace-location", "location", "resourceGroupName", "subscription"];

/// The parameters of the template inside a package that the data connector is deployed with: an expression that starts
/// with `[[` can name these.
pub const INNER_PARAMETERS: [&str; 6] =
    ["dcrConfig", "auth", "guidValue", "innerWorkspace", "connectorDefinitionName", "workspace"];

/// The variables that every package declares, without those whose name ends in a connector's number.
pub const VARIABLES: [&str; 8] = [
    "workspaceResourceId",
    "_solutionName",
    "_solutionVersion",
    "solutionId",
    "_solutionId",
    "dataConnectorCCPVersion",
    "_solutioncontentProductId",
    "dataCollectionEndpointId",
];

/// The functions of ARM templates.
///
/// Source: Microsoft, "ARM template functions". Names are compared without regard to case.
pub const FUNCTIONS: &str = "add and array base64 base64ToJson base64ToString bool cidrHost cidrSubnet coalesce concat \
    contains copyIndex createArray createObject dataUri dataUriToString dateTimeAdd dateTimeFromEpoch dateTimeToEpoch \
    deployer deployment div empty endsWith environment equals extensionResourceId externalInput fail false filter first \
    flatten float format greater greaterOrEquals groupBy guid if indexFromEnd indexOf int intersection items join json \
    lambda lambdaVariables last lastIndexOf length less lessOrEquals list listAccountSas listKeys listSecrets \
    listServiceSas loadFileAsBase64 managementGroup managementGroupResourceId map mapValues max min mod mul newGuid not \
    null objectKeys or padLeft parameters parseCidr parseUri pickZones providers range reduce reference references \
    replace resourceGroup resourceId roleDefinitions shallowMerge skip sort split startsWith string sub subscription \
    subscriptionResourceId substring take tenant tenantResourceId toLogicalZone toLogicalZones toLower \
    toPhysicalZone toPhysicalZones toObject toUpper trim true tryGet tryIndexFromEnd union uniqueString uri \
    uriComponent uriComponentToString utcNow variables";

/// Whether Azure has a function of that name. Every name that starts with `list` counts: providers bring their own.
pub fn is_function(name: &str) -> bool {
    FUNCTIONS.split_whitespace().any(|known| known.eq_ignore_ascii_case(name))
        || name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("list"))
}

/// What stands ahead of, in and behind the first placeholder of a text that the packager would replace.
pub fn first_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let mut start = 0;
    loop {
        let (ahead, rest) = text.get(start..)?.split_once("{{")?;
        let at = start.saturating_add(ahead.len());
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, behind) = rest.split_at_checked(length)?;
        if let (false, Some(behind)) = (name.is_empty(), behind.strip_prefix("}}")) {
            return Some((text.get(..at)?, name, behind));
        }
        start = at.saturating_add(1);
    }
}

/// Whether a GUID stands somewhere in a text, such as the id of a subscription.
pub fn has_guid(text: &str) -> bool {
    // Its groups of hexadecimal digits, which hyphens part.
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    text.split(|char: char| !char.is_ascii_hexdigit() && char != '-')
        .any(|word| word.len() == 36 && word.split('-').map(str::len).eq(GROUPS))
}
