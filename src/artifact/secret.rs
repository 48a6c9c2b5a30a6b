//! Texts that look like secrets, by the shapes that well-known services give to theirs and by the names beside them.
//!
//! Sources: the services' documentation of their tokens, and the shapes that public secret scanners look for.
//! A shape that ordinary texts have too is left out: what is found here should be worth a look.

use super::arm::Text;
use crate::text::squeezed;

/// A part of a text that looks like a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The offset of its first byte.
    pub start: usize,
    /// The offset behind its last byte.
    pub end: usize,
    /// What it looks like, with its article: `a client secret of Microsoft Entra ID`.
    pub kind: &'static str,
}

/// How a token starts, how many bytes follow at least, and whose it is.
const PREFIXES: [(&str, usize, &str); 20] = [
    ("ghp_", 36, "a token of GitHub"),
    ("gho_", 36, "a token of GitHub"),
    ("ghu_", 36, "a token of GitHub"),
    ("ghs_", 36, "a token of GitHub"),
    ("ghr_", 36, "a token of GitHub"),
    ("github_pat_", 50, "a token of GitHub"),
    ("glpat-", 20, "a token of GitLab"),
    ("npm_", 36, "a token of npm"),
    ("xoxb-", 20, "a token of Slack"),
    ("xoxp-", 20, "a token of Slack"),
    ("xoxa-", 20, "a token of Slack"),
    ("xoxr-", 20, "a token of Slack"),
    ("xoxs-", 20, "a token of Slack"),
    ("xapp-", 20, "a token of Slack"),
    ("sk_live_", 20, "a key of Stripe"),
    ("rk_live_", 20, "a key of Stripe"),
    ("whsec_", 24, "the secret of a webhook"),
    ("sk-ant-", 30, "a key of Anthropic"),
    ("sk-proj-", 30, "a key of OpenAI"),
    ("AIza", 35, "a key of Google"),
];

/// What stands ahead of a secret in connection strings, URLs and forms, in lower case.
const PAIRS: [(&str, usize, &str); 8] = [
    ("accountkey", 40, "the key of a storage account"),
    ("sharedaccesskey", 40, "a shared access key"),
    ("sig", 40, "the signature of a shared access signature"),
    ("client_secret", 16, "a client secret"),
    ("password", 8, "a password"),
    ("pwd", 8, "a password"),
    ("access_token", 20, "an access token"),
    ("api_key", 16, "an API key"),
];

/// The ends of names that secrets have, without blanks, punctuation and capitals.
const NAMES: [&str; 22] = [
    "secret",
    "secretkey",
    "secretvalue",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "apitoken",
    "accesskey",
    "accountkey",
    "primarykey",
    "secondarykey",
    "sharedkey",
    "signingkey",
    "privatekey",
    "accesstoken",
    "refreshtoken",
    "authtoken",
    "bearertoken",
    "sastoken",
    "connectionstring",
    "credential",
];

/// The first part of a text that has the shape of a secret.
pub fn find(text: &str) -> Option<Secret> {
    private_key(text).or_else(|| {
        let mut at = 0_usize;
        text.split(|char: char| !is_word(char)).find_map(|word| {
            let start = at;
            // What parts two words is not always one byte long.
            let behind = text.get(start.saturating_add(word.len())..).unwrap_or_default();
            at = start
                .saturating_add(word.len())
                .saturating_add(behind.chars().next().map_or(0, char::len_utf8));
            let kind = shape(word, behind).or_else(|| pair(text.get(..start)?, word))?;
            Some(Secret { start, end: start.saturating_add(word.len()), kind })
        })
    })
}

/// Whether a member of that name holds a secret, such as `clientSecret` or `API key`.
pub fn is_name(name: &str) -> bool {
    // No name is that long; a text may be.
    name.len() <= 80 && {
        let name = squeezed(name);
        NAMES.iter().any(|known| name.ends_with(known))
    }
}

/// Whether the value of a member with such a name is a secret, and not what stands for one.
pub fn is_value(text: &str) -> bool {
    let text = text.trim();
    let literal = matches!(Text::of(text), Text::Literal(_));
    if !literal || text.len() < 8 || text.contains(char::is_whitespace) || text.contains("{{") {
        return false;
    }
    // `<secret>`, `${SECRET}`, `%SECRET%`, `@secret`, `***`
    if text.starts_with(['<', '$', '%', '@', '*', '{', '(']) || text.starts_with("http") {
        return false;
    }
    let plain = squeezed(text);
    let speaks = [
        "your",
        "example",
        "placeholder",
        "secret",
        "password",
        "changeme",
        "token",
        "apikey",
        "xxxx",
        "string",
    ];
    if speaks.iter().any(|word| plain.contains(word)) {
        return false;
    }
    // A word or an identifier is no secret: those have digits or punctuation among their letters, or many digits.
    let letters = text.chars().any(char::is_alphabetic);
    let digits = text.chars().any(|char| char.is_ascii_digit());
    let others = text.chars().any(|char| !char.is_alphanumeric() && !matches!(char, '_' | '-' | '.' | ' '));
    let many_digits = digits && text.len() >= 16;
    ((letters && (digits || others)) || many_digits) && varied(text)
}

