//! Templates as their engines see them: which text an engine fills in, which lines it takes out,
//! and how it writes a variable.

use crate::bytes::rsplit_once;
use crate::host::Host;
use crate::judgement::{Bridge, Effect, Outcome, Pin};
use crate::provenance::{Provenance, provenance_of};
use bstr::{BStr, ByteSlice};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

/// Endings of the names of templates, after the name of the file that is made and a dot.
const ENDINGS: &[&[u8]] = &[b"j2", b"jinja", b"jinja2", b"erb", b"epp", b"tmpl", b"tpl", b"mako", b"in"];

/// What stands around text that an engine fills in.
const EXPRESSIONS: &[(&str, &str)] =
    &[("{{", "}}"), ("<%=", "%>"), ("<%", "%>"), ("{%", "%}"), ("[%", "%]"), ("${", "}"), ("@", "@")];

/// Statements and comments of Jinja2 and ERB, which leave nothing in the file that is made.
const STATEMENTS: &[(&str, &str)] = &[("{%", "%}"), ("{#", "#}"), ("<%", "%>")];

/// The name of the file that a template of this name makes; none where the name is no template's.
#[must_use]
pub fn name_of_result(name: &[u8]) -> Option<&[u8]> {
    let (made, ending) = rsplit_once(name, b'.')?;
    (!made.is_empty() && ENDINGS.contains(&ending)).then_some(made)
}

/// Whether a host is none: templates by their names, of which several hosts' files are made.
#[must_use]
pub fn is_made_of_them(host: &Host) -> bool {
    host.placed_files().filter_map(Path::file_name).any(|name| name_of_result(name.as_bytes()).is_some())
}

/// The engine whose template a file of the host is.
#[must_use]
pub fn engine(host: &Host, file: &Path) -> Option<&'static str> {
    match provenance_of(host, file) {
        Provenance::Template(engine) => Some(engine),
        Provenance::Plain | Provenance::Generated(_) => None,
    }
}

/// Whether a word of a template holds a mark, or a part of one: `{{`, `eth<%=`, `@NAME@`.
#[must_use]
pub fn is_marked(word: &[u8]) -> bool {
    // All of them have one of these.
    word.iter().any(|byte| b"{}%@".contains(byte))
        && EXPRESSIONS.iter().any(|(start, end)| word.contains_str(start) || (end.len() > 1 && word.contains_str(end)))
}

/// The one expression that a value consists of, where it stands for one word: `{{ uplink }}`.
#[must_use]
pub fn sole_expression(value: &[u8]) -> Option<&BStr> {
    let value = value.trim_ascii();
    let (start, end) = EXPRESSIONS.iter().find(|(start, _)| value.starts_with(start.as_bytes()))?;
    let inner = value.strip_prefix(start.as_bytes())?.strip_suffix(end.as_bytes())?.trim_ascii();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.@$:".contains(byte);
    let is_output = !matches!(*start, "<%" | "{%");
    (is_output && !inner.is_empty() && inner.iter().all(is_name)).then(|| value.as_bstr())
}

/// A variable as an engine (see [`Provenance::Template`]) fills it in.
#[must_use]
pub fn variable(engine: &str, name: &str) -> String {
    match engine {
        "EPP" => format!("<%= ${name} %>"),
        "ERB" => format!("<%= @{name} %>"),
        "Mako" => format!("${{{name}}}"),
        "Template Toolkit" => format!("[% {name} %]"),
        "@NAME@ placeholders" => format!("@{}@", name.to_ascii_uppercase()),
        "${NAME} placeholders" => format!("${{{}}}", name.to_ascii_uppercase()),
        _ => format!("{{{{ {name} }}}}"),
    }
}

/// A host's text with blanks for statements and comments that have their lines to themselves, so that all offsets stay.
/// What a machine reads itself (`--root`) is no template: a mark is text there.
/// `<% ... %>` is left to who reads it as Mako (`is_mako`), unless the file has marks that only ERB knows.
#[must_use]
pub fn without_statements(host: &Host, text: Arc<[u8]>, is_mako: bool) -> Arc<[u8]> {
    // All that is looked for below has one of these.
    if host.is_live() || text.find_byteset(b"{%").is_none() {
        return text;
    }
    let leave_blocks = is_mako && !is_erb(&text);
    let mut kinds: Vec<Marks> = STATEMENTS
        .iter()
        .filter(|(open, _)| !(leave_blocks && *open == "<%") && text.contains_str(open))
        .map(|(open, close)| Marks { open, close, next: 0 })
        .collect();
    if kinds.is_empty() {
        return text;
    }
    let mut masked = text.to_vec();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let start = at + rest.len() - rest.trim_ascii_start().len();
        let mut end = start;
        while let Some(next) = kinds.iter_mut().find_map(|marks| marks.end(&text, end)) {
            end = next;
        }
        at = text[end..].find_byte(b'\n').map_or(text.len(), |found| end + found + 1);
        if text[end..at].trim_ascii().is_empty() {
            let part = masked.get_mut(start..end).unwrap_or_default();
            part.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
        }
    }
    Arc::from(masked)
}

