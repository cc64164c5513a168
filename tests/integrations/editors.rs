//! The recipes of `docs/editors.md`, in the editors that they are for; VS Code's pattern in an engine for its dialect.

use crate::common::needs;
use crate::{block, with_path};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const PAGE: &str = "docs/editors.md";
const FILE: &str = "hosts/web2/etc/network/interfaces";

/// A finding as a list of problems has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    file: String,
    line: u64,
    column: u64,
    severity: String,
    rule: String,
    message: String,
}

impl Problem {
    fn of(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().unwrap().to_owned();
        let number = |key: &str| value[key].as_u64().unwrap();
        Self {
            file: text("file"),
            line: number("line"),
            column: number("column"),
            severity: text("severity"),
            rule: text("rule"),
            message: text("message"),
        }
    }
}

/// A fleet with blanks and colons in names, errors and warnings, and columns behind wide characters.
fn fleet() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases/fleet/before");
    crate::common::write_tree(dir.path(), &crate::common::read_tree(&case));
    let more = dir.path().join("hosts/a b:7:1/etc/network");
    fs::create_dir_all(&more).unwrap();
    fs::write(more.join("interfaces"), "# 網橋\niface br0 inet manual\n\tbridge_ports eth0\n\tbridge_maxwat 3\n")
        .unwrap();
    dir
}

/// What the JSON report says, in the order of `concise`.
fn problems(folder: &Path, arguments: &[&str]) -> Vec<Problem> {
    let mut command = with_path("bridgepin", &[]);
    let output =
        command.current_dir(folder).args(["check", "--output-format", "json"]).args(arguments).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["findings"].as_array().unwrap().iter().map(Problem::of).collect()
}

/// Runs an editor in a folder; what it wrote into the file `out`.
fn edited(command: &mut Command, folder: &Path) -> Value {
    let output = command.current_dir(folder).env("HOME", folder).output().unwrap();
    let said = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let written = fs::read(folder.join("out")).unwrap_or_else(|error| panic!("{error}: {}", said()));
    serde_json::from_slice(&written).unwrap_or_else(|error| panic!("{error}: {}", said()))
}

