//! What checking a connector gives: findings, where they are, and how they can be mended.

use crate::artifact::folder::FileId;
use crate::text::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know; nothing has to change.
    Info,
    /// It works, but not as its author most likely thinks, or a reviewer will object.
    Warning,
    /// The packager or Azure refuses it, or data disappears.
    Error,
}

impl Severity {
    /// `info`, `warning` or `error`
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity of that name.
    pub fn parse(name: &str) -> Option<Severity> {
        [Severity::Info, Severity::Warning, Severity::Error]
            .into_iter()
            .find(|severity| severity.name() == name)
    }
}

/// A mistake in a connector, located.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The code of the rule, such as `CCF011`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file that it is in.
    pub file: FileId,
    /// Where in the file's text.
    pub span: Span,
    /// What is wrong here, as a sentence with a full stop.
    pub message: String,
    /// What to do, as sentences; empty stands for what the rule's page says.
    pub help: String,
    /// Other places that have to do with it.
    pub related: Vec<Label>,
    /// Ways to mend it; the first is the best.
    pub fixes: Vec<Fix>,
}

/// A place with what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file.
    pub file: FileId,
    /// Where in its text.
    pub span: Span,
    /// What it has to do with the finding, as a phrase without a full stop.
    pub message: String,
}

/// Whether a fix may be applied without being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// It cannot be wrong: the connector means the same as before, or could mean nothing else.
    Safe,
    /// It is most likely what the author wants, who should look at it.
    Suggested,
}

/// Edits that mend a finding when all of them are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative without a full stop: "Add `_CL` to the name".
    pub title: String,
    /// Whether it may be applied without being read.
    pub safety: Safety,
    /// The edits. They do not overlap.
    pub edits: Vec<Edit>,
}

/// Text that takes the place of other text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub file: FileId,
    /// What goes; empty where something is only inserted.
    pub span: Span,
    /// What comes instead.
    pub text: String,
}

impl Finding {
    /// Says what to do, as sentences, where the rule's page cannot say it well enough.
    pub fn help(&mut self, text: impl Into<String>) -> &mut Self {
        self.help = text.into();
        self
    }

    /// Gives it another severity than its rule has.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// Adds another place that has to do with it; `message` is a phrase without a full stop.
    pub fn related(&mut self, file: FileId, span: Span, message: impl Into<String>) -> &mut Self {
        self.related.push(Label { file, span, message: message.into() });
        self
    }

    /// Adds a fix that cannot be wrong.
    pub fn fix(&mut self, title: impl Into<String>, edits: Vec<Edit>) -> &mut Self {
        self.fixes.push(Fix { title: title.into(), safety: Safety::Safe, edits });
        self
    }

    /// Adds a fix that the author should look at.
    pub fn suggest(&mut self, title: impl Into<String>, edits: Vec<Edit>) -> &mut Self {
        self.fixes.push(Fix { title: title.into(), safety: Safety::Suggested, edits });
        self
    }
}