/// One kind of statements on the way through a text.
struct Marks {
    open: &'static str,
    close: &'static str,
    /// Where the next closing mark was found, so that none is looked for twice.
    next: usize,
}

impl Marks {
    /// Where a statement ends that starts at `at`, blanks before it left out.
    fn end(&mut self, text: &[u8], at: usize) -> Option<usize> {
        let rest = &text[at..];
        let start = at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let inner = text[start..].strip_prefix(self.open.as_bytes())?;
        if inner.starts_with(b"=") || inner.starts_with(b"%") {
            return None;
        }
        let from = start + self.open.len();
        if self.next < from {
            self.next = text[from..].find(self.close).map_or(usize::MAX, |found| from + found);
        }
        (self.next != usize::MAX).then(|| self.next + self.close.len())
    }
}

/// Whether a text has marks of ERB that Mako does not know.
#[must_use]
pub fn is_erb(text: &[u8]) -> bool {
    ["<%=", "<%-", "-%>"].iter().any(|mark| text.contains_str(mark))
}

/// What an engine fills in pins a bridge: a value with a mark in a template is not invalid, and no more is known of it.
/// A machine itself (`--root`) has nothing that fills it in.
pub fn count_as_pins(host: &Host, bridges: &mut [Bridge]) {
    if host.is_live() {
        return;
    }
    for bridge in bridges {
        // What a template fills in is not known to differ from what wins.
        bridge.pins.retain(|pin| !(matches!(pin.effect, Effect::Overridden(_)) && is_filled_in(host, pin)));
        let mut filled = None;
        for pin in &mut bridge.pins {
            // A command with a mark in it is another command than the one that will run.
            let is_command = pin.what.ends_with("command");
            let is_open = match pin.effect {
                Effect::Invalid(_) => true,
                Effect::Ineffective(_) => is_command,
                Effect::Decides | Effect::Overridden(_) => false,
            };
            if is_open && is_filled_in(host, pin) {
                pin.effect = Effect::Decides;
                filled = Some(format!("{} sets it to what the template fills in", pin.what));
            }
        }
        if let Some(reason) = filled.filter(|_| bridge.outcome != Outcome::Pinned) {
            (bridge.outcome, bridge.address, bridge.reason) = (Outcome::Pinned, None, reason);
            bridge.note = None;
        }
    }
}

/// Whether the value of a pin holds an expression, and its file is a template.
fn is_filled_in(host: &Host, pin: &Pin) -> bool {
    let Some(text) = host.read(&pin.line.file) else { return false };
    let is_marked = is_marked(&pin.value) || is_marked(pin.place.span.of(&text)) || is_marked(pin.line.span.of(&text));
    is_marked && engine(host, &pin.line.file).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn statements_leave_blanks() {
        let host = Host::new("/nonexistent");
        let show = |text: &str, is_mako| {
            String::from_utf8(without_statements(&host, Arc::from(text.as_bytes()), is_mako).to_vec()).unwrap()
        };
        for (text, left) in [
            ("auto br0\n", "auto br0\n"),
            ("{% if x %}\r\nauto br0\n  {%- endif -%}\n", "          \r\nauto br0\n               \n"),
            ("{# a\nb #}\nauto br0", "    \n    \nauto br0"),
            ("{% if x %}{% set y = 1 %}\n", "                         \n"),
            ("{% if x %}auto br0{% endif %}\n", "{% if x %}auto br0{% endif %}\n"),
            ("<% if x -%>\n<%= @line %>\n<%# note %>\n", "           \n<%= @line %>\n           \n"),
            ("{% if x\n", "{% if x\n"),
            ("\n\n", "\n\n"),
        ] {
            assert_eq!(show(text, false), left, "{text}");
        }
        assert_eq!(show("<% x = 1 %>\n{% if x %}\n", true), "<% x = 1 %>\n          \n");
        assert_eq!(show("<% end %>\n<%= x %>\n", true), "         \n<%= x %>\n");
    }

    #[test]
    fn expressions_that_stand_for_one_word() {
        for (value, is_one) in [
            ("{{ uplink }}", true),
            ("<%= @uplink %>", true),
            ("@UPLINK@", true),
            ("${UPLINK}", true),
            ("{{ uplinks | join(' ') }}", false),
            ("{{ a }} {{ b }}", false),
            ("eth{{ n }}", false),
            ("<% if x %>", false),
            ("eth0", false),
        ] {
            assert_eq!(sole_expression(value.as_bytes()).is_some(), is_one, "{value}");
        }
    }
}