#[test]
fn vs_code() {
    let task = serde_json::from_str::<Value>(&block(PAGE, "VS Code", "json")).unwrap()["tasks"][0].clone();
    let dir = fleet();
    let mut command = with_path(task["command"].as_str().unwrap(), &[]);
    let arguments = task["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    let output = command.args(arguments).current_dir(dir.path()).output().unwrap();
    let pattern = &task["problemMatcher"]["pattern"];
    let regexp = regress::Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let matched = text.lines().map(|line| {
        let found = regexp.find(line).unwrap_or_else(|| panic!("{line}"));
        let group = |key: &str| line.get(found.group(pattern[key].as_u64().unwrap() as usize).unwrap()).unwrap();
        let number = |key: &str| group(key).parse().unwrap();
        let text = |key: &str| group(key).to_owned();
        let (line, column) = (number("line"), number("column"));
        Problem {
            file: text("file"),
            line,
            column,
            severity: text("severity"),
            rule: text("code"),
            message: text("message"),
        }
    });
    let matched: Vec<Problem> = matched.collect();
    assert_eq!(matched, problems(dir.path(), &[]));
    assert!(matched.len() >= 4, "{matched:#?}");
    assert!(regexp.find("Found 2 errors.").is_none());
}

/// A compiler plugin where Vim finds it.
fn vim(folder: &Path) -> Option<Command> {
    if !needs::runs(&["vim", "--version"], "vim") {
        return None;
    }
    fs::create_dir_all(folder.join("vim/compiler")).unwrap();
    fs::write(folder.join("vim/compiler/bridgepin.vim"), block(PAGE, "Vim", "vim")).unwrap();
    let mut command = with_path("vim", &[]);
    command.args(["-N", "-es", "-u", "NONE", "--cmd", "set rtp^=vim encoding=utf-8", "-c", "compiler bridgepin"]);
    Some(command)
}

#[test]
fn vim_lists_errors() {
    let dir = fleet();
    let Some(mut vim) = vim(dir.path()) else { return };
    let entry =
        "{'file': bufname(e.bufnr), 'line': e.lnum, 'column': e.col, 'type': e.type, 'text': e.text, 'valid': e.valid}";
    let list = format!("call writefile([json_encode(map(getqflist(), {{_, e -> {entry}}}))], 'out')");
    let listed = edited(vim.args(["-c", "silent make!", "-c", &list, "-c", "qa!"]), dir.path());
    let shown = |problem: Problem| {
        let Problem { file, line, column, severity, rule, message } = problem;
        let text = format!("[{rule}] {message}");
        json!({ "file": file, "line": line, "column": column, "type": severity.get(..1), "text": text, "valid": 1 })
    };
    assert_eq!(listed, Value::Array(problems(dir.path(), &[]).into_iter().map(shown).collect()));
}

#[test]
fn vim_fixes_a_buffer_that_was_not_saved() {
    let dir = fleet();
    let Some(mut vim) = vim(dir.path()) else { return };
    let write = "call writefile([json_encode(getline(1, '$'))], 'out')";
    let before = fs::read_to_string(dir.path().join(FILE)).unwrap();
    let steps = ["call append(0, '# not saved')", "BridgepinFix", write, "qa!"];
    let lines = edited(vim.args(steps.iter().flat_map(|step| ["-c", step])).arg(FILE), dir.path());
    let mut wanted = vec!["# not saved"];
    wanted.extend(before.lines());
    let at = wanted.iter().position(|line| line.contains("bridge_ports")).unwrap();
    let pin = wanted[at].replace("bridge_ports eth0", "bridge_hw eth0");
    wanted.insert(at + 1, &pin);
    assert_eq!(lines, json!(wanted));
    assert_eq!(fs::read_to_string(dir.path().join(FILE)).unwrap(), before);
}

/// What plays nvim-lint: it does what that does with a linter, in Lua's own patterns.
const NVIM_LINT: &str = r#"
local found = {}
package.preload['lint.parser'] = function()
  return { from_pattern = function(pattern, groups, severities, defaults)
    return function(output)
      for line in vim.gsplit(output, '\n') do
        local captures = { line:match(pattern) }
        if #captures > 0 then
          local problem = { source = defaults.source }
          for index, group in ipairs(groups) do problem[group] = captures[index] end
          problem.severity = vim.diagnostic.severity[severities[problem.severity]]
          table.insert(found, problem)
        end
      end
    end
  end }
end
local lint = { linters = {} }
lint.try_lint = function(name)
  local linter = lint.linters[name]
  local command = { linter.cmd }
  for _, argument in ipairs(linter.args) do
    table.insert(command, type(argument) == 'function' and argument() or argument)
  end
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n') .. '\n'
  linter.parser(vim.fn.system(command, linter.stdin and text or nil))
  assert(linter.ignore_exitcode or vim.v.shell_error == 0)
end
package.preload['lint'] = function() return lint end
"#;

#[test]
fn neovim() {
    if !needs::runs(&["nvim", "--version"], "nvim of neovim") {
        return;
    }
    let dir = fleet();
    let recipe = block(PAGE, "Neovim", "lua");
    let end = "vim.cmd('edit ' .. vim.env.FILE)\nvim.fn.writefile({ vim.fn.json_encode(found) }, 'out')\n";
    fs::write(dir.path().join("run.lua"), format!("{NVIM_LINT}\n{recipe}\n{end}")).unwrap();
    let mut nvim = with_path("nvim", &[]);
    nvim.args(["--headless", "-u", "NONE", "-i", "NONE", "-c", "luafile run.lua", "-c", "qa!"]).env("FILE", FILE);
    let found = edited(&mut nvim, dir.path());
    let shown = |it: Problem| {
        let severity = if it.severity == "error" { "ERROR" } else { "WARN" };
        let (line, column) = (it.line.to_string(), it.column.to_string());
        json!({ "lnum": line, "col": column, "severity": severity, "code": it.rule, "message": it.message, "source": "bridgepin" })
    };
    let wanted: Vec<Value> = problems(dir.path(), &[FILE]).into_iter().map(shown).collect();
    assert_eq!(wanted.len(), 1);
    assert_eq!(found, Value::Array(wanted));
}

/// Whether Emacs has a package.
fn has_package(name: &str) -> bool {
    let load = format!("(progn (package-initialize) (require '{name}))");
    needs::runs(&["emacs", "--batch", "-q", "--eval", &load], &format!("emacs of emacs-nox with {name}"))
}

/// Opens a file in Emacs, adds a line that is not saved, and lets a recipe look at the buffer.
fn emacs(recipe: &str, look: &str) -> (Value, Vec<Problem>) {
    let dir = fleet();
    let file = "hosts/a b:7:1/etc/network/interfaces";
    let script = format!(
        "(require 'json)\n(with-current-buffer (find-file-noselect \"{file}\")
          (goto-char (point-min))\n(insert \"# not saved\\n\")
          (let ((found {look}))\n(with-temp-file \"{}/out\" (insert (json-encode (vconcat found))))))",
        dir.path().display()
    );
    fs::write(dir.path().join("recipe.el"), recipe).unwrap();
    fs::write(dir.path().join("run.el"), script).unwrap();
    let mut emacs = with_path("emacs", &[]);
    let found = edited(
        emacs.args(["--batch", "-q", "-f", "package-initialize", "-l", "./recipe.el", "-l", "./run.el"]),
        dir.path(),
    );
    let moved = |problem: Problem| Problem { line: problem.line + 1, ..problem };
    (found, problems(dir.path(), &[file]).into_iter().map(moved).collect())
}

#[test]
fn emacs_flymake() {
    if !has_package("flymake") {
        return;
    }
    let look = "(let (all done)
        (unless (memq 'bridgepin-flymake flymake-diagnostic-functions) (error \"not set up\"))
        (bridgepin-flymake (lambda (found &rest _) (setq all found done t)))
        (while (not done) (accept-process-output nil 0.1))
        (mapcar (lambda (it)
                  (goto-char (flymake-diagnostic-beg it))
                  (list (line-number-at-pos) (flymake-diagnostic-type it) (flymake-diagnostic-text it)
                        (buffer-substring (flymake-diagnostic-beg it) (flymake-diagnostic-end it))))
                all))";
    let (found, wanted) = emacs(&block(PAGE, "Emacs", "elisp"), look);
    let marked = |rule: &str| if rule == "unpinned-bridge" { "br0" } else { "bridge_maxwat" };
    let shown = |it: &Problem| {
        let text = format!("[{}] {}", it.rule, it.message);
        json!([it.line, it.severity, text, marked(&it.rule)])
    };
    assert_eq!(wanted.len(), 2);
    assert_eq!(found, Value::Array(wanted.iter().map(shown).collect()));
}

#[test]
fn emacs_flycheck() {
    if !has_package("flycheck") {
        return;
    }
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)).unwrap();
    let (_, rest) = text.split_once("\n```elisp\n(require 'flycheck)").unwrap();
    let recipe = format!("(require 'flycheck)\n{}", rest.split_once("\n```").unwrap().0);
    let look = "(progn
        (conf-unix-mode)
        (setq flycheck-checker 'bridgepin)
        (flycheck-mode 1)
        (flycheck-buffer)
        (while (flycheck-running-p) (accept-process-output nil 0.1))
        (mapcar (lambda (it)
                  (list (flycheck-error-line it) (flycheck-error-column it) (flycheck-error-level it)
                        (flycheck-error-id it) (flycheck-error-message it)))
                flycheck-current-errors))";
    let (found, wanted) = emacs(&recipe, look);
    let shown = |it: &Problem| json!([it.line, it.column, it.severity, it.rule, it.message]);
    assert_eq!(found, Value::Array(wanted.iter().map(shown).collect()));
}
