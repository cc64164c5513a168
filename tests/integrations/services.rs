//! What runs jobs: as much of GitHub, GitLab and Jenkins as ours need.

use crate::{block, with_path};
use saphyr::{LoadableYamlNode, Yaml};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder that a job runs in.
pub struct Workspace {
    dir: TempDir,
    /// What stands for programs that need a network.
    programs: TempDir,
}

/// What came of a job.
pub struct Outcome {
    pub passed: bool,
    pub log: String,
    /// The files that were handed to the service.
    pub handed: Vec<PathBuf>,
}

impl Workspace {
    /// A checkout with a copy of a case's tree.
    pub fn new(tree: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(tree);
        crate::common::write_tree(dir.path(), &crate::common::read_tree(&case));
        fs::create_dir(dir.path().join(".git")).unwrap();
        let programs = tempfile::tempdir().unwrap();
        let cargo = programs.path().join("cargo");
        fs::write(&cargo, "#!/bin/sh\n[ \"$1 $2 $3\" = 'install --locked --git' ] && [ -n \"$4\" ]\n").unwrap();
        fs::set_permissions(cargo, fs::Permissions::from_mode(0o755)).unwrap();
        Self { dir, programs }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Runs a line of a job; what it said, and whether it succeeded.
    fn run(&self, shell: &str, script: &str, variables: &[(&str, &str)]) -> (String, bool) {
        let mut command = with_path(shell, &[self.programs.path()]);
        command.args(["-e", "-c", &format!("exec 2>&1\n{script}")]).current_dir(self.path());
        let output = command.env("CI", "true").envs(variables.iter().copied()).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.success())
    }

    /// Runs the steps of GitHub's job, by their conditions.
    pub fn github(&self, page: &str) -> Outcome {
        let text = block(page, "GitHub Actions", "yaml");
        let workflow = &Yaml::load_from_str(&text).unwrap()[0];
        let steps = workflow["jobs"]["bridgepin"]["steps"].as_sequence().unwrap();
        let mut outcome = Outcome { passed: true, log: String::new(), handed: Vec::new() };
        for step in steps {
            let field = |name: &str| step.as_mapping_get(name).and_then(Yaml::as_str);
            let condition = field("if").unwrap_or("success()");
            let condition =
                condition.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")).unwrap_or(condition);
            let applies = match condition {
                "success()" => outcome.passed,
                "failure()" => !outcome.passed,
                "!cancelled()" => true,
                other => panic!("{other}"),
            };
            if !applies {
                continue;
            }
            if let Some(script) = field("run") {
                let (said, success) = self.run("bash", script, &[("GITHUB_ACTIONS", "true")]);
                outcome.log += &said;
                outcome.passed &= success;
            }
            for name in ["sarif_file", "path"] {
                let handed =
                    step.as_mapping_get("with").and_then(|with| with.as_mapping_get(name)).and_then(Yaml::as_str);
                outcome.handed.extend(handed.map(|file| self.path().join(file)));
            }
        }
        outcome
    }

    /// Runs the script of GitLab's job, up to the first line that fails; its artifacts are handed over always.
    pub fn gitlab(&self, page: &str) -> Outcome {
        let text = block(page, "GitLab CI", "yaml");
        let pipeline = &Yaml::load_from_str(&text).unwrap()[0];
        let job = &pipeline["bridgepin"];
        let lines = job["script"].as_sequence().unwrap().iter().map(|line| line.as_str().unwrap());
        assert_eq!(job["artifacts"]["when"].as_str(), Some("always"));
        let reports = job["artifacts"]["reports"].as_mapping().unwrap();
        let handed = reports.iter().map(|(_, file)| self.path().join(file.as_str().unwrap())).collect();
        self.lines("bash", lines, handed)
    }

    /// Runs the steps of the Jenkins pipeline, up to the first that fails; what stands under `always` is handed over.
    pub fn jenkins(&self, page: &str) -> Outcome {
        let text = block(page, "Jenkins", "groovy");
        let quoted = |line: &'_ str, before: &str| -> Option<String> {
            let (_, rest) = line.trim().split_once(before)?;
            rest.split_once('\'').map(|(text, _)| text.to_owned())
        };
        let (steps, always) = text.split_once("always {").unwrap();
        let scripts: Vec<String> = steps.lines().filter_map(|line| quoted(line, "sh '")).collect();
        let handed = ["junit '", "pattern: '"];
        let handed = always.lines().filter_map(|line| handed.iter().find_map(|before| quoted(line, before)));
        let handed = handed.map(|file| self.path().join(file)).collect();
        self.lines("sh", scripts.iter().map(String::as_str), handed)
    }

    fn lines<'a>(&self, shell: &str, lines: impl Iterator<Item = &'a str>, handed: Vec<PathBuf>) -> Outcome {
        let mut outcome = Outcome { passed: true, log: String::new(), handed };
        for line in lines {
            let (said, success) = self.run(shell, line, &[]);
            outcome.log += &said;
            if !success {
                outcome.passed = false;
                break;
            }
        }
        outcome
    }
}
