//! Texts that an object has to have.

use crate::artifact::resource::{head, is_blank};
use crate::json::Value;
use crate::text::Span;

/// How a sentence speaks of the object.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner {
    /// One of several, which the place tells apart: "This permission has no `scope`.", "`scope` is empty."
    This(&'static str),
    /// The only one: "The DCR has no `name`.", "The DCR's `name` is empty."
    The(&'static str),
}

/// What keeps the member `name` of an object from being a text that says something: where it shows, and the sentence.
pub(super) fn text_flaw(object: &Value, name: &str, owner: Owner) -> Option<(Span, String)> {
    let Some(member) = object.member(name) else {
        let owner = match owner {
            Owner::This(what) => format!("This {what}"),
            Owner::The(what) => format!("The {what}"),
        };
        return Some((head(object), format!("{owner} has no `{name}`.")));
    };
    let value = &member.value;
    let flaw = match value.as_str() {
        None => format!("{}, not a string", value.described()),
        Some(_) if is_blank(value) => "empty".to_owned(),
        Some(_) => return None,
    };
    let whose = match owner {
        Owner::This(_) => String::new(),
        Owner::The(what) => format!("The {what}'s "),
    };
    Some((value.span, format!("{whose}`{name}` is {flaw}.")))
}