/// Whether the whole text is base64 or base64url of at least 30 bytes, and random enough to be a key.
pub fn is_long_base64(text: &str) -> bool {
    let count = |wanted: fn(&u8) -> bool| text.bytes().filter(wanted).count();
    let bare = text.trim_end_matches('=');
    let slashes = count(|byte| *byte == b'/');
    (40..=4096).contains(&text.len())
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'))
        && count(u8::is_ascii_uppercase) >= 6
        && count(u8::is_ascii_lowercase) >= 6
        && count(u8::is_ascii_digit) >= 4
        // A path has more of them.
        && slashes.saturating_mul(16) <= text.len()
        && changes(bare).saturating_mul(3) >= bare.len()
}

/// How often a lower-case letter, an upper-case letter and a digit follow each other: seldom in names.
fn changes(text: &str) -> usize {
    let class = |byte: &u8| (byte.is_ascii_uppercase(), byte.is_ascii_digit());
    let bytes = text.as_bytes();
    bytes.iter().zip(bytes.iter().skip(1)).filter(|(left, right)| class(left) != class(right)).count()
}

/// Whether a text has at least five different characters.
fn varied(text: &str) -> bool {
    let mut seen: Vec<char> = Vec::with_capacity(5);
    for char in text.chars() {
        if !seen.contains(&char) {
            seen.push(char);
        }
        if seen.len() >= 5 {
            return true;
        }
    }
    false
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '~' | '.' | '+' | '/' | '-' | '%')
}

/// What a word looks like. `behind` is the text behind it.
fn shape(word: &str, behind: &str) -> Option<&'static str> {
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    // Documentation marks its tokens so.
    if word.len() < 20 || word.contains("EXAMPLE") || word.contains("xxxx") || !varied(word) {
        return None;
    }
    for (prefix, least, kind) in PREFIXES {
        let rest = word.strip_prefix(prefix).unwrap_or_default();
        if rest.len() >= least && rest.bytes().all(is_key) && varied(rest) {
            return Some(kind);
        }
    }
    let aws = word.strip_prefix("AKIA").or_else(|| word.strip_prefix("ASIA"));
    if aws.is_some_and(|rest| {
        rest.len() == 16 && rest.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'))
    }) {
        return Some("the id of an access key of AWS");
    }
    // Three parts, of which the first two are base64url of JSON objects.
    let mut parts = word.split('.');
    let object = |part: Option<&str>| part.is_some_and(|part| part.starts_with("eyJ") && part.len() > 12);
    if object(parts.next()) && object(parts.next()) && parts.next().is_some_and(|part| part.len() > 12) {
        return Some("a JSON Web Token");
    }
    if is_entra_secret(word) {
        return Some("a client secret of Microsoft Entra ID");
    }
    // 64 bytes in base64: the keys of storage accounts and others.
    if word.len() == 86 && behind.starts_with("==") && is_long_base64(word) {
        return Some("an account key of Azure");
    }
    if let Some((_, path)) = word.split_once("hooks.slack.com/services/T")
        && path.len() > 30
    {
        return Some("the address of a webhook of Slack");
    }
    None
}

/// A client secret of Microsoft Entra ID: 40 characters, of which the fourth is a digit and `Q~` follows.
fn is_entra_secret(word: &str) -> bool {
    let Some((head, tail)) = word.split_at_checked(3) else { return false };
    let mut tail = tail.chars();
    (37..=41).contains(&word.len())
        && head.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'.' | b'-'))
        && tail.next().is_some_and(|char| char.is_ascii_digit())
        && tail.as_str().starts_with("Q~")
}

/// A word behind a name that only secrets have and a `=`.
fn pair(ahead: &str, word: &str) -> Option<&'static str> {
    let name = ahead.strip_suffix('=')?;
    // The names are short: the rest of what stands ahead is of no interest.
    let last = name.len().saturating_sub(20);
    let name = name.get(last..).unwrap_or_default().to_ascii_lowercase();
    let name = name.rsplit(|char: char| !char.is_ascii_alphanumeric() && char != '_').next()?;
    let (_, least, kind) = PAIRS.iter().find(|(known, ..)| *known == name)?;
    (word.len() >= *least && is_value(word)).then_some(*kind)
}

fn private_key(text: &str) -> Option<Secret> {
    const END: &str = "PRIVATE KEY-----";
    let end = text.find(END)?;
    let start = text.get(..end)?.rfind("-----BEGIN ")?;
    // Between the two at most the name of an algorithm, and behind them the key.
    let near = end.saturating_sub(start) < 40;
    let behind = text.get(end.saturating_add(END.len())..)?;
    let has_key = behind.trim_start().starts_with(|char: char| char.is_ascii_alphanumeric());
    let end = end.saturating_add(END.len());
    (near && has_key).then_some(Secret { start, end, kind: "a private key" })
}
