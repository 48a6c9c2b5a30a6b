use crate::artifact::folder::File;
use crate::artifact::solution::Solution;
use crate::artifact::version::Version;
use crate::edit;
use crate::finding::Severity;
use crate::json::{Kind, Value};
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF091",
    name: "ignored-data-file-member",
    severity: Severity::Info,
    page: include_str!("ccf091_ignored_data_file_member.md"),
    check: Check::DataFile(check),
};

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    let version = root.find("/Version").and_then(Value::as_str).and_then(Version::parse);
    if let Some(spec) = root.find("/TemplateSpec").filter(|value| value.kind == Kind::Bool(false))
        && version.is_none_or(|version| version.major > 1)
    {
        report
            .at(file, spec.span, "The packager takes `TemplateSpec` as true from version 2 on.")
            .help("Write true, so that the file says what happens.")
            .fix("Change it to true", edit::replace(file, spec.span, "true"));
    }
    if let Some(member) = root.member("Is1PConnector").filter(|member| member.key != "Is1PConnector") {
        report
            .at(
                file,
                member.key_span,
                "Other solutions write this as `Is1PConnector`; the packager does not use it.",
            )
            .help("Write it as the others do, or remove it.")
            .fix("Rename it", edit::replace_string(file, member.key_span, "Is1PConnector"));
    }
    let path = root.find("/BasePath").and_then(|value| Some((value, value.as_str()?)));
    if let Some((value, _)) = path.filter(|(_, path)| !path.contains("Solutions")) {
        report
            .at(file, value.span, "`BasePath` does not lead into a folder `Solutions`.")
            .help(
                "The packager uses `BasePath` only when it is given no path, and then it must have `Solutions` in it. \
                 Correct it or leave it.",
            );
    }
}
