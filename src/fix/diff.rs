//! The fixes as one patch that both `git apply` and `patch -p1` take.

use similar::{ChangeTag, TextDiff};
use std::io;

/// A file before and after.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Its path as the patch names it, behind `a/` and `b/`.
    pub path: &'a [u8],
    /// Its text; `None` where it is new.
    pub old: Option<&'a [u8]>,
    /// Its text afterwards.
    pub new: &'a [u8],
}

/// Lines around a change, as `diff -u` and git give them.
const CONTEXT: usize = 3;

/// Writes one unified diff of all the changes; a file that does not change is left out.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn io::Write, changes: &[Change<'_>]) -> io::Result<()> {
    changes.iter().try_for_each(|change| write_file(out, change))
}

fn write_file(out: &mut dyn io::Write, change: &Change<'_>) -> io::Result<()> {
    let (old, new) = (lines(change.old.unwrap_or_default()), lines(change.new));
    let diff = TextDiff::configure().newline_terminated(true).diff_slices(&old, &new);
    let mut hunks = diff.unified_diff().context_radius(CONTEXT).iter_hunks().peekable();
    if hunks.peek().is_none() {
        return Ok(());
    }
    match change.old {
        Some(_) => write_name(out, "---", "a/", change.path)?,
        // Alone it tells both programs that the file is new: no `new file mode` is needed.
        None => out.write_all(b"--- /dev/null\n")?,
    }
    write_name(out, "+++", "b/", change.path)?;
    for hunk in hunks {
        writeln!(out, "{}", hunk.header())?;
        hunk.iter_changes().try_for_each(|change| write_line(out, change.tag(), change.value()))?;
    }
    Ok(())
}

/// A line of a hunk. similar's own writers replace what is not UTF-8, or leave the marker out
/// behind a last line that ends with a lone `\r`.
fn write_line(out: &mut dyn io::Write, tag: ChangeTag, line: &[u8]) -> io::Result<()> {
    write!(out, "{tag}")?;
    out.write_all(line)?;
    if line.ends_with(b"\n") { Ok(()) } else { out.write_all(b"\n\\ No newline at end of file\n") }
}

/// Cut after `\n` only. similar's own lines end at a lone `\r` too, and git then calls the patch corrupt.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|&byte| byte == b'\n').collect()
}

/// A header line. GNU patch ends a name at a blank unless a tab follows it; git writes that tab too.
fn write_name(out: &mut dyn io::Write, mark: &str, side: &str, path: &[u8]) -> io::Result<()> {
    let name = quoted(&[side.as_bytes(), path].concat());
    let tab = if path.contains(&b' ') { "\t" } else { "" };
    writeln!(out, "{mark} {name}{tab}")
}

/// The name as git's `quote_c_style` writes it: in double quotes where it has a control character,
/// a quote, a backslash or a byte over 0x7f.
fn quoted(name: &[u8]) -> String {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if name.iter().all(plain) {
        return name.iter().map(|&byte| char::from(byte)).collect();
    }
    let quoted: String = name.iter().map(|&byte| escaped(byte)).collect();
    format!("\"{quoted}\"")
}

fn escaped(byte: u8) -> String {
    match byte {
        0x07 => r"\a".to_owned(),
        0x08 => r"\b".to_owned(),
        b'\t' => r"\t".to_owned(),
        b'\n' => r"\n".to_owned(),
        0x0b => r"\v".to_owned(),
        0x0c => r"\f".to_owned(),
        b'\r' => r"\r".to_owned(),
        b'"' => "\\\"".to_owned(),
        b'\\' => r"\\".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    }
}
